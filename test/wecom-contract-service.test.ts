import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callWecom } from '#connectors/wecom/client.ts'
import { openConnection, type WecomApp } from '#connectors/wecom/connection.ts'
import type { EndpointName, RequestOf } from '#connectors/wecom/endpoints/catalogue.ts'
import { readCallback } from '#connectors/wecom/events/read-callback.ts'
import { jsSdkSignature, jsTicket, signPage } from '#connectors/wecom/jssdk.ts'
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
