import { describe, expect, test } from 'vitest'
import {
  addGroupWelcome,
  addJoinWay,
  deleteGroupWelcome,
  deleteJoinWay,
  editGroupWelcome,
  type GroupsAsked,
  getGroup,
  getGroupWelcome,
  getJoinWay,
  groupOfOpenId,
  type JoinWayFacts,
  listGroupIds,
  listGroups,
  updateJoinWay,
} from '#connectors/wecom/groups.ts'
import { groupStatisticsByDay, groupStatisticsByOwner } from '#connectors/wecom/statistics.ts'
import { allPages, contractLab, daySeconds, failure, names } from './support/contract-lab.ts'

const lab = contractLab()
const { control, raw } = lab

const group = (chatId: string) => getGroup(lab.app, chatId)
const listed = (asked: GroupsAsked = {}, limit?: number) => allPages((at) => listGroups(lab.app, { ...asked, ...at }), limit)

describe('customer groups', () => {
  test('are read with owner, admins, people and how they came', async () => {
    const [customer = ''] = await lab.newCustomers('lina', 1)
    const chatId = await lab.newGroup('lina', { name: '团购群', members: ['wanglei', customer], notice: '先看公告' })
    await control('PUT', `groups/${chatId}`, { by: 'lina', admins: ['wanglei'] })
    expect(await group(chatId)).toMatchObject({
      chat_id: chatId,
      name: '团购群',
      owner: 'lina',
      notice: '先看公告',
      admin_list: [{ userid: 'wanglei' }],
      member_version: expect.stringMatching(/^[0-9a-f]{32}$/),
      member_list: [
        { userid: 'lina', type: 1, join_scene: 1, name: '李娜' },
        { userid: 'wanglei', type: 1, invitor: { userid: 'lina' } },
        { userid: customer, type: 2, join_scene: 1, invitor: { userid: 'lina' }, name: expect.any(String), unionid: expect.any(String) },
      ],
    })
    const { openGid } = await control('GET', `groups/${chatId}`)
    expect(await groupOfOpenId(lab.app, String(openGid))).toBe(chatId)
    expect(await failure(groupOfOpenId(lab.app, 'oGnone'))).toMatchObject({ errcode: 90501, reaction: 'skip_item' })
    expect(await failure(group('wrNone'))).toMatchObject({ errcode: 90501, reaction: 'skip_item' })
    expect(await failure(getGroup(lab.withSecret('directorySecret'), chatId))).toMatchObject({ errcode: 48002 })
  })

  test('are listed page after page, none twice and none missing', async () => {
    await control('POST', 'company', { groups: 30, seed: 'contract-groups' })
    const whole = await listed()
    expect(whole.length).toBeGreaterThanOrEqual(31)
    expect(new Set(whole.map((one) => one.chatId)).size).toBe(whole.length)
    expect(await listed({}, 7)).toEqual(whole)
    expect(await allPages((at) => listGroupIds(lab.app, at), 7)).toEqual(whole.map((one) => one.chatId))
    const [first] = await listed({ owners: ['chenjing'] })
    expect(first?.state).toBe('normal')
    expect((await group(first?.chatId ?? ''))?.owner).toBe('chenjing')
    const list = (asked: GroupsAsked) => listGroups(lab.app, asked)
    expect(await failure(list({ cursor: 'nonsense' }))).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    expect(await failure(list({ limit: 1001 }))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
    expect(await failure(list({ owners: ['nobody'] }))).toMatchObject({ errcode: 60111 })
    expect(await failure(list({ owners: names(101) }))).toMatchObject({ field: 'owner_filter.userid_list' })
  })

  test('are counted by owner and by day', async () => {
    const midnight = Math.floor((Date.now() / 1000 + 8 * 3600) / daySeconds) * daySeconds - 8 * 3600
    const days = { from: midnight - 3 * daySeconds, to: midnight - daySeconds }
    const byOwner = (ascending: boolean, limit?: number) =>
      allPages((at) => groupStatisticsByOwner(lab.app, { ...days, order: 'groups', ascending }, at), limit)
    const first = await groupStatisticsByOwner(lab.app, { ...days, order: 'groups' }, { limit: 2 })
    expect(first).toMatchObject({ next: '2', total: expect.any(Number) })
    const whole = await byOwner(true, 2)
    expect(whole).toHaveLength(first.total)
    expect(await byOwner(true)).toEqual(whole)
    expect(whole[0]?.data).toMatchObject({
      chat_total: expect.any(Number),
      msg_total: expect.any(Number),
      member_total: expect.any(Number),
    })
    const [owner = ''] = whole.map((one) => one.owner)
    expect(await groupStatisticsByOwner(lab.app, { ...days, owners: [owner] })).toMatchObject({ total: 1, next: undefined })
    const byDay = await groupStatisticsByDay(lab.app, days)
    expect(byDay.map((one) => one.stat_time)).toEqual([3, 2, 1].map((back) => midnight - back * daySeconds))
    const today = groupStatisticsByOwner(lab.app, { from: midnight })
    expect(await failure(today)).toMatchObject({ errcode: 600018, reaction: 'fix_request' })
    expect(await failure(groupStatisticsByDay(lab.app, { from: midnight }))).toMatchObject({ errcode: 600018 })
    const many = groupStatisticsByDay(lab.app, { ...days, owners: names(101) })
    expect(await failure(many)).toMatchObject({ code: 'wecom.bad_request', field: 'owner_filter.userid_list' })
    const month = groupStatisticsByDay(lab.app, { from: midnight - 31 * daySeconds, to: midnight - daySeconds })
    expect(await failure(month)).toMatchObject({ code: 'wecom.bad_request', field: 'day_end_time' })
    const wide = { day_begin_time: midnight - 31 * daySeconds, day_end_time: midnight - daySeconds }
    expect(await raw('externalcontact/groupchat/statistic', wide)).toMatchObject({ errcode: 600018, items: [] })
  })
})

describe('codes into groups', () => {
  test('are made, read, changed, scanned and deleted', async () => {
    const chatId = await lab.newGroup('lina')
    const facts = { scene: 'code', groups: [chatId], state: 'door', newGroups: { name: '福利群', from: 3 }, remark: '门店' } as const
    const configId = await addJoinWay(lab.app, { ...facts, groups: [chatId] })
    const way = () => getJoinWay(lab.app, configId)
    expect(await way()).toMatchObject({
      config_id: configId,
      scene: 2,
      state: 'door',
      remark: '门店',
      room_base_name: '福利群',
      room_base_id: 3,
      auto_create_room: 1,
      mark_source: true,
      chat_id_list: [chatId],
    })
    const scanned = await control('POST', 'scan', { code: (await way())?.qr_code, name: '扫码的人' })
    expect((await group(chatId))?.member_list?.at(-1)).toMatchObject({ userid: scanned.externalUserId, join_scene: 3, state: 'door' })
    await updateJoinWay(lab.app, configId, { scene: 'code', groups: [chatId], state: 'window', newGroups: false, markSource: false })
    expect(await way()).toMatchObject({ state: 'window', remark: '', room_base_name: '', auto_create_room: 0, mark_source: false })
    await deleteJoinWay(lab.app, configId)
    expect(await failure(way())).toMatchObject({ reaction: 'fix_request' })
    expect((await getJoinWay(lab.app, await addJoinWay(lab.app, { scene: 'button', groups: [chatId] })))?.scene).toBe(1)
  })

  test('are bounded, by WeCom and by us', async () => {
    const chatId = await lab.newGroup('lina')
    const add = (more: Partial<JoinWayFacts>) => addJoinWay(lab.app, { scene: 'code', groups: [chatId], ...more })
    expect(await failure(add({ groups: ['wrNone'] }))).toMatchObject({ errcode: 90501 })
    expect(await failure(add({ groups: Array(6).fill(chatId) }))).toMatchObject({ code: 'wecom.bad_request', field: 'chat_id_list' })
    expect(await failure(add({ state: 's'.repeat(31) }))).toMatchObject({ code: 'wecom.bad_request', field: 'state' })
    expect(await failure(add({ newGroups: { name: '群'.repeat(41) } }))).toMatchObject({ field: 'room_base_name' })
    const six = await raw('externalcontact/groupchat/add_join_way', { scene: 2, chat_id_list: Array(6).fill(chatId) })
    expect(six).toMatchObject({ errcode: 41091 })
  })
})

describe('greetings of groups', () => {
  test('are made, read, changed and deleted by one app', async () => {
    const templateId = await addGroupWelcome(
      lab.app,
      { text: { content: '你好 %NICKNAME%' }, link: { title: '须知', url: 'https://example.com' } },
      { notify: false },
    )
    const read = () => getGroupWelcome(lab.app, templateId)
    expect(await read()).toMatchObject({ text: { content: '你好 %NICKNAME%' }, link: { title: '须知' } })
    await editGroupWelcome(lab.app, templateId, { text: { content: '欢迎' } })
    expect(await read()).toMatchObject({ text: { content: '欢迎' } })
    const byOther = editGroupWelcome(lab.withSecret('contactSecret'), templateId, { text: { content: 'x' } })
    expect(await failure(byOther)).toMatchObject({ errcode: 41058, reaction: 'tell' })
    expect(await failure(addGroupWelcome(lab.app, {}))).toMatchObject({ reaction: 'fix_request' })
    const long = { text: { content: '长'.repeat(1001) } }
    expect(await failure(addGroupWelcome(lab.app, long))).toMatchObject({ code: 'wecom.bad_request', field: 'text.content' })
    expect(await raw('externalcontact/group_welcome_template/add', long)).toMatchObject({ errcode: 40058 })
    await deleteGroupWelcome(lab.app, templateId)
    expect(await failure(read())).toMatchObject({ reaction: 'fix_request' })
    for (let index = 0; index < 100; index++) await addGroupWelcome(lab.app, { text: { content: `t${index}` } })
    const full = addGroupWelcome(lab.app, { text: { content: 'one too many' } })
    expect(await failure(full)).toMatchObject({ errcode: 41055, reaction: 'tell' })
  })
})
