import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestReceiver, startTestSandbox, type TestReceiver, type TestSandbox } from './testing.ts'

let it: TestSandbox
let receiver: TestReceiver
beforeEach(async () => {
  it = await startTestSandbox()
  receiver = await startTestReceiver(it.corp.corpId)
  const { url, token, encodingAesKey } = receiver
  await it.control('PUT', `/corps/${it.corp.corpId}/callback`, { url, token, encodingAesKey })
})
afterEach(async () => {
  await it.stop()
  await receiver.stop()
})

type Member = {
  userid: string
  type: number
  join_scene: number
  state?: string
  invitor?: { userid: string }
  name?: string
  unionid?: string
}
type Group = {
  chat_id: string
  name: string
  owner: string
  member_list: Member[]
  admin_list: { userid: string }[]
  member_version: string
}
type Shown = {
  chatId: string
  size: number
  owner: string
  name: string
  code: string
  openGid: string
  messages: Record<string, unknown>[]
}
type Refused = { error: { code: string; field?: string } }

const make = (more: Record<string, unknown> = {}) => it.control<Shown>('POST', '/groups', { owner: 'lina', name: '团购群', ...more })
const read = async (chat_id: string, need_name = 0) =>
  (await it.api('externalcontact/groupchat/get', { chat_id, need_name })).group_chat as Group
const show = (chatId: string) => it.control<Shown>('GET', `/groups/${chatId}`)
const friend = async (name: string, userId = 'lina') =>
  (await it.control<{ externalUserId: string }>('POST', '/befriend', { userId, name })).externalUserId
const stranger = async (name: string) => (await it.control<{ externalUserId: string }>('POST', '/customers', { name })).externalUserId
const act = <Result = Shown>(chatId: string, verb: string, body: unknown) => it.control<Result>('POST', `/groups/${chatId}/${verb}`, body)
const chatEvents = () => receiver.received.map((one) => one.fields).filter((one) => one.Event === 'change_external_chat')
const event = async (match: Record<string, string>) => {
  await expect.poll(() => chatEvents().find((one) => Object.entries(match).every(([key, value]) => one[key] === value))).toBeDefined()
  return chatEvents().find((one) => Object.entries(match).every(([key, value]) => one[key] === value)) ?? {}
}
const joinWay = async (chat_id_list: string[], more: Record<string, unknown> = {}) =>
  (await it.api('externalcontact/groupchat/add_join_way', { scene: 2, chat_id_list, ...more })).config_id as string

describe('a group', () => {
  test('is made, grows, shrinks, changes and ends, and each step is told once with the versions in a chain', async () => {
    const [ming, hong] = [await friend('小明'), await friend('小红')]
    const { chatId } = await make({ members: ['wanglei', ming] })
    await event({ ChangeType: 'create', ChatId: chatId })
    const first = await read(chatId, 1)
    expect(first).toMatchObject({ name: '团购群', owner: 'lina', admin_list: [] })
    expect(first.member_list).toMatchObject([
      { userid: 'lina', type: 1, join_scene: 1, name: '李娜' },
      { userid: 'wanglei', type: 1, invitor: { userid: 'lina' }, name: '王磊' },
      { userid: ming, type: 2, unionid: expect.stringMatching(/^oz/), name: '小明' },
    ])
    expect((await read(chatId)).member_list[0]).not.toHaveProperty('name')

    await act(chatId, 'invite', { by: 'lina', members: [hong, 'zhangwei', 'wanglei'] })
    const joined = await event({ UpdateDetail: 'add_member' })
    expect(joined).toMatchObject({ ChangeType: 'update', JoinScene: '0', MemChangeCnt: '2', LastMemVer: first.member_version })
    expect(joined).not.toHaveProperty('QuitScene')
    expect(receiver.received.find((one) => one.fields.UpdateDetail === 'add_member')?.xml).toContain(
      `<MemChangeList><Item><![CDATA[${hong}]]></Item><Item><![CDATA[zhangwei]]></Item></MemChangeList>`,
    )
    const second = await read(chatId)
    expect(second.member_version).toBe(joined.CurMemVer)

    await act(chatId, 'remove', { by: 'lina', members: [hong] })
    expect(await event({ UpdateDetail: 'del_member', QuitScene: '1' })).toMatchObject({ MemChangeCnt: '1', LastMemVer: joined.CurMemVer })
    await act(chatId, 'leave', { member: ming })
    const left = await event({ UpdateDetail: 'del_member', QuitScene: '0' })
    expect(left).not.toHaveProperty('JoinScene')
    expect((await read(chatId)).member_version).toBe(left.CurMemVer)
    expect((await read(chatId)).member_list.map((one) => one.userid)).toEqual(['lina', 'wanglei', 'zhangwei'])

    await it.control('PUT', `/groups/${chatId}`, { by: 'lina', name: '改了名', notice: '不许发广告', admins: ['wanglei'] })
    expect(await event({ UpdateDetail: 'change_name' })).not.toHaveProperty('MemChangeCnt')
    await event({ UpdateDetail: 'change_notice' })
    await it.control('PUT', `/groups/${chatId}`, { by: 'lina', owner: 'wanglei' })
    await event({ UpdateDetail: 'change_owner' })
    expect(await read(chatId)).toMatchObject({ name: '改了名', notice: '不许发广告', owner: 'wanglei', admin_list: [] })

    await it.control('DELETE', `/groups/${chatId}?by=wanglei`)
    await event({ ChangeType: 'dismiss', ChatId: chatId })
    expect((await it.api('externalcontact/groupchat/get', { chat_id: chatId })).errcode).toBe(90501)
    expect(chatEvents().map((one) => one.UpdateDetail ?? one.ChangeType)).toEqual([
      'create',
      'add_member',
      'del_member',
      'del_member',
      'change_name',
      'change_notice',
      'change_owner',
      'dismiss',
    ])
  })

  test('holds to its rules: who may invite, remove, rename, leave, and how many fit in', async () => {
    const [ming, unknown] = [await friend('小明'), await stranger('路人')]
    const { chatId } = await make({ members: ['wanglei', ming] })
    const refusal = async (work: Promise<unknown>) => ((await work) as Refused).error.code
    expect(await refusal(act(chatId, 'invite', { by: 'lina', members: [unknown] }))).toBe('group.not_friends')
    expect(await refusal(act(chatId, 'invite', { by: 'gaofei', members: [ming] }))).toBe('group.not_member')
    expect(await refusal(act(chatId, 'invite', { by: 'lina', members: ['nobody'] }))).toBe('person.unknown')
    expect(await refusal(act(chatId, 'leave', { member: 'lina' }))).toBe('group.owner_stays')
    expect(await refusal(act(chatId, 'remove', { by: 'wanglei', members: [ming] }))).toBe('group.not_allowed')
    expect(await refusal(it.control('PUT', `/groups/${chatId}`, { by: ming, name: '我的群' }))).toBe('group.not_allowed')
    expect(await refusal(it.control('PUT', `/groups/${chatId}`, { by: 'lina', owner: ming }))).toBe('group.not_colleague')
    expect(await refusal(it.control('DELETE', `/groups/${chatId}?by=wanglei`))).toBe('group.not_allowed')
    expect(await refusal(it.control('POST', '/say', { from: unknown, to: chatId, text: '在吗' }))).toBe('group.not_member')
    // A customer may bring anybody, by the link too.
    await act(chatId, 'invite', { by: ming, members: [unknown], via: 'link' })
    expect((await read(chatId)).member_list.at(-1)).toMatchObject({ userid: unknown, join_scene: 2 })
    expect((await read(chatId)).member_list.at(-1)).not.toHaveProperty('invitor')
    await it.control('PUT', '/settings', { limits: { groupMembers: 4 } })
    expect(await refusal(act(chatId, 'invite', { by: 'lina', members: ['gaofei'] }))).toBe('group.full')
    await it.control('DELETE', `/groups/${chatId}`)
    expect(await refusal(act(chatId, 'invite', { by: 'lina', members: ['gaofei'] }))).toBe('group.dismissed')
  })

  test('is on the phones of both sides with what was said in it', async () => {
    const ming = await friend('小明')
    const { chatId } = await make({ members: [ming] })
    await it.control('POST', '/say', { from: ming, to: chatId, text: '大家好' })
    await it.control('POST', '/say', { from: 'lina', to: chatId, text: '欢迎' })
    const { groups } = await it.control<{ groups: { chatId: string; size: number; last: { text: string } }[] }>(
      'GET',
      `/phone/customer/${ming}`,
    )
    expect(groups).toMatchObject([{ chatId, size: 2, last: { text: '欢迎' } }])
    const mine = await it.control<{ groups: { chatId: string }[] }>('GET', '/phone/employee/lina')
    expect(mine.groups.map((one) => one.chatId)).toContain(chatId)
    expect((await show(chatId)).messages).toMatchObject([
      { act: 'created', by: '李娜', names: ['小明'] },
      { name: '小明', text: '大家好' },
      { text: '欢迎' },
    ])
  })
})

describe('the callbacks of groups', () => {
  test('obey the switches: dropped ones are lost, doubled ones come twice, and the versions show it', async () => {
    const { chatId } = await make()
    await event({ ChangeType: 'create' })
    await it.control('PUT', '/faults', { callbacks: { drop: 1 } })
    await act(chatId, 'invite', { by: 'lina', members: ['wanglei'] })
    await it.control('PUT', '/faults', { callbacks: { duplicate: 1 } })
    const before = await read(chatId)
    await act(chatId, 'invite', { by: 'lina', members: ['zhangwei'] })
    await expect.poll(() => chatEvents().filter((one) => one.UpdateDetail === 'add_member').length).toBe(2)
    const [one, two] = chatEvents().filter((it) => it.UpdateDetail === 'add_member')
    expect(one).toEqual(two)
    expect(one?.LastMemVer).toBe(before.member_version)
    await it.control('PUT', '/faults', {})
  })
})

describe('a code into groups', () => {
  test('lets in who scans it, with state and scene, and knows those who are in', async () => {
    const { chatId } = await make()
    const configId = await joinWay([chatId], { state: 'poster-7', remark: '很长的备注'.repeat(10) })
    const { join_way } = (await it.api('externalcontact/groupchat/get_join_way', { config_id: configId })) as unknown as {
      join_way: { qr_code: string; remark: string; chat_id_list: string[] }
    }
    expect(join_way).toMatchObject({ config_id: configId, scene: 2, state: 'poster-7', auto_create_room: 1, chat_id_list: [chatId] })
    expect([...join_way.remark]).toHaveLength(30)
    expect(join_way).not.toHaveProperty('rooms_made')
    expect((await fetch(join_way.qr_code)).headers.get('content-type')).toBe('image/png')
    const scanned = await it.control<{ externalUserId: string }>('POST', '/scan', { code: join_way.qr_code, name: '扫码的人' })
    expect(scanned).toMatchObject({ chatId, userId: 'lina', relation: 'joined' })
    expect((await read(chatId)).member_list.at(-1)).toMatchObject({ userid: scanned.externalUserId, join_scene: 3, state: 'poster-7' })
    expect(await event({ UpdateDetail: 'add_member' })).toMatchObject({ JoinScene: '3' })
    expect(await it.control('POST', '/scan', { code: configId, customer: scanned.externalUserId })).toMatchObject({ relation: 'member' })
    const codes = await it.control<{ groups: { configId: string; groups: string[] }[] }>('GET', '/codes')
    expect(codes.groups).toMatchObject([{ configId, groups: ['团购群'] }])
    await it.api('externalcontact/groupchat/del_join_way', { config_id: configId })
    expect(await it.control('POST', '/scan', { code: configId, name: '晚了' })).toMatchObject({ error: { code: 'code.unknown' } })
  })

  test('goes on to the next group when one is full, makes a new one when all are, or turns people away', async () => {
    await it.control('PUT', '/settings', { limits: { groupMembers: 3 } })
    const [one, two] = [await make({ members: ['wanglei'] }), await make({ name: '二群', members: ['wanglei'] })]
    const code = await joinWay([one.chatId, two.chatId], { room_base_name: '福利群', room_base_id: 10 })
    const scan = () => it.control<{ chatId: string; relation: string }>('POST', '/scan', { code, name: '来客' })
    expect([(await scan()).chatId, (await scan()).chatId]).toEqual([one.chatId, two.chatId])
    const third = await scan()
    expect(await read(third.chatId)).toMatchObject({ name: '福利群10', owner: 'lina' })
    await event({ ChangeType: 'create', ChatId: third.chatId })
    await scan()
    expect(await read((await scan()).chatId)).toMatchObject({ name: '福利群11' })
    await it.api('externalcontact/groupchat/update_join_way', {
      config_id: code,
      scene: 2,
      chat_id_list: [one.chatId],
      auto_create_room: 0,
    })
    expect(await scan()).toMatchObject({ error: { code: 'code.groups_full' } })
    await it.control('DELETE', `/groups/${one.chatId}`)
    expect(await scan()).toMatchObject({ error: { code: 'code.no_group' } })
  })

  test('of the group itself works too', async () => {
    const group = await make()
    const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/scan', { code: group.code, name: '路过' })
    expect((await read(group.chatId)).member_list.at(-1)).toMatchObject({ userid: externalUserId, join_scene: 3 })
  })
})

describe('handing over', () => {
  test('on the job: the new owner comes in, the old one stays, twice in ninety days', async () => {
    const { chatId } = await make()
    const hand = async (new_owner: string, id = chatId) =>
      (await it.api('externalcontact/groupchat/onjob_transfer', { chat_id_list: [id], new_owner })).failed_chat_list
    expect(await hand('lina')).toMatchObject([{ chat_id: chatId, errcode: 90504 }])
    expect(await hand('wanglei', 'wrNone')).toMatchObject([{ chat_id: 'wrNone', errcode: 90501 }])
    expect(await hand('wanglei')).toEqual([])
    expect(await read(chatId)).toMatchObject({ owner: 'wanglei', member_list: [{ userid: 'lina' }, { userid: 'wanglei' }] })
    await event({ UpdateDetail: 'change_owner' })
    expect(await hand('lina')).toEqual([])
    expect(await hand('wanglei')).toMatchObject([{ errcode: 40128 }])
    await it.control('PUT', '/clock', { advanceSeconds: 91 * 24 * 3600 })
    expect(await hand('wanglei')).toEqual([])
    await it.control('DELETE', '/employees/wanglei')
    expect(await hand('lina')).toMatchObject([{ errcode: 90502 }])
    expect((await it.api('externalcontact/groupchat/onjob_transfer', { chat_id_list: [chatId], new_owner: 'nobody' })).errcode).toBe(60111)
  })

  test('after leaving: waits, is on its way, is done, and never twice; a restart in between loses nothing', async () => {
    const { chatId } = await make({ members: ['wanglei'] })
    const inherit = async () =>
      (await it.api('externalcontact/groupchat/transfer', { chat_id_list: [chatId], new_owner: 'zhangwei' })).failed_chat_list
    const list = async (status_filter: number) =>
      (await it.api('externalcontact/groupchat/list', { status_filter, owner_filter: { userid_list: ['lina', 'zhangwei'] }, limit: 10 }))
        .group_chat_list
    expect(await inherit()).toMatchObject([{ errcode: 90500 }])
    await it.control('DELETE', '/employees/lina')
    await it.control('PUT', '/settings', { habits: { groupTransferMs: 60_000 } })
    expect(await list(1)).toEqual([{ chat_id: chatId, status: 1 }])
    expect(await inherit()).toEqual([])
    expect(await inherit()).toMatchObject([{ errcode: 90507 }])
    expect(await list(2)).toEqual([{ chat_id: chatId, status: 2 }])
    await it.restart()
    await it.control('PUT', '/clock', { advanceSeconds: 61 })
    expect(await list(3)).toEqual([{ chat_id: chatId, status: 3 }])
    expect(await read(chatId)).toMatchObject({ owner: 'zhangwei', member_list: [{ userid: 'wanglei' }, { userid: 'zhangwei' }] })
    expect(await inherit()).toMatchObject([{ errcode: 90508 }])
    await event({ UpdateDetail: 'change_owner', ChatId: chatId })
  })
})

describe('one new owner', () => {
  test('gets three hundred groups of leavers a day and no more', async () => {
    const ids: string[] = []
    for (let made = 0; made < 301; made++) ids.push((await make({ name: `群${made}` })).chatId)
    await it.control('DELETE', '/employees/lina')
    const failed: unknown[] = []
    for (let from = 0; from < ids.length; from += 100) {
      const chat_id_list = ids.slice(from, from + 100)
      const answer = await it.api('externalcontact/groupchat/transfer', { chat_id_list, new_owner: 'wanglei' })
      failed.push(...(answer.failed_chat_list as unknown[]))
    }
    expect(failed).toMatchObject([{ chat_id: ids.at(-1), errcode: 45009 }])
    await it.control('PUT', '/clock', { advanceSeconds: 24 * 3600 })
    const tomorrow = await it.api('externalcontact/groupchat/transfer', { chat_id_list: ids.slice(-1), new_owner: 'wanglei' })
    expect(tomorrow.failed_chat_list).toEqual([])
  })
})

describe('the list of groups', () => {
  test('pages through all of them once, by owner too', async () => {
    await it.control('POST', '/company', { groups: 47, seed: 'list' })
    const seen: string[] = []
    let cursor: unknown = ''
    do {
      const page = await it.api('externalcontact/groupchat/list', { limit: 20, cursor })
      seen.push(...(page.group_chat_list as { chat_id: string }[]).map((one) => one.chat_id))
      cursor = page.next_cursor
    } while (cursor)
    expect(seen).toHaveLength(50)
    expect(new Set(seen).size).toBe(50)
    const ofOne = await it.api('externalcontact/groupchat/list', { limit: 1000, owner_filter: { userid_list: ['chenjing'] } })
    for (const { chat_id } of ofOne.group_chat_list as { chat_id: string }[]) expect((await read(chat_id)).owner).toBe('chenjing')
    expect((ofOne.group_chat_list as unknown[]).length).toBeGreaterThan(1)
  })

  test('says what is wrong with a question, and shows only what the app may see', async () => {
    const ask = async (body: unknown) => (await it.api('externalcontact/groupchat/list', body)).errcode
    expect(await ask({})).toBe(40058)
    expect(await ask({ limit: 1001 })).toBe(40058)
    expect(await ask({ limit: 10, cursor: 'made-up' })).toBe(50100)
    expect(await ask({ limit: 10, status_filter: 4 })).toBe(40058)
    expect(await ask({ limit: 10, owner_filter: { userid_list: Array.from({ length: 101 }, (_, n) => `u${n}`) } })).toBe(40058)
    expect(await ask({ limit: 10, owner_filter: { userid_list: ['nobody'] } })).toBe(60111)
    const { chatId } = await make()
    await it.control('PUT', `/corps/${it.corp.corpId}/agents/${it.corp.agentId}`, { visibleParties: [3] })
    expect(await ask({ limit: 10, owner_filter: { userid_list: ['lina'] } })).toBe(60011)
    expect((await it.api('externalcontact/groupchat/get', { chat_id: chatId })).errcode).toBe(60011)
    const { group_chat_list } = await it.api('externalcontact/groupchat/list', { limit: 1000 })
    expect((group_chat_list as { chat_id: string }[]).map((one) => one.chat_id)).not.toContain(chatId)
    await it.control('PUT', `/corps/${it.corp.corpId}/agents/${it.corp.agentId}`, { visibleParties: [1] })
  })

  test('asks for an owner when more than a thousand members are in sight', async () => {
    await it.control('POST', '/company', { employees: 1001, seed: 'many' })
    expect(await it.api('externalcontact/groupchat/list', { limit: 10 })).toMatchObject({ errcode: 81017, group_chat_list: [] })
    expect((await it.api('externalcontact/groupchat/list', { limit: 10, owner_filter: { userid_list: ['lina'] } })).errcode).toBe(0)
  })

  test('opengid leads to the chat id, of own groups only', async () => {
    const group = await make()
    expect(await it.api('externalcontact/opengid_to_chatid', { opengid: group.openGid })).toMatchObject({ chat_id: group.chatId })
    expect((await it.api('externalcontact/opengid_to_chatid', { opengid: 'oGnone' })).errcode).toBe(90501)
  })
})

describe('figures of groups', () => {
  const day = 24 * 3600
  const midnight = (back: number) => Math.floor((Date.now() / 1000 + 8 * 3600) / day) * day - 8 * 3600 - back * day

  test('count what happened on the days asked for, by owner and by day', async () => {
    const daysAgo = (days: number, hours = 12) => new Date((midnight(days) + hours * 3600) * 1000).toISOString()
    const ming = await friend('小明', 'sunli')
    const { chatId } = await make({ owner: 'sunli', members: ['gaofei'], at: daysAgo(3) })
    await act(chatId, 'invite', { by: 'sunli', members: [ming, 'wanglei'], at: daysAgo(2) })
    await it.control('POST', '/say', { from: ming, to: chatId, text: '一', at: daysAgo(2, 13) })
    await it.control('POST', '/say', { from: ming, to: chatId, text: '二', at: daysAgo(2, 14) })
    await it.control('POST', '/say', { from: 'gaofei', to: chatId, text: '三', at: daysAgo(2, 15) })
    await act(chatId, 'leave', { member: 'wanglei', at: daysAgo(1) })
    const owner_filter = { userid_list: ['sunli'] }
    const period = { day_begin_time: midnight(3), day_end_time: midnight(1), owner_filter }
    const byDay = await it.api('externalcontact/groupchat/statistic_group_by_day', period)
    expect(byDay.items).toMatchObject([
      {
        stat_time: midnight(3),
        data: { new_chat_cnt: 1, chat_total: 1, new_member_cnt: 2, member_total: 2, msg_total: 0, chat_has_msg: 0 },
      },
      {
        stat_time: midnight(2),
        data: { new_chat_cnt: 0, new_member_cnt: 2, member_total: 4, msg_total: 3, member_has_msg: 2, chat_has_msg: 1 },
      },
      { stat_time: midnight(1), data: { new_member_cnt: 0, member_total: 3, msg_total: 0, migrate_trainee_chat_cnt: 0 } },
    ])
    expect((await it.api('externalcontact/groupchat/statistic', period)).items).toMatchObject([
      { owner: 'sunli', data: { new_chat_cnt: 1, chat_total: 1, new_member_cnt: 4, member_total: 3, msg_total: 3, member_has_msg: 2 } },
    ])
  })

  test('come in the order and the pages asked for', async () => {
    await it.control('POST', '/company', { groups: 40, seed: 'figures' })
    const all = { day_begin_time: midnight(1), order_by: 2, limit: 1000 }
    const answer = await it.api('externalcontact/groupchat/statistic', all)
    const items = answer.items as { owner: string; data: { chat_total: number } }[]
    const totals = items.map((one) => one.data.chat_total)
    expect(totals).toEqual([...totals].sort((a, b) => b - a))
    expect([answer.total, answer.next_offset]).toEqual([items.length, items.length])
    const first = await it.api('externalcontact/groupchat/statistic', { ...all, limit: 5 })
    const second = await it.api('externalcontact/groupchat/statistic', { ...all, limit: 1000, offset: first.next_offset })
    expect([...(first.items as unknown[]), ...(second.items as unknown[])]).toEqual(items)
    const rising = (await it.api('externalcontact/groupchat/statistic', { ...all, order_asc: 1 })).items as typeof items
    expect(rising.map((one) => one.data.chat_total)).toEqual([...totals].reverse())
  })

  test.each([
    ['today', 0, undefined],
    ['181 days ago', 181, undefined],
    ['an end before the beginning', 2, 3],
    ['31 days', 32, 2],
  ])('refuse %s', async (_, begin, end) => {
    const body = { day_begin_time: midnight(begin), ...(end === undefined ? {} : { day_end_time: midnight(end) }) }
    expect((await it.api('externalcontact/groupchat/statistic', body)).errcode).toBe(600018)
    expect((await it.api('externalcontact/groupchat/statistic_group_by_day', body)).errcode).toBe(600018)
  })
})

describe('welcome templates', () => {
  test('greet who joins, by name, with the first attachment only', async () => {
    const link = { title: '入群须知', url: 'https://example.com/rules' }
    const file = { media_id: 'never-looked-at' }
    const added = await it.api('externalcontact/group_welcome_template/add', { text: { content: '欢迎 %NICKNAME%' }, link, file })
    const template_id = added.template_id as string
    expect(await it.api('externalcontact/group_welcome_template/get', { template_id })).toMatchObject({
      text: { content: '欢迎 %NICKNAME%' },
      link,
    })
    const asGet = await it.api(`externalcontact/group_welcome_template/get?template_id=${template_id}`)
    expect(asGet).toMatchObject({ errcode: 0, link })
    expect(asGet).not.toHaveProperty('file')
    const { chatId } = await make()
    await it.control('PUT', `/groups/${chatId}`, { by: 'lina', templateId: template_id })
    await act(chatId, 'invite', { by: 'lina', members: ['wanglei'] })
    const ming = await friend('小明')
    await act(chatId, 'invite', { by: 'lina', members: [ming] })
    const welcomes = (await show(chatId)).messages.filter((one) => one.source === 'welcome')
    expect(welcomes).toMatchObject([{ text: '欢迎 小明' }, { kind: 'link', title: '入群须知' }])
    await it.api('externalcontact/group_welcome_template/edit', { template_id, text: { content: '你好' } })
    expect(await it.api('externalcontact/group_welcome_template/get', { template_id })).not.toHaveProperty('link')
    expect((await it.api('externalcontact/group_welcome_template/del', { template_id })).errcode).toBe(0)
    expect((await it.api('externalcontact/group_welcome_template/get', { template_id })).errcode).toBe(40058)
  })

  test('are at most a hundred, need something to say, and belong to the app that made them', async () => {
    const add = async (body: unknown) => (await it.api('externalcontact/group_welcome_template/add', body)).errcode
    expect(await add({})).toBe(40058)
    expect(await add({ text: { content: '长'.repeat(1001) } })).toBe(40058)
    expect(await add({ image: { media_id: 'none' } })).toBe(40007)
    const { template_id } = await it.api('externalcontact/group_welcome_template/add', { text: { content: 'a' } })
    const other = await it.token(it.corp.contactSecret)
    const byOther = async (path: string, body: unknown) =>
      (
        (await (
          await fetch(`${it.url}/cgi-bin/externalcontact/group_welcome_template/${path}?access_token=${other}`, {
            method: 'POST',
            body: JSON.stringify(body),
          })
        ).json()) as { errcode: number }
      ).errcode
    expect(await byOther('edit', { template_id, text: { content: 'b' } })).toBe(41058)
    expect(await byOther('del', { template_id })).toBe(41058)
    expect(await byOther('get', { template_id })).toBe(0)
    for (let made = 1; made < 100; made++) await add({ text: { content: `t${made}` } })
    expect(await add({ text: { content: 'one too many' } })).toBe(41055)
  })
})

describe('codes into groups', () => {
  test('are refused where the documents refuse them', async () => {
    const { chatId } = await make()
    const add = async (body: Record<string, unknown>) =>
      (await it.api('externalcontact/groupchat/add_join_way', { scene: 2, ...body })).errcode
    expect(await add({ chat_id_list: [] })).toBe(40058)
    expect(await add({ chat_id_list: Array.from({ length: 6 }, () => chatId) })).toBe(41091)
    expect(await add({ chat_id_list: ['wrNone'] })).toBe(90501)
    expect(await add({ chat_id_list: [chatId], scene: 3 })).toBe(40058)
    expect(await add({ chat_id_list: [chatId], state: 's'.repeat(31) })).toBe(40058)
    expect(await add({ chat_id_list: [chatId], room_base_name: '名'.repeat(41) })).toBe(40058)
    for (const verb of ['get', 'del'])
      expect((await it.api(`externalcontact/groupchat/${verb}_join_way`, { config_id: 'none' })).errcode).toBe(40058)
    expect((await it.api('externalcontact/groupchat/add_join_way')).errcode).toBe(43002)
  })
})

describe('the company', () => {
  test('comes with three lively groups, gets more by order, and none twice', async () => {
    const { items, total } = await it.control<{ items: { name: string; customers: number; last: { text: string } }[]; total: number }>(
      'GET',
      '/groups',
    )
    expect(total).toBe(3)
    for (const one of items) {
      expect(one.customers).toBeGreaterThanOrEqual(5)
      expect(one.last.text).toBeTruthy()
    }
    const order = { customers: 200, groups: 30, seed: 'more' }
    expect(await it.control('POST', '/company', order)).toMatchObject({ groups: 30, totals: { groups: 33 } })
    expect(await it.control('POST', '/company', order)).toMatchObject({ groups: 0, totals: { groups: 33 } })
  })

  test('of two thousand groups is made in seconds', async () => {
    const made = await it.control<{ groups: number; seconds: number }>('POST', '/company', {
      employees: 100,
      customers: 5000,
      groups: 2000,
      seed: 'big',
    })
    expect(made.groups).toBe(2000)
    expect(made.seconds).toBeLessThan(20)
  })
})

describe('the app itself', () => {
  test('is shown to itself, and nobody else is', async () => {
    expect(await it.api(`agent/get?agentid=${it.corp.agentId}`)).toMatchObject({
      errcode: 0,
      agentid: it.corp.agentId,
      name: '留量',
      allow_partys: { partyid: [1] },
      allow_userinfos: { user: [] },
      close: 0,
    })
    expect((await it.api('agent/get?agentid=2000003')).errcode).toBe(301002)
    expect((await it.api('agent/get?agentid=7')).errcode).toBe(40056)
    expect((await it.api('agent/get')).errcode).toBe(40058)
  })
})
