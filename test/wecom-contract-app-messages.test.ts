import { describe, expect, test } from 'vitest'
import {
  appMessageLimits,
  cardMessage,
  countMessages,
  fileMessage,
  linkCardMessage,
  markdownMessage,
  miniProgramMessage,
  newsMessage,
  recallMessage,
  sendMessage,
  sendMessageOnce,
  textMessage,
  updateCard,
  videoMessage,
} from '#connectors/wecom/app-messages.ts'
import { callWecom } from '#connectors/wecom/client.ts'
import { forgetTicket, jsSdkSignature, jsTicket, signPage, signRefusedPage } from '#connectors/wecom/jssdk.ts'
import { uploadMedia } from '#connectors/wecom/media.ts'
import { contractLab, failure, film, names, picture } from './support/contract-lab.ts'

const lab = contractLab({ callbacks: true })
const { control, raw, event, advance } = lab
const hours = (n: number) => advance(n * 3600)

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
  card_type: 'button_interaction',
  main_title: { title: '客户退款待审批', desc: '订单 A-1' },
  task_id: taskId,
  button_list: [
    { text: '同意', style: 1, key: 'yes' },
    { text: '拒绝', style: 2, key: 'no' },
  ],
})
const send = (member: string, message: Parameters<typeof sendMessage>[2]) => sendMessage(lab.app, { members: [member] }, message)

describe('messages of the app', () => {
  test('of every kind arrive on the phone', async () => {
    const before = (await shownTo('hexin')).length
    const { mediaId } = await uploadMedia(lab.app, 'image', picture)
    const video = await uploadMedia(lab.app, 'video', film)
    await send('hexin', textMessage('早会推迟'))
    await send('hexin', markdownMessage('**新线索** 3 条'))
    await send('hexin', linkCardMessage({ title: '周报', description: '已生成', url: 'http://127.0.0.1/r', button: '去看' }))
    await send('hexin', newsMessage([{ title: '上新', url: 'http://127.0.0.1/n', pictureUrl: 'http://127.0.0.1/p.png' }]))
    await send('hexin', miniProgramMessage({ appId: 'wx1', title: '订单', rows: [{ key: '单号', value: 'A-1' }] }))
    await send('hexin', cardMessage(buttons('every-kind')))
    await send('hexin', fileMessage('image', mediaId))
    await send('hexin', videoMessage({ mediaId: video.mediaId, title: '开箱' }))
    const kinds = (await shownTo('hexin')).slice(before).map((it) => it.kind)
    expect(kinds).toEqual(['text', 'markdown', 'card', 'news', 'miniprogram', 'template_card', 'image', 'video'])
  })

  test('say who was not reached, and refuse when nobody was', async () => {
    const sent = await sendMessage(lab.app, { members: ['lina', 'ghost'], departments: [2, 999] }, textMessage('在吗'))
    expect(sent).toMatchObject({ invaliduser: ['ghost'], invalidparty: ['999'] })
    expect(sent.msgid).toBeTruthy()
    expect(await failure(send('ghost', textMessage('x')))).toMatchObject({
      errcode: 81013,
    })
    expect(await failure(sendMessage(lab.app, {}, textMessage('x')))).toMatchObject({ errcode: 82001 })
  })

  test('have limits of length, kind and file', async () => {
    const to = (receivers: Parameters<typeof sendMessage>[1]) => failure(sendMessage(lab.app, receivers, textMessage('x')))
    const { members, departments } = appMessageLimits
    const bad = (field: string) => ({ code: 'wecom.bad_request', field })
    expect(await to({ members: names(members + 1) })).toMatchObject(bad('touser'))
    expect(await to({ departments: Array(departments + 1).fill(1) })).toMatchObject(bad('toparty'))
    expect(await failure(send('lina', textMessage('长'.repeat(683))))).toMatchObject(bad('text.content'))
    const message = { touser: 'lina', agentid: lab.app.agentId }
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
    for (let n = 0; n < 33; n++) await sendMessage(lab.app, to, { msgtype: 'text', text: { content: `第 ${n}` } })
    expect((await shownTo('wanglei')).length - before).toBeLessThanOrEqual(30)
    await control('PUT', 'settings', { limits: { appMessagesPerHead: 1 } })
    const day = failure(sendMessage(lab.app, to, textMessage('多了')))
    expect(await day).toMatchObject({ errcode: 45009, reaction: 'back_off' })
    await control('PUT', 'settings', { limits: { appMessagesPerHead: 200 } })
  })

  test('are not sent twice within the time that asks for it', async () => {
    const message = { msgtype: 'text', text: { content: '只说一次' }, enable_duplicate_check: 1, duplicate_check_interval: 3600 }
    const heard = async () => (await shownTo('chenjing')).filter((it) => it.text === '只说一次').length
    await send('chenjing', message)
    await send('chenjing', message)
    expect(await heard()).toBe(1)
    await hours(2)
    await send('chenjing', message)
    expect(await heard()).toBe(2)
  })

  test('are read once although the answer to their sending was lost', async () => {
    const heard = async () => (await shownTo('chenjing')).filter((it) => it.text === '线索分配').length
    await lab.fail({ path: 'message/send', status: 0, times: 1, after: true })
    const before = await lab.calls('message/send')
    await sendMessageOnce(lab.app, { members: ['chenjing'] }, textMessage('线索分配'))
    expect(await lab.calls('message/send')).toBe(before + 2)
    expect(await heard()).toBe(1)
    await lab.fail({ path: 'message/send', status: 502, times: 1 })
    await sendMessageOnce(lab.app, { members: ['chenjing'] }, textMessage('线索分配 2'), { withinSeconds: 60 })
    expect((await shownTo('chenjing')).filter((it) => it.text === '线索分配 2')).toHaveLength(1)
  })

  test('are taken back within a day and not after it', async () => {
    const first = await send('hexin', textMessage('发错了'))
    await recallMessage(lab.app, first.msgid ?? '')
    expect((await shownTo('hexin')).at(-1)).toMatchObject({ kind: 'system', recalled: true })
    expect((await shownTo('hexin')).some((it) => it.text === '发错了')).toBe(false)
    expect(await failure(recallMessage(lab.app, 'unknown'))).toMatchObject({ errcode: 40058 })
    const late = await send('hexin', textMessage('留着'))
    await hours(appMessageLimits.recallHours + 1)
    expect(await failure(recallMessage(lab.app, late.msgid ?? ''))).toMatchObject({ errcode: 40058 })
  })

  test('are counted by the day', async () => {
    const counted = async () => (await countMessages(lab.app, 'today'))[0]
    const before = (await counted())?.count ?? 0
    await sendMessage(lab.app, { members: ['lina', 'chenjing'] }, textMessage('两个人'))
    expect(await counted()).toMatchObject({ agentId: lab.app.agentId, count: before + 2 })
  })
})

describe('template cards', () => {
  test('are pressed on the phone, told to the app, and changed once with the code', async () => {
    const sent = await send('zhangwei', cardMessage(buttons('refund-1')))
    expect(sent.response_code).toBeTruthy()
    const [card] = (await shownTo('zhangwei')).slice(-1)
    await control('POST', `cards/${card?.id}/press`, { key: 'yes' })
    const pressed = await event('template_card_event')
    expect(pressed).toMatchObject({ from: 'zhangwei', eventKey: 'yes', taskId: 'refund-1', cardType: 'button_interaction' })
    const code = String(pressed.responseCode)
    const update = () => updateCard(lab.app, { code, members: ['zhangwei'], change: { button: '已同意' } })
    expect(await update()).toEqual([])
    expect((await shownTo('zhangwei')).at(-1)).toMatchObject({ pressed: '已同意' })
    expect(await failure(update())).toMatchObject({ errcode: 40058 })
    expect((await fetch(`${lab.url}/sandbox/cards/${card?.id}/press`, { method: 'POST', body: '{"key":"no"}' })).status).toBe(409)
  })

  test('are changed for everybody with the code of sending, within 72 hours', async () => {
    const sent = await sendMessage(lab.app, { members: ['zhangwei', 'lina'] }, cardMessage(buttons('refund-2')))
    const next = { card_type: 'text_notice', main_title: { title: '已处理' }, card_action: { type: 1, url: 'http://127.0.0.1/' } }
    await updateCard(lab.app, { code: sent.response_code ?? '', members: 'all', change: { card: next } })
    for (const userId of ['zhangwei', 'lina']) expect((await shownTo(userId)).at(-1)).toMatchObject({ title: '已处理' })
    const late = await send('lina', cardMessage(buttons('refund-3')))
    await hours(appMessageLimits.cardCodeHours + 1)
    const update = () => updateCard(lab.app, { code: late.response_code ?? '', members: 'all', change: { card: next } })
    expect(await failure(update())).toMatchObject({ errcode: 40058 })
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
    await send('lina', cardMessage(card))
    const [shown] = (await shownTo('lina')).slice(-1)
    await control('POST', `cards/${shown?.id}/press`, { key: 'go', selected: [{ questionKey: 'day', optionIds: ['a', 'b'] }] })
    expect(await event('template_card_event')).toMatchObject({ selectedItems: [{ questionKey: 'day', optionIds: ['a', 'b'] }] })
  })

  test('are refused without what their kind needs', async () => {
    const refused = async (card: object) =>
      await raw('message/send', { touser: 'lina', agentid: lab.app.agentId, msgtype: 'template_card', template_card: card })
    const good = buttons('t-good')
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
    control('POST', 'jssdk/register', { kind, corpId: lab.app.corpId, agentId: lab.app.agentId, url: page, ...signed, ...more })

  test('the official sample has its signature', () => {
    const ticket = 'sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg'
    const signature = jsSdkSignature(ticket, 'Wm3WZYTPz0wzccnW', 1414587457, 'http://mp.weixin.qq.com?params=value#ignored')
    expect(signature).toBe('0f9de62fce790f9a083d5c99e95740ceb90c27ed')
  })

  test('a ticket is fetched once for all who ask at the same time, and kept', async () => {
    const tickets = await Promise.all(Array.from({ length: 20 }, () => jsTicket(lab.app, 'corp')))
    expect(new Set(tickets).size).toBe(1)
    expect(await jsTicket(lab.app, 'corp')).toBe(tickets[0])
    expect(await jsTicket(lab.app, 'agent')).not.toBe(tickets[0])
    expect(await lab.calls('get_jsapi_ticket')).toBe(1)
  })

  test('open the client to a page, each with its own ticket', async () => {
    expect(await register('config', await signPage(lab.app, 'corp', page))).toEqual({ errcode: 0 })
    expect(await register('agentConfig', await signPage(lab.app, 'agent', page))).toEqual({ errcode: 0 })
    expect(await register('config', await signPage(lab.app, 'agent', page))).toMatchObject({ errcode: 42012 })
    expect(await register('agentConfig', await signPage(lab.app, 'corp', page))).toMatchObject({ errcode: 42012 })
    expect(await register('config', await signPage(lab.app, 'corp', `${page}&more`))).toMatchObject({ errcode: 0 })
    const elsewhere = await signPage(lab.app, 'corp', 'http://127.0.0.1:9/other')
    expect(await register('config', elsewhere)).toMatchObject({ errcode: 40093 })
    expect(await register('agentConfig', await signPage(lab.app, 'agent', page), { agentId: 1 })).toMatchObject({ errcode: 40056 })
    const domain = (trustedDomain: string) => control('PUT', `corps/${lab.app.corpId}/agents/${lab.app.agentId}`, { trustedDomain })
    await domain('crm.example.com')
    expect(await register('config', await signPage(lab.app, 'corp', page))).toMatchObject({ errcode: 50001 })
    await domain('')
  })

  test('are a hundred an hour for an app', async () => {
    await control('PUT', 'settings', { limits: { ticketsPerHourOfApp: 1 } })
    await hours(2)
    await callWecom(lab.app, 'ticket/get', { query: { type: 'agent_config' } })
    expect(await failure(callWecom(lab.app, 'ticket/get', { query: { type: 'agent_config' } }))).toMatchObject({ errcode: 45009 })
    await control('PUT', 'settings', { limits: { ticketsPerHourOfApp: 100 } })
    await hours(2)
  })

  test('that WeCom took back early are fetched anew once for all pages that were refused', async () => {
    for (const [kind, register1, path] of [
      ['corp', 'config', 'get_jsapi_ticket'],
      ['agent', 'agentConfig', 'ticket/get'],
    ] as const) {
      const pages = await Promise.all(Array.from({ length: 5 }, () => signPage(lab.app, kind, page)))
      await control('POST', 'tokens/revoke', {})
      const [first] = pages
      if (!first) throw new Error('no page')
      expect(await register(register1, first)).toMatchObject({ errcode: 40093 })
      // The kept ticket looks fresh, so signing again is refused again.
      expect(await register(register1, await signPage(lab.app, kind, page))).toMatchObject({ errcode: 40093 })
      const before = await lab.calls(path, 0)
      const again = await Promise.all(pages.map((refused) => signRefusedPage(lab.app, kind, page, refused)))
      for (const signed of again) expect(await register(register1, signed)).toEqual({ errcode: 0 })
      expect((await lab.calls(path, 0)) - before).toBe(1)
      // A page that comes later with the old signature, or with one that nobody made, drops nothing.
      expect(await register(register1, await signRefusedPage(lab.app, kind, page, first))).toEqual({ errcode: 0 })
      await signRefusedPage(lab.app, kind, page, { ...first, signature: 'made up' })
      expect((await lab.calls(path, 0)) - before).toBe(1)
      const kept = await jsTicket(lab.app, kind)
      expect(await forgetTicket(lab.app, kind, 'another ticket')).toBe(kept)
    }
  })
})
