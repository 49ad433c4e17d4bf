import { describe, expect, test } from 'vitest'
import { getContact } from '#connectors/wecom/contacts.ts'
import {
  addKfAccount,
  addServicers,
  answerKfEvent,
  deleteKfAccount,
  findKfAccount,
  isKfBoundToChannels,
  type KfContent,
  type KfMessage,
  type KfPull,
  type KfState,
  kfLink,
  kfServicerStatistics,
  kfStatistics,
  listKfAccounts,
  listServicers,
  moveKfConversation,
  offerKfUpgrade,
  pullKfMessages,
  readKfCustomers,
  readKfState,
  readKfUpgradeRange,
  removeServicers,
  sendKfMessage,
  updateKfAccount,
  withdrawKfUpgrade,
} from '#connectors/wecom/kf.ts'
import { createOnce } from '#connectors/wecom/unknown-ends.ts'
import { allPages, contractLab, daySeconds, failure, names } from './support/contract-lab.ts'

const lab = contractLab({ callbacks: true })
const { control, raw, event, advance } = lab
const hours = (n: number) => advance(n * 3600)

const newAccount = (name = '售后客服') => addKfAccount(lab.app, { name })
const open = async (openKfId: string, scene?: string, name = '小禾') => {
  const url = await kfLink(lab.app, { openKfId, scene, parameter: 'order-7' })
  const { externalUserId } = await control<{ externalUserId: string }>('POST', 'customers', { name })
  await control('POST', 'kf/open', { url, customer: externalUserId })
  return externalUserId
}
const says = (openKfId: string, externalUserId: string, text = '在吗') => control('POST', 'kf/say', { openKfId, externalUserId, text })

async function pull(openKfId: string, more: Partial<KfPull> = {}): Promise<{ messages: KfMessage[]; cursor: string | undefined }> {
  const messages: KfMessage[] = []
  let cursor: string | undefined
  for await (const page of pullKfMessages(lab.app, { openKfId, ...more })) {
    messages.push(...page.messages)
    cursor = page.cursor
  }
  return { messages, cursor }
}

const reply = (openKfId: string, externalUserId: string, content: KfContent | string = '您好', messageId?: string) =>
  sendKfMessage(
    lab.app,
    { openKfId, externalUserId, messageId },
    typeof content === 'string' ? { msgtype: 'text', text: { content } } : content,
  )
const move = (openKfId: string, externalUserId: string, state: KfState, servicer?: string) =>
  moveKfConversation(lab.app, { openKfId, externalUserId }, { state, servicer })

describe('customer service accounts', () => {
  test('are made, renamed, listed by pages and deleted', async () => {
    const first = await newAccount('一号')
    const second = await newAccount('二号')
    await updateKfAccount(lab.app, first, { name: '一号改' })
    const listed = (limit?: number) => allPages((at) => listKfAccounts(lab.app, at), limit)
    const whole = await listed()
    expect(whole.find((it) => it.open_kfid === first)).toMatchObject({ name: '一号改', manage_privilege: true })
    expect(await listed(1)).toEqual(whole)
    expect(whole.at(-1)?.open_kfid).toBe(second)
    await deleteKfAccount(lab.app, first)
    expect(await failure(deleteKfAccount(lab.app, first))).toMatchObject({ errcode: 95004, reaction: 'skip_item' })
    const long = '一二三四五六七八九十一二三四五六七'
    expect(await failure(newAccount(long))).toMatchObject({ code: 'wecom.bad_request', field: 'name' })
    expect(await raw('kf/account/add', { name: long })).toMatchObject({ errcode: 40058 })
    expect(await failure(listKfAccounts(lab.app, { limit: 101 }))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
    expect(await failure(listKfAccounts(lab.withSecret('directorySecret')))).toMatchObject({ errcode: 48002, reaction: 'configure' })
  })

  test('are one although the answer to their making was lost', async () => {
    const path = 'kf/account/add'
    const older = await newAccount('只建一个')
    const create = (known: string[]) =>
      createOnce(
        () => newAccount('只建一个'),
        () => findKfAccount(lab.app, { name: '只建一个', known }),
      )
    await lab.fail({ path, status: 0, times: 1, after: true })
    const before = await lab.calls(path)
    const made = await create([older])
    expect(made).not.toBe(older)
    expect(await lab.calls(path)).toBe(before + 1)
    await lab.fail({ path, status: 502, times: 1 })
    expect([older, made]).not.toContain(await create([older, made]))
  })

  test('tell whether a channels account is bound', async () => {
    await control('PUT', 'settings', { habits: { channelsBound: true } })
    expect(await isKfBoundToChannels(lab.app)).toBe(true)
    await control('PUT', 'settings', { habits: { channelsBound: false } })
    expect(await isKfBoundToChannels(lab.app)).toBe(false)
  })

  test('have people in charge, one by one and by department, with a result for each', async () => {
    const openKfId = await newAccount()
    const added = await addServicers(lab.app, { openKfId, users: ['lina', 'ghost'], departments: [2, 999] })
    expect(added.map((it) => it.errcode)).toEqual([0, 60111, 0, 60123])
    expect(await listServicers(lab.app, openKfId)).toEqual([{ userid: 'lina', status: 0 }, { department_id: 2 }])
    const removed = await removeServicers(lab.app, { openKfId, users: ['lina', 'zhangwei'] })
    expect(removed.map((it) => it.errmsg)).toEqual(['success', 'ignored'])
    const many = addServicers(lab.app, { openKfId, users: names(101) })
    expect(await failure(many)).toMatchObject({ code: 'wecom.bad_request', field: 'userid_list' })
    const departments = Array.from({ length: 21 }, (_, id) => id + 1)
    expect(await failure(removeServicers(lab.app, { openKfId, departments }))).toMatchObject({ field: 'department_id_list' })
    expect(await raw('kf/servicer/add', { open_kfid: openKfId, userid_list: names(101) })).toMatchObject({ errcode: 40058 })
  })
})

describe('conversations', () => {
  test('begin with a welcome code that answers once within 20 seconds', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId, 'poster_1')
    const { token } = await event('kf_msg_or_event', { openKfId })
    const { messages } = await pull(openKfId, { token: String(token) })
    const entered = messages[0]?.event
    expect(entered).toMatchObject({ event_type: 'enter_session', external_userid: customer, scene: 'poster_1', scene_param: 'order-7' })
    const menu = { head_content: '请选择', list: [{ type: 'click', click: { id: '101', content: '人工' } }] }
    const answer = (code = '') => answerKfEvent(lab.app, code, { msgtype: 'msgmenu', msgmenu: menu })
    expect(await answer(entered?.welcome_code)).toBeTruthy()
    expect(await failure(answer(entered?.welcome_code))).toMatchObject({ errcode: 40058 })
    const late = await open(openKfId)
    const code = (await pull(openKfId)).messages.find((it) => it.event?.external_userid === late)?.event?.welcome_code
    await advance(21)
    expect(await failure(answer(code))).toMatchObject({ errcode: 40058 })
    await advance(600)
    expect(await failure(pull(openKfId, { token: String(token) }))).toMatchObject({ errcode: 95007, reaction: 'restart_paging' })
    for (const scene of ['s'.repeat(33), '门店']) {
      expect(await failure(kfLink(lab.app, { openKfId, scene }))).toMatchObject({ code: 'wecom.bad_request', field: 'scene' })
      expect(await raw('kf/add_contact_way', { open_kfid: openKfId, scene })).toMatchObject({ errcode: 40058 })
    }
  })

  test('take five answers to a word, within 48 hours, only while the app may answer', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    const where = () => readKfState(lab.app, { openKfId, externalUserId: customer })
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95013, reaction: 'stop' })
    await says(openKfId, customer)
    for (let n = 0; n < 5; n++) await reply(openKfId, customer, `第 ${n}`)
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95001, reaction: 'stop' })
    await says(openKfId, customer, '还在')
    await reply(openKfId, customer)
    await hours(49)
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95002, reaction: 'stop' })
    await says(openKfId, customer)
    expect(await where()).toEqual({ state: 'new', servicer: undefined })
    await move(openKfId, customer, 'bot')
    expect(await move(openKfId, customer, 'pool')).toBeTruthy()
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95018, reaction: 'stop' })
    expect(await failure(move(openKfId, customer, 'bot'))).toMatchObject({ errcode: 95016, reaction: 'stop' })
    expect(await failure(move(openKfId, customer, 'human', 'lina'))).toMatchObject({ errcode: 95014, reaction: 'configure' })
    await addServicers(lab.app, { openKfId, users: ['lina'] })
    await move(openKfId, customer, 'human', 'lina')
    expect(await where()).toEqual({ state: 'human', servicer: 'lina' })
    const code = await move(openKfId, customer, 'ended')
    await answerKfEvent(lab.app, code ?? '', { msgtype: 'text', text: { content: '再见' } })
    expect(await failure(reply(openKfId, customer))).toMatchObject({ errcode: 95013 })
    expect(await failure(move(openKfId, customer, 'pool'))).toMatchObject({ errcode: 95016 })
  })

  test('carry all kinds of messages; what is wrong with one is named', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    await says(openKfId, customer)
    const send = (content: KfContent | string, messageId?: string) => reply(openKfId, customer, content, messageId)
    await send({ msgtype: 'location', location: { name: '门店', latitude: 22.5, longitude: 114 } })
    await send({ msgtype: 'business_card', business_card: { userid: 'lina' } })
    expect(await send('x', 'mine-1')).toBe('mine-1')
    // A message under an id of ours is not sent twice.
    expect(await failure(send('x', 'mine-1'))).toMatchObject({ errcode: 40058 })
    expect(await failure(send({ msgtype: 'image', image: { media_id: 'gone' } }))).toMatchObject({
      errcode: 40007,
      reaction: 'upload_again',
    })
    const list = names(11).map((id) => ({ type: 'click', click: { id, content: 'x' } }))
    expect(await failure(send({ msgtype: 'msgmenu', msgmenu: { list } }))).toMatchObject({
      code: 'wecom.bad_request',
      field: 'msgmenu.list',
    })
    expect(await failure(send('长'.repeat(683)))).toMatchObject({ code: 'wecom.bad_request', field: 'text.content' })
    expect(await failure(reply(openKfId, 'wmNobody'))).toMatchObject({ errcode: 40096 })
    const rawly = (body: object) => raw('kf/send_msg', { touser: customer, open_kfid: openKfId, ...body })
    expect(await rawly({ msgtype: 'msgmenu', msgmenu: { list } })).toMatchObject({ errcode: 95008 })
    expect(await rawly({ msgtype: 'text', msgid: '', text: { content: 'x' } })).toMatchObject({ errcode: 40058 })
  })

  test('are pulled by cursor until there is no more, without the app’s own words', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    await says(openKfId, customer, '一')
    await reply(openKfId, customer)
    await says(openKfId, customer, '二')
    const { messages, cursor } = await pull(openKfId, { limit: 1 })
    expect(messages.map((it) => it.text?.content ?? it.event?.event_type)).toEqual(['enter_session', '一', '二'])
    expect((await pull(openKfId, { cursor })).messages).toEqual([])
    await says(openKfId, customer, '三')
    expect((await pull(openKfId, { cursor })).messages).toMatchObject([{ text: { content: '三' } }])
    expect(await failure(pull(openKfId, { cursor: 'made-up' }))).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    expect(await failure(pull(openKfId, { limit: 1001 }))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
    await control('PUT', 'settings', { limits: { kfPullsWithoutToken: 1 } })
    expect(await raw('kf/sync_msg', { open_kfid: openKfId })).toMatchObject({ errcode: 45009, msg_list: [] })
    await control('PUT', 'settings', { limits: { kfPullsWithoutToken: 60 } })
    await hours(73)
    lab.connect()
    expect((await pull(openKfId)).messages).toEqual([])
  })

  test('tell what the people in charge do', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    await addServicers(lab.app, { openKfId, users: ['lina'] })
    await says(openKfId, customer)
    await move(openKfId, customer, 'pool')
    const act = (body: object) => control('POST', 'kf/servicer', { openKfId, externalUserId: customer, userId: 'lina', ...body })
    await act({ act: 'accept' })
    const { msgId } = (await act({ act: 'say', text: '我来了' })) as { msgId: string }
    await control('POST', 'kf/recall', { msgId })
    await act({ act: 'end' })
    await control('POST', 'kf/status', { openKfId, userId: 'lina', working: false })
    const { messages } = await pull(openKfId)
    expect(messages.slice(2).map((it) => [it.origin, it.event?.event_type ?? it.msgtype])).toEqual([
      [4, 'session_status_change'],
      [5, 'text'],
      [4, 'servicer_recall_msg'],
      [4, 'session_status_change'],
      [4, 'servicer_status_change'],
    ])
    expect(messages[2]?.event).toMatchObject({ change_type: 1, new_servicer_userid: 'lina', msg_code: expect.any(String) })
  })
})

describe('customers of customer service', () => {
  test('who came lately are told by name, others are listed as unknown, a hundred at a time', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId, 'shop', '阿南')
    const before = await lab.calls('kf/customer/batchget')
    const { customers, unknown } = await readKfCustomers(lab.app, [customer, ...names(100, 'wm')])
    expect(customers).toMatchObject([{ external_userid: customer, nickname: '阿南', enter_session_context: { scene: 'shop' } }])
    expect(unknown).toEqual(names(100, 'wm'))
    expect(await lab.calls('kf/customer/batchget')).toBe(before + 2)
    expect(await raw('kf/customer/batchget', { external_userid_list: names(101) })).toMatchObject({ errcode: 40058 })
  })

  test('are recommended a member or a group of those the administrator chose', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    const chatId = await lab.newGroup('lina')
    const to = { openKfId, externalUserId: customer }
    await control('PUT', `corps/${lab.app.corpId}/kf-upgrades`, { userIds: ['lina'], departments: [3], chatIds: [chatId] })
    expect(await readKfUpgradeRange(lab.app)).toEqual({ users: ['lina'], departments: [3], groups: [chatId] })
    await offerKfUpgrade(lab.app, to, { userId: 'lina', wording: '加我为好友' })
    await control('POST', 'kf/upgrade', to)
    expect((await getContact(lab.app, customer)).follows).toMatchObject([{ userid: 'lina' }])
    const other = { openKfId, externalUserId: await open(openKfId) }
    await offerKfUpgrade(lab.app, other, { chatId })
    await withdrawKfUpgrade(lab.app, other)
    await expect(control('POST', 'kf/upgrade', other)).rejects.toThrow('kf.no_upgrade')
    await offerKfUpgrade(lab.app, to, { chatId })
    expect(await control('POST', 'kf/upgrade', to)).toMatchObject({ chatId, relation: 'joined' })
    expect(await failure(offerKfUpgrade(lab.app, to, { userId: 'zhangwei' }))).toMatchObject({ errcode: 84074 })
    expect(await failure(offerKfUpgrade(lab.app, to, { userId: 'ghost' }))).toMatchObject({ errcode: 60111 })
    expect(await failure(offerKfUpgrade(lab.app, to, { chatId: 'wrNone' }))).toMatchObject({ errcode: 90501 })
  })

  test('are counted by day, for an account and for whoever answers', async () => {
    const openKfId = await newAccount()
    const customer = await open(openKfId)
    await says(openKfId, customer)
    const today = await lab.nowSeconds()
    await advance(daySeconds)
    const period = { openKfId, from: today, to: today }
    expect(await kfStatistics(lab.app, period)).toMatchObject([{ statistic: { customer_cnt: 1, customer_msg_cnt: 1 } }])
    expect(await kfServicerStatistics(lab.app, { ...period, servicer: 'lina' })).toMatchObject([{ statistic: { session_cnt: 0 } }])
    const long = kfStatistics(lab.app, { openKfId, from: today - 40 * daySeconds, to: today })
    expect(await failure(long)).toMatchObject({ code: 'wecom.bad_request', field: 'end_time' })
    const wide = { open_kfid: openKfId, start_time: today - 40 * daySeconds, end_time: today }
    expect(await raw('kf/get_corp_statistic', wide)).toMatchObject({ errcode: 600018, statistic_list: [] })
    expect(await raw('kf/get_servicer_statistic', wide)).toMatchObject({ errcode: 600018 })
    expect(await failure(kfStatistics(lab.app, { ...period, openKfId: 'wkNone' }))).toMatchObject({ errcode: 95004 })
  })
})
