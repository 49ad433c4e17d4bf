import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fileSource } from '#connectors/wecom/archive/file-source.ts'
import { parsePrivateKey } from '#connectors/wecom/archive/keys.ts'
import { sidecarSource } from '#connectors/wecom/archive/sidecar-source.ts'
import { type ArchiveKeys, readArchive } from '#connectors/wecom/archive/source.ts'
import { callWecom } from '#connectors/wecom/client.ts'
import { openConnection, type WecomApp } from '#connectors/wecom/connection.ts'
import type { EndpointName, RequestOf } from '#connectors/wecom/endpoints/catalogue.ts'
import { readCallback } from '#connectors/wecom/events/read-callback.ts'
import { jsSdkSignature, jsTicket, signPage } from '#connectors/wecom/jssdk.ts'
import { uploadMedia } from '#connectors/wecom/media.ts'
import { sendMessage } from '#connectors/wecom/messages.ts'
import { createLogger } from '#platform/log.ts'
import { type Sandbox, startSandbox } from '../sandbox/server.ts'
import { startTestReceiver, type TestReceiver } from '../sandbox/testing.ts'

let folder: string
let sandbox: Sandbox
let app: WecomApp
let receiver: TestReceiver

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liuliang-contract-service-'))
  sandbox = await startSandbox({ port: 0, host: '127.0.0.1', dataDir: folder, logLevel: 'silent', environment: {} })
  const corpId = sandbox.corps[0]?.corpId ?? ''
  receiver = await startTestReceiver(corpId)
  await control('PUT', `corps/${corpId}/callback`, { url: receiver.url, token: receiver.token, encodingAesKey: receiver.encodingAesKey })
})

afterAll(async () => {
  await receiver.stop()
  await sandbox.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  const [corp] = sandbox.corps
  if (!corp) throw new Error('The sandbox has no first corp.')
  const { url } = sandbox
  const connection = openConnection({ baseUrl: url, openUrl: url, loginUrl: url, log: createLogger('silent', 'test') })
  app = { connection, tenantId: 1, corpId: corp.corpId, secret: corp.secret, agentId: corp.agentId }
  receiver.received.length = 0
})

afterEach(async () => {
  await control('PUT', 'faults', { fail: [] })
})

async function control<Result = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Result> {
  const init = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${sandbox.url}/sandbox/${path}`, { method, ...init })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Result
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error,
  )

/** What WeCom itself says to a body that our own checks would not let out. */
async function raw(endpoint: string, body: unknown, secret = app.secret): Promise<Record<string, unknown> & { errcode: number }> {
  const at = (path: string) => `${sandbox.url}/cgi-bin/${path}`
  const token = (await (await fetch(at(`gettoken?corpid=${app.corpId}&corpsecret=${secret}`))).json()) as { access_token: string }
  const response = await fetch(at(`${endpoint}?access_token=${token.access_token}`), { method: 'POST', body: JSON.stringify(body) })
  return (await response.json()) as Record<string, unknown> & { errcode: number }
}

const post = <Name extends EndpointName>(name: Name, body: RequestOf<Name>) => callWecom(app, name, { body })
const nextEvent = async (count = 1) => readCallback((await receiver.waitFor(count))[count - 1]?.xml ?? '')
const whole = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

const directorySecret = (): string => sandbox.corps[0]?.directorySecret ?? ''
const hours = (n: number) => control('PUT', 'clock', { advanceSeconds: n * 3600 })

type Shown = {
  id: string
  kind: string
  text?: string
  title?: string
  pressed?: string
  recalled?: boolean
  card?: Record<string, unknown>
}
const shownTo = async (userId: string): Promise<Shown[]> =>
  (await control<{ items: Shown[] }>('GET', `chat?userId=${userId}&limit=1000`)).items

const buttons = (taskId: string) => ({
  msgtype: 'template_card' as const,
  template_card: {
    card_type: 'button_interaction',
    main_title: { title: '客户退款待审批', desc: '订单 A-1' },
    task_id: taskId,
    button_list: [
      { text: '同意', style: 1, key: 'yes' },
      { text: '拒绝', style: 2, key: 'no' },
    ],
  },
})

describe('messages of the app', () => {
  test('of every kind arrive on the phone', async () => {
    const before = (await shownTo('hexin')).length
    const to = { members: ['hexin'] }
    await sendMessage(app, to, { msgtype: 'text', text: { content: '早会推迟' } })
    await sendMessage(app, to, { msgtype: 'markdown', markdown: { content: '**新线索** 3 条' } })
    await sendMessage(app, to, { msgtype: 'textcard', textcard: { title: '周报', description: '已生成', url: 'http://127.0.0.1/r' } })
    await sendMessage(app, to, { msgtype: 'news', news: { articles: [{ title: '上新', url: 'http://127.0.0.1/n' }] } })
    await sendMessage(app, to, { msgtype: 'miniprogram_notice', miniprogram_notice: { appid: 'wx1', title: '订单' } })
    await sendMessage(app, to, buttons('every-kind'))
    const kinds = (await shownTo('hexin')).slice(before).map((it) => it.kind)
    expect(kinds).toEqual(['text', 'markdown', 'card', 'news', 'miniprogram', 'template_card'])
  })

  test('say who was not reached, and refuse when nobody was', async () => {
    const sent = await sendMessage(
      app,
      { members: ['lina', 'ghost'], departments: [2, 999] },
      { msgtype: 'text', text: { content: '在吗' } },
    )
    expect(sent).toMatchObject({ invaliduser: ['ghost'], invalidparty: ['999'] })
    expect(sent.msgid).toBeTruthy()
    expect(await failure(sendMessage(app, { members: ['ghost'] }, { msgtype: 'text', text: { content: 'x' } }))).toMatchObject({
      errcode: 81013,
    })
    expect(await failure(sendMessage(app, {}, { msgtype: 'text', text: { content: 'x' } }))).toMatchObject({ errcode: 82001 })
  })

  test('have limits of length, kind and file', async () => {
    const message = { touser: 'lina', agentid: app.agentId }
    expect(await raw('message/send', { ...message, msgtype: 'text', text: { content: '长'.repeat(683) } })).toMatchObject({
      errcode: 45002,
    })
    expect(await raw('message/send', { ...message, msgtype: 'image', image: { media_id: 'none' } })).toMatchObject({ errcode: 40007 })
    expect(await raw('message/send', { ...message, msgtype: 'song' })).toMatchObject({ errcode: 40058 })
    expect(await raw('message/send', { ...message, agentid: 1, msgtype: 'text', text: { content: 'x' } })).toMatchObject({ errcode: 40056 })
    expect(
      await raw('message/send', { ...message, msgtype: 'news', news: { articles: Array.from({ length: 9 }, () => ({ title: 'x' })) } }),
    ).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('news.articles') })
  })

  test('above thirty a minute are dropped without a word, and above the day’s share refused', async () => {
    const to = { members: ['wanglei'] }
    const before = (await shownTo('wanglei')).length
    for (let n = 0; n < 33; n++) await sendMessage(app, to, { msgtype: 'text', text: { content: `第 ${n}` } })
    expect((await shownTo('wanglei')).length - before).toBeLessThanOrEqual(30)
    await control('PUT', 'settings', { limits: { appMessagesPerHead: 1 } })
    const day = failure(sendMessage(app, to, { msgtype: 'text', text: { content: '多了' } }))
    expect(await day).toMatchObject({ errcode: 45009, reaction: 'back_off' })
    await control('PUT', 'settings', { limits: { appMessagesPerHead: 200 } })
  })

  test('are not sent twice within the time that asks for it', async () => {
    const message = { msgtype: 'text', text: { content: '只说一次' }, enable_duplicate_check: 1, duplicate_check_interval: 3600 }
    const heard = async () => (await shownTo('chenjing')).filter((it) => it.text === '只说一次').length
    await sendMessage(app, { members: ['chenjing'] }, message)
    await sendMessage(app, { members: ['chenjing'] }, message)
    expect(await heard()).toBe(1)
    await hours(2)
    await sendMessage(app, { members: ['chenjing'] }, message)
    expect(await heard()).toBe(2)
  })

  test('are taken back within a day and not after it', async () => {
    const first = await sendMessage(app, { members: ['hexin'] }, { msgtype: 'text', text: { content: '发错了' } })
    await post('message/recall', { msgid: first.msgid ?? '' })
    expect((await shownTo('hexin')).at(-1)).toMatchObject({ kind: 'system', recalled: true })
    expect((await shownTo('hexin')).some((it) => it.text === '发错了')).toBe(false)
    expect(await failure(post('message/recall', { msgid: 'unknown' }))).toMatchObject({ errcode: 40058 })
    const late = await sendMessage(app, { members: ['hexin'] }, { msgtype: 'text', text: { content: '留着' } })
    await hours(25)
    expect(await failure(post('message/recall', { msgid: late.msgid ?? '' }))).toMatchObject({ errcode: 40058 })
  })

  test('are counted by the day', async () => {
    const counted = async () => (await post('message/get_statistics', { time_type: 0 })).statistics?.[0]
    const before = (await counted())?.count ?? 0
    await sendMessage(app, { members: ['lina', 'chenjing'] }, { msgtype: 'text', text: { content: '两个人' } })
    expect(await counted()).toMatchObject({ agentid: app.agentId, count: before + 2 })
  })
})

describe('template cards', () => {
  test('are pressed on the phone, told to the app, and changed once with the code', async () => {
    const sent = await sendMessage(app, { members: ['zhangwei'] }, buttons('refund-1'))
    expect(sent.response_code).toBeTruthy()
    const [card] = (await shownTo('zhangwei')).slice(-1)
    await control('POST', `cards/${card?.id}/press`, { key: 'yes' })
    const event = await nextEvent()
    expect(event).toMatchObject({ from: 'zhangwei', eventKey: 'yes', taskId: 'refund-1', cardType: 'button_interaction' })
    const code = (event as { responseCode?: string }).responseCode ?? ''
    const update = { userids: ['zhangwei'], agentid: app.agentId, response_code: code, button: { replace_name: '已同意' } }
    expect(await post('message/update_template_card', update)).toMatchObject({ invaliduser: [] })
    expect((await shownTo('zhangwei')).at(-1)).toMatchObject({ pressed: '已同意' })
    expect(await failure(post('message/update_template_card', update))).toMatchObject({ errcode: 40058 })
    expect((await fetch(`${sandbox.url}/sandbox/cards/${card?.id}/press`, { method: 'POST', body: '{"key":"no"}' })).status).toBe(409)
  })

  test('are changed for everybody with the code of sending, within 72 hours', async () => {
    const sent = await sendMessage(app, { members: ['zhangwei', 'lina'] }, buttons('refund-2'))
    const next = { card_type: 'text_notice', main_title: { title: '已处理' }, card_action: { type: 1, url: 'http://127.0.0.1/' } }
    await post('message/update_template_card', { atall: 1, agentid: app.agentId, response_code: sent.response_code, template_card: next })
    for (const userId of ['zhangwei', 'lina']) expect((await shownTo(userId)).at(-1)).toMatchObject({ title: '已处理' })
    const late = await sendMessage(app, { members: ['lina'] }, buttons('refund-3'))
    await hours(73)
    const update = { atall: 1, agentid: app.agentId, response_code: late.response_code, template_card: next }
    expect(await failure(post('message/update_template_card', update))).toMatchObject({ errcode: 40058 })
  })

  test('tell what was voted and chosen', async () => {
    const options = [
      { id: 'a', text: '周一' },
      { id: 'b', text: '周二' },
    ]
    const card = {
      card_type: 'vote_interaction',
      main_title: { title: '团建哪天？' },
      task_id: 'vote-1',
      checkbox: { question_key: 'day', mode: 1, option_list: options },
      submit_button: { text: '提交', key: 'go' },
    }
    await sendMessage(app, { members: ['lina'] }, { msgtype: 'template_card', template_card: card })
    const [shown] = (await shownTo('lina')).slice(-1)
    await control('POST', `cards/${shown?.id}/press`, { key: 'go', selected: [{ questionKey: 'day', optionIds: ['a', 'b'] }] })
    expect(await nextEvent()).toMatchObject({ selectedItems: [{ questionKey: 'day', optionIds: ['a', 'b'] }] })
  })

  test('are refused without what their kind needs', async () => {
    const refused = async (card: object) =>
      await raw('message/send', { touser: 'lina', agentid: app.agentId, msgtype: 'template_card', template_card: card })
    const good = buttons('t-good').template_card
    expect(await refused({ ...good, task_id: undefined })).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('task_id') })
    expect(await refused({ ...good, task_id: '空 格' })).toMatchObject({ errcode: 40058 })
    expect(await refused({ ...good, button_list: [] })).toMatchObject({ errcode: 40058 })
    expect(await refused({ ...good, button_list: Array.from({ length: 7 }, () => ({ text: 'x', key: 'k' })) })).toMatchObject({
      errcode: 40058,
    })
    expect(await refused({ card_type: 'text_notice', main_title: { title: 'x' } })).toMatchObject({ errcode: 40058 })
    expect(await refused({ card_type: 'poem' })).toMatchObject({ errcode: 40058 })
    expect(await refused(good)).toMatchObject({ errcode: 0 })
    expect(await refused(good)).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('task_id') })
  })
})

describe('tickets and signatures of pages', () => {
  const page = 'http://127.0.0.1:9/sidebar?from=chat#top'
  const register = (kind: 'config' | 'agentConfig', signed: object, more: object = {}) =>
    control('POST', 'jssdk/register', { kind, corpId: app.corpId, agentId: app.agentId, url: page, ...signed, ...more })

  test('the official sample has its signature', () => {
    const ticket = 'sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg'
    const signature = jsSdkSignature(ticket, 'Wm3WZYTPz0wzccnW', 1414587457, 'http://mp.weixin.qq.com?params=value#ignored')
    expect(signature).toBe('0f9de62fce790f9a083d5c99e95740ceb90c27ed')
  })

  test('a ticket is fetched once for all who ask at the same time, and kept', async () => {
    const tickets = await Promise.all(Array.from({ length: 20 }, () => jsTicket(app, 'corp')))
    expect(new Set(tickets).size).toBe(1)
    expect(await jsTicket(app, 'corp')).toBe(tickets[0])
    expect(await jsTicket(app, 'agent')).not.toBe(tickets[0])
    const { items } = await control<{ items: { path: string }[] }>('GET', 'log?path=get_jsapi_ticket&limit=100')
    expect(items).toHaveLength(1)
  })

  test('open the client to a page, each with its own ticket', async () => {
    expect(await register('config', await signPage(app, 'corp', page))).toEqual({ errcode: 0 })
    expect(await register('agentConfig', await signPage(app, 'agent', page))).toEqual({ errcode: 0 })
    expect(await register('config', await signPage(app, 'agent', page))).toMatchObject({ errcode: 42012 })
    expect(await register('agentConfig', await signPage(app, 'corp', page))).toMatchObject({ errcode: 42012 })
    expect(await register('config', await signPage(app, 'corp', `${page}&more`))).toMatchObject({ errcode: 0 })
    const elsewhere = await signPage(app, 'corp', 'http://127.0.0.1:9/other')
    expect(await register('config', elsewhere)).toMatchObject({ errcode: 40093 })
    expect(await register('agentConfig', await signPage(app, 'agent', page), { agentId: 1 })).toMatchObject({ errcode: 40056 })
    const domain = (trustedDomain: string) => control('PUT', `corps/${app.corpId}/agents/${app.agentId}`, { trustedDomain })
    await domain('crm.example.com')
    expect(await register('config', await signPage(app, 'corp', page))).toMatchObject({ errcode: 50001 })
    await domain('')
  })

  test('are a hundred an hour for an app', async () => {
    await control('PUT', 'settings', { limits: { ticketsPerHourOfApp: 1 } })
    await hours(2)
    await callWecom(app, 'ticket/get', { query: { type: 'agent_config' } })
    expect(await failure(callWecom(app, 'ticket/get', { query: { type: 'agent_config' } }))).toMatchObject({ errcode: 45009 })
    await control('PUT', 'settings', { limits: { ticketsPerHourOfApp: 100 } })
    await hours(2)
  })
})

describe('customer service', () => {
  const newAccount = async (name = '售后客服') => (await post('kf/account/add', { name })).open_kfid
  const open = async (openKfId: string, scene = '', name = '小禾') => {
    const { url } = await post('kf/add_contact_way', { open_kfid: openKfId, ...(scene && { scene }) })
    const { externalUserId } = await control<{ externalUserId: string }>('POST', 'customers', { name })
    await control('POST', 'kf/open', { url: `${url}${url.includes('?') ? '&' : '?'}scene_param=order-7`, customer: externalUserId })
    return externalUserId
  }
  const says = (openKfId: string, externalUserId: string, text = '在吗') => control('POST', 'kf/say', { openKfId, externalUserId, text })
  const pull = (openKfId: string, more: object = {}) => post('kf/sync_msg', { open_kfid: openKfId, ...more })
  const reply = (openKfId: string, touser: string, content = '您好') =>
    post('kf/send_msg', { touser, open_kfid: openKfId, msgtype: 'text', text: { content } })

  test('accounts are made, renamed, listed by pages and deleted', async () => {
    const first = await newAccount('一号')
    const second = await newAccount('二号')
    await post('kf/account/update', { open_kfid: first, name: '一号改' })
    const { account_list = [] } = await post('kf/account/list', { offset: 0, limit: 100 })
    expect(account_list.find((it) => it.open_kfid === first)).toMatchObject({ name: '一号改', manage_privilege: true })
    const paged = await post('kf/account/list', { offset: account_list.length - 1, limit: 1 })
    expect(paged.account_list?.map((it) => it.open_kfid)).toEqual([second])
    await post('kf/account/del', { open_kfid: first })
    expect(await failure(post('kf/account/del', { open_kfid: first }))).toMatchObject({ errcode: 95004 })
    expect(await raw('kf/account/add', { name: '一二三四五六七八九十一二三四五六七' })).toMatchObject({ errcode: 40058 })
    expect(await failure(callWecom({ ...app, secret: directorySecret() }, 'kf/account/list', { body: {} }))).toMatchObject({
      errcode: 48002,
    })
  })

  test('people are put in charge one by one and by department, with a result for each', async () => {
    const open_kfid = await newAccount()
    const { result_list } = await post('kf/servicer/add', { open_kfid, userid_list: ['lina', 'ghost'], department_id_list: [2, 999] })
    expect(result_list?.map((it) => it.errcode)).toEqual([0, 60111, 0, 60123])
    const { servicer_list } = await callWecom(app, 'kf/servicer/list', { query: { open_kfid } })
    expect(servicer_list).toEqual([{ userid: 'lina', status: 0 }, { department_id: 2 }])
    const removed = await post('kf/servicer/del', { open_kfid, userid_list: ['lina', 'zhangwei'] })
    expect(removed.result_list?.map((it) => it.errmsg)).toEqual(['success', 'ignored'])
  })

  test('coming in gives a welcome code that answers once within 20 seconds', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId, 'poster_1')
    const event = await nextEvent()
    expect(event).toMatchObject({ openKfId })
    const { token } = event as { token: string }
    const { msg_list = [], has_more } = await pull(openKfId, { token })
    expect(has_more).toBe(0)
    const entered = msg_list[0]?.event
    expect(entered).toMatchObject({ event_type: 'enter_session', external_userid: customer, scene: 'poster_1', scene_param: 'order-7' })
    const menu = { head_content: '请选择', list: [{ type: 'click', click: { id: '101', content: '人工' } }] }
    const answer = { code: entered?.welcome_code ?? '', msgtype: 'msgmenu', msgmenu: menu }
    expect((await post('kf/send_msg_on_event', answer)).msgid).toBeTruthy()
    expect(await failure(post('kf/send_msg_on_event', answer))).toMatchObject({ errcode: 40058 })
    const late = await open(openKfId)
    const codes = ((await pull(openKfId)).msg_list ?? []).filter((it) => it.event?.external_userid === late)
    await control('PUT', 'clock', { advanceSeconds: 21 })
    expect(await failure(post('kf/send_msg_on_event', { ...answer, code: codes[0]?.event?.welcome_code ?? '' }))).toMatchObject({
      errcode: 40058,
    })
    await control('PUT', 'clock', { advanceSeconds: 600 })
    expect(await failure(pull(openKfId, { token }))).toMatchObject({ errcode: 95007 })
  })

  test('five answers to a word, within 48 hours, only while the app may answer', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95013 })
    await says(openKfId, customer)
    for (let n = 0; n < 5; n++) await reply(openKfId, customer, `第 ${n}`)
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95001 })
    await says(openKfId, customer, '还在')
    await reply(openKfId, customer)
    await hours(49)
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95002 })
    await says(openKfId, customer)
    const state = (service_state: number, servicer_userid?: string) =>
      post('kf/service_state/trans', {
        open_kfid: openKfId,
        external_userid: customer,
        service_state,
        ...(servicer_userid && { servicer_userid }),
      })
    const where = () => post('kf/service_state/get', { open_kfid: openKfId, external_userid: customer })
    expect(await where()).toMatchObject({ service_state: 0 })
    await state(1)
    expect((await state(2)).msg_code).toBeTruthy()
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95018 })
    expect(await failure(state(1))).toMatchObject({ errcode: 95016 })
    expect(await failure(state(3, 'lina'))).toMatchObject({ errcode: 95014 })
    await post('kf/servicer/add', { open_kfid: openKfId, userid_list: ['lina'] })
    await state(3, 'lina')
    expect(await where()).toMatchObject({ service_state: 3, servicer_userid: 'lina' })
    const { msg_code } = await state(4)
    await post('kf/send_msg_on_event', { code: msg_code ?? '', msgtype: 'text', text: { content: '再见' } })
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95013 })
    expect(await failure(state(2))).toMatchObject({ errcode: 95016 })
  })

  test('all kinds of messages go out; what is wrong with one is named', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    await says(openKfId, customer)
    const send = (body: object) => raw('kf/send_msg', { touser: customer, open_kfid: openKfId, ...body })
    expect(await send({ msgtype: 'location', location: { name: '门店', latitude: 22.5, longitude: 114 } })).toMatchObject({ errcode: 0 })
    expect(await send({ msgtype: 'business_card', business_card: { userid: 'lina' } })).toMatchObject({ errcode: 0 })
    expect(await send({ msgtype: 'text', msgid: 'mine-1', text: { content: 'x' } })).toMatchObject({ errcode: 0, msgid: 'mine-1' })
    expect(await send({ msgtype: 'text', msgid: 'mine-1', text: { content: 'x' } })).toMatchObject({ errcode: 40058 })
    expect(await send({ msgtype: 'text', msgid: '', text: { content: 'x' } })).toMatchObject({ errcode: 40058 })
    expect(await send({ msgtype: 'image', image: { media_id: 'gone' } })).toMatchObject({ errcode: 40007 })
    const list = Array.from({ length: 11 }, (_, n) => ({ type: 'click', click: { id: String(n), content: 'x' } }))
    expect(await send({ msgtype: 'msgmenu', msgmenu: { list } })).toMatchObject({ errcode: 95008 })
    expect(await send({ touser: 'wmNobody', msgtype: 'text', text: { content: 'x' } })).toMatchObject({ errcode: 40096 })
  })

  test('news come by cursor until there is no more, without the app’s own words', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    await says(openKfId, customer, '一')
    await reply(openKfId, customer)
    await says(openKfId, customer, '二')
    const seen: string[] = []
    let cursor: string | undefined
    for (;;) {
      const { msg_list = [], next_cursor, has_more } = await pull(openKfId, { limit: 1, ...(cursor && { cursor }) })
      seen.push(...msg_list.map((it) => it.text?.content ?? it.event?.event_type ?? '?'))
      expect(next_cursor).toBeTruthy()
      cursor = next_cursor
      if (has_more !== 1) break
    }
    expect(seen).toEqual(['enter_session', '一', '二'])
    expect((await pull(openKfId, { ...(cursor && { cursor }) })).msg_list).toEqual([])
    expect(await failure(pull(openKfId, { cursor: 'made-up' }))).toMatchObject({ errcode: 50100 })
    await control('PUT', 'settings', { limits: { kfPullsWithoutToken: 1 } })
    expect(await raw('kf/sync_msg', { open_kfid: openKfId })).toMatchObject({ errcode: 45009 })
    await control('PUT', 'settings', { limits: { kfPullsWithoutToken: 60 } })
    await hours(73)
    expect((await pull(openKfId)).msg_list).toEqual([])
  })

  test('what the people in charge do comes as events', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    await post('kf/servicer/add', { open_kfid: openKfId, userid_list: ['lina'] })
    await says(openKfId, customer)
    await post('kf/service_state/trans', { open_kfid: openKfId, external_userid: customer, service_state: 2 })
    const act = (body: object) => control('POST', 'kf/servicer', { openKfId, externalUserId: customer, userId: 'lina', ...body })
    await act({ act: 'accept' })
    const { msgId } = (await act({ act: 'say', text: '我来了' })) as { msgId: string }
    await control('POST', 'kf/recall', { msgId })
    await act({ act: 'end' })
    await control('POST', 'kf/status', { openKfId, userId: 'lina', working: false })
    const { msg_list = [] } = await pull(openKfId)
    expect(msg_list.slice(2).map((it) => [it.origin, it.event?.event_type ?? it.msgtype])).toEqual([
      [4, 'session_status_change'],
      [5, 'text'],
      [4, 'servicer_recall_msg'],
      [4, 'session_status_change'],
      [4, 'servicer_status_change'],
    ])
    expect(msg_list[2]?.event).toMatchObject({ change_type: 1, new_servicer_userid: 'lina', msg_code: expect.any(String) })
  })

  test('customers who came lately are told by name, others are listed as unknown', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId, 'shop', '阿南')
    const asked = { external_userid_list: [customer, 'wmNobody'], need_enter_session_context: 1 }
    const { customer_list, invalid_external_userid } = await post('kf/customer/batchget', asked)
    expect(customer_list).toMatchObject([{ external_userid: customer, nickname: '阿南', enter_session_context: { scene: 'shop' } }])
    expect(invalid_external_userid).toEqual(['wmNobody'])
    expect(await raw('kf/customer/batchget', { external_userid_list: Array(101).fill('x') })).toMatchObject({ errcode: 40058 })
  })
})

describe('the archive', () => {
  const archive = (): WecomApp => ({ ...app, secret: sandbox.corps[0]?.archiveSecret ?? '' })
  const ask = <Name extends EndpointName>(name: Name, body: RequestOf<Name>) => callWecom(archive(), name, { body })
  const setUp = (body: object) => control('PUT', `corps/${app.corpId}/archive`, body)
  const source = (secret = archive().secret) => sidecarSource({ url: `${sandbox.url}/sandbox/archive/${app.corpId}`, secret })
  const pairs = new Map<number, KeyObject>()
  const keys: ArchiveKeys = { find: async (version) => pairs.get(version) }
  const newKey = (version: number) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    pairs.set(version, parsePrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()))
    return setUp({ key: { version, publicKey: publicKey.export({ format: 'pem', type: 'spki' }) } })
  }
  const befriend = async (name: string) =>
    (await control<{ externalUserId: string }>('POST', 'befriend', { userId: 'lina', name })).externalUserId
  const say = (from: string, to: string, text: string) => control('POST', 'say', { from, to, text })
  const end = async () => {
    let at = 0
    for (;;) {
      const { next, more } = await readArchive(source(), keys, at)
      at = next
      if (!more) return at
    }
  }

  test('is refused until it is set up, and to any other secret', async () => {
    expect(await failure(ask('msgaudit/get_permit_user_list', {}))).toMatchObject({ errcode: 301053, reaction: 'configure' })
    expect(await failure(source().pull(0, 10))).toMatchObject({ errcode: 301053 })
    expect(await failure(post('msgaudit/get_permit_user_list', {}))).toMatchObject({ errcode: 48002 })
    await setUp({
      members: [
        { userId: 'lina', edition: 3 },
        { userId: 'chenjing', edition: 1 },
      ],
    })
    expect(await ask('msgaudit/get_permit_user_list', {})).toMatchObject({ ids: ['chenjing', 'lina'] })
    expect(await ask('msgaudit/get_permit_user_list', { type: 1 })).toMatchObject({ ids: ['chenjing'] })
    expect(await failure(source('wrong').pull(0, 10))).toMatchObject({ errcode: 40001 })
    await control('PUT', 'settings', { habits: { archiveExpired: true } })
    expect(await failure(ask('msgaudit/get_permit_user_list', {}))).toMatchObject({ errcode: 301052 })
    await control('PUT', 'settings', { habits: { archiveExpired: false } })
  })

  test('tells who agreed, one by one and in a group', async () => {
    const customer = await befriend('小满')
    const info = [{ userid: 'lina', exteranalopenid: customer }]
    expect((await ask('msgaudit/check_single_agree', { info })).agreeinfo).toMatchObject([{ agree_status: 'Default_Agree' }])
    receiver.received.length = 0
    await control('POST', 'archive/consent', { userId: 'lina', externalUserId: customer, agree: true })
    expect(await nextEvent()).toMatchObject({ changeType: 'msg_audit_approved', externalUserId: customer })
    expect((await ask('msgaudit/check_single_agree', { info })).agreeinfo).toMatchObject([
      { ...info[0], agree_status: 'Agree', status_change_time: expect.any(Number) },
    ])
    expect(await raw('msgaudit/check_single_agree', { info: Array(101).fill(info[0]) }, archive().secret)).toMatchObject({ errcode: 40058 })
    const { chatId } = await control<{ chatId: string }>('POST', 'groups', { owner: 'lina', name: '存档群', members: [customer] })
    await control('POST', 'archive/consent', { chatId, externalUserId: customer, agree: false })
    expect((await ask('msgaudit/check_room_agree', { roomid: chatId })).agreeinfo).toMatchObject([
      { exteranalopenid: customer, agree_status: 'Disagree' },
    ])
    expect(await failure(ask('msgaudit/check_room_agree', { roomid: 'wrNone' }))).toMatchObject({ errcode: 40058 })
    expect(await failure(ask('msgaudit/groupchat/get', { roomid: chatId }))).toMatchObject({ errcode: 301059, reaction: 'skip_item' })
    const { roomId } = await control<{ roomId: string }>('POST', 'inner-groups', { name: '内部群', creator: 'lina', members: ['hexin'] })
    expect(await ask('msgaudit/groupchat/get', { roomid: roomId })).toMatchObject({
      roomname: '内部群',
      creator: 'lina',
      members: [{ memberid: 'lina' }, { memberid: 'hexin' }],
    })
  })

  test('hands out what was said in order, each message under the key of its time', async () => {
    const customer = await befriend('谷雨')
    const before = await end()
    await newKey(1)
    await say(customer, 'lina', '第一句')
    await newKey(2)
    await say('lina', customer, '第二句')
    await control('POST', 'archive/messages', {
      message: { from: 'lina', tolist: [customer], roomid: '', msgtype: 'voiptext', info: { callduration: 10 } },
    })
    await control('POST', 'archive/messages', {
      message: { from: 'lina', tolist: [customer], roomid: '', msgtype: 'hologram', hologram: {} },
    })
    const first = await readArchive(source(), keys, before, 1)
    expect(first).toMatchObject({
      more: true,
      faults: [],
      messages: [{ seq: before + 1, type: 'text', message: { from: customer, text: { content: '第一句' } } }],
    })
    const rest = await readArchive(source(), keys, first.next)
    expect(rest.messages.map((it) => [it.type, it.known])).toEqual([
      ['text', true],
      ['voiptext', true],
      ['hologram', false],
    ])
    expect(rest.more).toBe(false)
    expect(rest.messages[0]?.msgId).toMatch(/_external$/)
    const old = pairs.get(1)
    pairs.delete(1)
    expect(await readArchive(source(), keys, before)).toMatchObject({
      faults: [{ seq: before + 1, reason: 'no_key' }],
      messages: [{ seq: before + 2 }, {}, {}],
      next: before + 4,
    })
    pairs.set(1, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
    expect((await readArchive(source(), keys, before, 1)).faults).toMatchObject([{ reason: 'bad_key' }])
    if (old) pairs.set(1, old)
    expect(await failure(source().open(Buffer.from('x'), 'bm90aGluZw=='))).toMatchObject({ errcode: 10008 })
  })

  test('keeps nothing of a customer who refused, nor of members who are not kept', async () => {
    const customer = await befriend('霜降')
    const before = await end()
    await control('POST', 'archive/consent', { userId: 'lina', externalUserId: customer, agree: false })
    await say(customer, 'lina', '不要存')
    const { externalUserId } = await control<{ externalUserId: string }>('POST', 'befriend', { userId: 'wanglei', name: '小雪' })
    await say(externalUserId, 'wanglei', '没有席位')
    expect((await readArchive(source(), keys, before)).messages).toEqual([])
    const { chatId } = await control<{ chatId: string }>('POST', 'groups', { owner: 'lina', name: '群', members: [] })
    await say('lina', chatId, '群里说')
    expect((await readArchive(source(), keys, before)).messages).toMatchObject([
      { message: { roomid: chatId, text: { content: '群里说' } } },
    ])
    await hours(24 * 6)
    expect((await readArchive(source(), keys, before)).messages).toEqual([])
  })

  test('gives files in pieces', async () => {
    const bytes = Buffer.alloc(1_200_000, 7)
    const { mediaId } = await uploadMedia(app, 'file', { fileName: '合同.pdf', contentType: 'application/pdf', bytes })
    expect((await whole(source().media(mediaId))).equals(bytes)).toBe(true)
    expect(await failure(source().media('none')[Symbol.asyncIterator]().next())).toMatchObject({ errcode: 10009 })
  })

  test('is read from a file too; a broken line is named and stops nothing', async () => {
    const path = join(folder, 'export.ndjson')
    const line = (msgid: string, content: string) =>
      JSON.stringify({ msgid, action: 'send', msgtype: 'text', from: 'lina', text: { content } })
    writeFileSync(path, `\uFEFF${line('a', '一')}\n{broken\n\n${line('b', '二')}\n`)
    const page = await readArchive(fileSource(path), keys, 0)
    expect(page.messages.map((it) => [it.seq, it.msgId])).toEqual([
      [1, 'a'],
      [4, 'b'],
    ])
    expect(page.faults).toEqual([{ seq: 2, msgId: 'line-2', reason: 'unreadable' }])
    expect((await readArchive(fileSource(path), keys, 1, 1)).next).toBe(2)
    expect(await failure(fileSource(path, folder).media('../secret')[Symbol.asyncIterator]().next())).toMatchObject({ status: 404 })
    expect((await whole(fileSource(path, folder).media('export.ndjson'))).toString()).toContain('"msgid":"b"')
  })

  test('takes private keys under either header and refuses what is none', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const type of ['pkcs1', 'pkcs8'] as const) {
      const pem = privateKey.export({ format: 'pem', type }).toString()
      const swapped = pem.includes('RSA') ? pem.replaceAll('RSA PRIVATE', 'PRIVATE') : pem.replaceAll('PRIVATE', 'RSA PRIVATE')
      expect(parsePrivateKey(pem).equals(privateKey)).toBe(true)
      expect(parsePrivateKey(swapped).equals(privateKey)).toBe(true)
    }
    expect(() => parsePrivateKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----')).toThrow('no RSA private key')
  })
})
