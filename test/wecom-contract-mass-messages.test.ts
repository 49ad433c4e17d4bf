import { beforeEach, describe, expect, test } from 'vitest'
import {
  cancelMassMessage,
  findMassMessage,
  listMassMessages,
  listMassResults,
  listMassTasks,
  type MassContent,
  type MassCustomers,
  type MassGroups,
  type MassMessagesAsked,
  remindSenders,
  sendToCustomers,
  sendToGroups,
} from '#connectors/wecom/mass-messages.ts'
import { uploadImage, uploadMedia } from '#connectors/wecom/media.ts'
import type { PageAt } from '#connectors/wecom/paging.ts'
import { addTags, markTags } from '#connectors/wecom/tags.ts'
import { createOnce } from '#connectors/wecom/unknown-ends.ts'
import { allPages, contractLab, daySeconds, failure, film, names, picture } from './support/contract-lab.ts'

const lab = contractLab()
const { control, raw, advance } = lab

// Of what is on its way to the members there is a test of its own.
beforeEach(() => control('PUT', 'settings', { habits: { dispatchMs: 0 }, limits: { massReceive: { per: 'month' } } }))

type Task = { id: string; kind: string; text: string; size: number; reminders?: number }
const tasksOf = async (userId: string): Promise<Task[]> => (await control<{ items: Task[] }>('GET', `tasks/${userId}`)).items

/** The member sends what waits on the phone. */
async function confirm(userId: string, body: { targets?: string[] } = {}): Promise<void> {
  const [task] = await tasksOf(userId)
  await control('POST', `tasks/${task?.id}/confirm`, body)
}

type Shown = { kind: string; text?: string; title?: string; source: string; employee: string }
const inbox = async (externalUserId: string): Promise<Shown[]> =>
  (await control<{ items: Shown[] }>('GET', `inbox/${externalUserId}`)).items.filter((it) => it.kind !== 'system')

const hello: MassContent = { text: '周末上新' }
const send = (to: MassCustomers, content = hello) => sendToCustomers(lab.app, to, content)
const sendGroups = (to: MassGroups, content = hello) => sendToGroups(lab.app, to, content)
const results = (msgId: string, sender: string, limit?: number) => allPages((at) => listMassResults(lab.app, { msgId, sender }, at), limit)
const statuses = async (msgId: string, sender: string) =>
  Object.fromEntries((await results(msgId, sender)).map((it) => [it.external_userid ?? it.chat_id, it.status]))
const tasks = (msgId: string, limit?: number) => allPages((at) => listMassTasks(lab.app, msgId, at), limit)

describe('mass messages to customers', () => {
  test('are only asked for until the member confirms; then each customer has text and attachments', async () => {
    const member = await lab.newMember()
    const [first = '', second = ''] = await lab.newCustomers(member, 2)
    const { mediaId } = await uploadMedia(lab.app, 'image', picture)
    const video = await uploadMedia(lab.app, 'video', film)
    const pdf = { fileName: '报价.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.7 x') }
    const file = await uploadMedia(lab.app, 'file', pdf)
    const attachments = [
      { msgtype: 'image', image: { media_id: mediaId } },
      { msgtype: 'image', image: { pic_url: await uploadImage(lab.app, picture) } },
      { msgtype: 'link', link: { title: '活动', url: 'https://example.com/a', desc: '三天', picurl: 'https://example.com/p.png' } },
      { msgtype: 'miniprogram', miniprogram: { title: '商城', pic_media_id: mediaId, appid: 'wx1', page: '/index.html' } },
      { msgtype: 'video', video: { media_id: video.mediaId } },
      { msgtype: 'file', file: { media_id: file.mediaId } },
    ]
    const { msgId, unsendable } = await send({ customers: [first, second, 'wmNobody'] }, { ...hello, attachments })
    expect(msgId).toMatch(/^msg.{30}$/)
    expect(unsendable).toEqual(['wmNobody'])
    expect(await tasksOf(member)).toMatchObject([{ kind: 'mass_message', text: '周末上新', size: 2 }])
    expect(await tasks(msgId)).toEqual([{ userid: member, status: 0 }])
    expect(await results(msgId, member)).toEqual([
      { external_userid: first, userid: member, status: 0 },
      { external_userid: second, userid: member, status: 0 },
    ])
    expect(await inbox(first)).toEqual([])
    await confirm(member)
    expect(await tasksOf(member)).toEqual([])
    expect(await tasks(msgId)).toEqual([{ userid: member, status: 2, send_time: expect.any(Number) }])
    expect(await results(msgId, member)).toMatchObject([
      { external_userid: first, status: 1, send_time: expect.any(Number) },
      { external_userid: second, status: 1 },
    ])
    const got = await inbox(second)
    expect(got.map((it) => it.kind)).toEqual(['text', 'image', 'image', 'link', 'miniprogram', 'video', 'file'])
    expect(got.every((it) => it.source === 'mass')).toBe(true)
  })

  test('come from the member who talked with the customer last', async () => {
    const [one, other] = [await lab.newMember(), await lab.newMember()]
    const [customer = ''] = await lab.newCustomers(one, 1)
    await control('POST', 'befriend', { userId: other, customer })
    await control('POST', 'say', { from: customer, to: one, text: '在吗' })
    await send({ customers: [customer] })
    expect([(await tasksOf(one)).length, (await tasksOf(other)).length]).toEqual([1, 0])
    await control('POST', 'say', { from: other, to: customer, text: '您好' })
    await send({ customers: [customer] })
    expect([(await tasksOf(one)).length, (await tasksOf(other)).length]).toEqual([1, 1])
  })

  test('go to all customers of a sender, or to those with the tags: any of a list, every list', async () => {
    const member = await lab.newMember()
    const customers = await lab.newCustomers(member, 3)
    const group = await addTags(lab.app, { group_name: `偏好${member}`, tag: [{ name: '茶' }, { name: '咖啡' }, { name: '老客' }] })
    const tag = (name: string) => group?.tag?.find((it) => it.name === name)?.id ?? ''
    const mark = (index: number, ...names: string[]) =>
      markTags(lab.app, { userid: member, external_userid: customers[index] ?? '', add_tag: names.map(tag) })
    await mark(0, '茶', '老客')
    await mark(1, '咖啡', '老客')
    await mark(2, '咖啡')
    const whole = await send({ sender: member })
    expect(Object.keys(await statuses(whole.msgId, member))).toEqual(customers)
    const some = await send({ tags: [[tag('茶'), tag('咖啡')], [tag('老客')]] })
    expect(Object.keys(await statuses(some.msgId, member))).toEqual(customers.slice(0, 2))
    const both = await send({ sender: member, customers, tags: [[tag('茶')]] })
    expect(both.unsendable).toEqual(customers.slice(1))
    expect(await failure(send({ tags: [['etNothing']] }))).toMatchObject({ errcode: 40068, reaction: 'sync_tags' })
  })

  test('tell who had deleted the member and who has had enough, by month, week and day', async () => {
    const member = await lab.newMember()
    const [gone = '', kept = ''] = await lab.newCustomers(member, 2)
    await control('POST', 'unfollow', { externalUserId: gone, userId: member, by: 'customer' })
    const sendAndConfirm = async () => {
      const { msgId } = await send({ sender: member })
      await confirm(member)
      return statuses(msgId, member)
    }
    const receive = (massReceive: object) => control('PUT', 'settings', { limits: { massReceive } })
    expect(await sendAndConfirm()).toEqual({ [gone]: 2, [kept]: 1 })
    await receive({ per: 'day' })
    expect(await sendAndConfirm()).toEqual({ [gone]: 2, [kept]: 3 })
    expect((await inbox(kept)).length).toBe(1)
    await advance(daySeconds)
    lab.connect()
    expect((await sendAndConfirm())[kept]).toBe(1)
    await receive({ per: 'month', most: 1 })
    expect((await sendAndConfirm())[kept]).toBe(3)
    await advance(31 * daySeconds)
    lab.connect()
    expect((await sendAndConfirm())[kept]).toBe(1)
    await receive({ per: 'week' })
    const again: unknown[] = []
    // Seven a week, and the month's one was in this week.
    for (let index = 0; index < 8; index++) again.push((await sendAndConfirm())[kept])
    expect(again.filter((it) => it === 1).length).toBe(6)
    expect(again.at(-1)).toBe(3)
  })

  test('leave out whom the member took off the list, where that is allowed', async () => {
    const member = await lab.newMember()
    const [first = '', second = ''] = await lab.newCustomers(member, 2)
    const free = await send({ sender: member, maySelect: true })
    await confirm(member, { targets: [first] })
    expect(await statuses(free.msgId, member)).toEqual({ [first]: 1, [second]: 0 })
    expect(await tasks(free.msgId)).toMatchObject([{ status: 2 }])
    const fixed = await send({ sender: member })
    await confirm(member, { targets: [first] })
    expect(await statuses(fixed.msgId, member)).toEqual({ [first]: 1, [second]: 1 })
  })

  test('that are put aside come back with a reminder, three in a day', async () => {
    const member = await lab.newMember()
    await lab.newCustomers(member, 1)
    const { msgId } = await send({ sender: member })
    const remind = () => remindSenders(lab.app, msgId)
    const [task] = await tasksOf(member)
    await control('POST', `tasks/${task?.id}/ignore`)
    expect(await tasksOf(member)).toEqual([])
    expect(await tasks(msgId)).toEqual([{ userid: member, status: 0 }])
    await remind()
    expect(await tasksOf(member)).toMatchObject([{ id: task?.id, reminders: 1 }])
    await remind()
    await remind()
    expect(await failure(remind())).toMatchObject({ errcode: 41094, reaction: 'tell' })
    await advance(daySeconds + 1)
    lab.connect()
    await remind()
  })

  test('that are cancelled go to nobody any more; what was sent stays', async () => {
    const [quick, slow] = [await lab.newMember(), await lab.newMember()]
    const [had = ''] = await lab.newCustomers(quick, 1)
    const [never = ''] = await lab.newCustomers(slow, 1)
    const { msgId } = await send({ customers: [had, never] })
    await confirm(quick)
    await cancelMassMessage(lab.app, msgId)
    expect(await failure(cancelMassMessage(lab.app, msgId))).toMatchObject({ errcode: 41093, reaction: 'stop' })
    expect(await failure(remindSenders(lab.app, msgId))).toMatchObject({ errcode: 41093 })
    expect(await tasksOf(slow)).toEqual([])
    expect([await statuses(msgId, quick), await statuses(msgId, slow)]).toEqual([{ [had]: 1 }, { [never]: 0 }])
    expect(await inbox(never)).toEqual([])
  })

  test('refuse what WeCom refuses', async () => {
    const member = await lab.newMember()
    const [customer = ''] = await lab.newCustomers(member, 1)
    expect(await failure(send({ customers: ['wmNobody'] }))).toMatchObject({ errcode: 41048, reaction: 'empty' })
    expect(await failure(send({ sender: 'nobody' }))).toMatchObject({ errcode: 60111, reaction: 'skip_item' })
    expect(await failure(send({}))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    expect(await failure(send({ sender: member }, {}))).toMatchObject({ errcode: 40058 })
    await control('PUT', `employees/${member}`, { contact: false })
    expect(await failure(send({ sender: member }))).toMatchObject({ errcode: 84083 })
    await control('PUT', `employees/${member}`, { contact: true })
    const old = send({ sender: member }, { attachments: [{ msgtype: 'image', image: { media_id: 'expired' } }] })
    expect(await failure(old)).toMatchObject({ errcode: 40007, reaction: 'upload_again' })
    const byDirectory = sendToCustomers(lab.withSecret('directorySecret'), { sender: member }, hello)
    expect(await failure(byDirectory)).toMatchObject({ errcode: 48002 })
    expect(await failure(tasks('msgNone'))).toMatchObject({ errcode: 40058 })
    const { msgId } = await send({ customers: [customer] })
    expect(await failure(results(msgId, 'nobody'))).toMatchObject({ errcode: 60111 })
    expect(await results(msgId, 'lina')).toEqual([])
  })

  const tooMany = Array.from({ length: 10 }, () => ({ msgtype: 'image', image: { media_id: 'm' } }))
  test.each<[string, MassCustomers, MassContent, object]>([
    ['external_userid', { customers: Array(10_001).fill('wm') }, hello, { external_userid: Array(10_001).fill('wm') }],
    ['text.content', { sender: 'lina' }, { text: '长'.repeat(1334) }, { sender: 'lina', text: { content: '长'.repeat(1334) } }],
    ['attachments', { sender: 'lina' }, { attachments: tooMany }, { sender: 'lina', attachments: tooMany }],
  ])('are bounded in %s by WeCom and by us alike', async (field, to, content, body) => {
    expect(await failure(send(to, content))).toMatchObject({ code: 'wecom.bad_request', field })
    const answer = await raw('externalcontact/add_msg_template', { text: { content: '上新' }, ...body })
    expect(answer).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining(field) })
  })

  test('are on their way for a moment', async () => {
    const member = await lab.newMember()
    await lab.newCustomers(member, 1)
    await control('PUT', 'settings', { habits: { dispatchMs: 60_000 } })
    const { msgId } = await send({ sender: member })
    expect(await failure(tasks(msgId))).toMatchObject({ errcode: 41063, reaction: 'retry' })
    await advance(60)
    expect(await tasks(msgId)).toEqual([{ userid: member, status: 0 }])
  })

  test('and their results come page after page', async () => {
    const member = await lab.newMember()
    const customers = await lab.newCustomers(member, 7)
    const { msgId } = await send({ sender: member })
    expect((await results(msgId, member, 3)).map((it) => it.external_userid)).toEqual(customers)
    const many = [await lab.newMember(), await lab.newMember(), await lab.newMember()]
    const theirs = (await Promise.all(many.map((it) => lab.newCustomers(it, 1)))).flat()
    const wide = await send({ customers: theirs })
    expect((await tasks(wide.msgId, 2)).map((it) => it.userid)).toEqual(many)
    const lists = [
      ['get_groupmsg_task', (at: PageAt) => listMassTasks(lab.app, msgId, at)],
      ['get_groupmsg_send_result', (at: PageAt) => listMassResults(lab.app, { msgId, sender: member }, at)],
    ] as const
    for (const [endpoint, list] of lists) {
      expect(await failure(list({ limit: 1001 }))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
      expect(await failure(list({ cursor: 'made up' }))).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
      const answer = await raw(`externalcontact/${endpoint}`, { msgid: msgId, userid: member, limit: 1001 })
      expect(answer).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('limit') })
    }
  })

  test('are listed by kind, time, creator and who made them', async () => {
    const member = await lab.newMember()
    const [customer = ''] = await lab.newCustomers(member, 1)
    await advance(2)
    const from = await lab.nowSeconds()
    const link = { msgtype: 'link', link: { title: '活动', url: 'https://example.com/a' } }
    const { msgId } = await send({ sender: member }, { ...hello, attachments: [link] })
    const own = await control<{ msgId: string }>('POST', 'mass-messages', { userId: member, text: '我自己发的' })
    expect((await inbox(customer)).at(-1)).toMatchObject({ text: '我自己发的', source: 'mass' })
    const list = (more: Partial<MassMessagesAsked> = {}, limit?: number) =>
      allPages((at) => listMassMessages(lab.app, { kind: 'single', from, to: from + 3600, ...more }, at), limit)
    const company = (await list({ by: 'company' })).find((it) => it.msgid === msgId)
    const text = { content: hello.text }
    expect(company).toEqual({ msgid: msgId, create_time: expect.any(Number), create_type: 0, text, attachments: [link] })
    expect(await list({ by: 'member' })).toMatchObject([{ msgid: own.msgId, creator: member, create_type: 1 }])
    expect(await list({ creator: member })).toHaveLength(1)
    expect(await list({ kind: 'group' })).toEqual([])
    expect((await list({}, 1)).map((it) => it.msgid)).toEqual([msgId, own.msgId])
    expect(await failure(list({}, 101))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
    const path = 'externalcontact/get_groupmsg_list_v2'
    const spans = [
      { start_time: from, end_time: from + 32 * daySeconds },
      { start_time: from, end_time: from - 1 },
    ]
    for (const span of spans) {
      expect(await failure(list({ to: span.end_time }))).toMatchObject({ code: 'wecom.bad_request', field: 'end_time' })
      expect(await raw(path, { chat_type: 'single', ...span })).toMatchObject({ errcode: 600018 })
    }
    expect(await raw(path, spans[0])).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('chat_type') })
  })

  test('are asked of the members once although the answer to their making was lost', async () => {
    const path = 'externalcontact/add_msg_template'
    const [member, other] = [await lab.newMember(), await lab.newMember()]
    await lab.newCustomers(member, 1)
    await lab.newCustomers(other, 1)
    await advance(1)
    const since = await lab.nowSeconds()
    // The same words of another member are another message.
    const foreign = await send({ sender: other })
    const known: string[] = []
    const create = () =>
      createOnce(
        () => send({ sender: member }),
        () => findMassMessage(lab.app, { kind: 'single', ...hello, sender: member, since, known }),
      )
    for (const fault of [{ status: 0 }, { status: 502 }]) {
      const before = await lab.calls(path)
      await lab.fail({ path, times: 1, after: true, ...fault })
      const { msgId } = await create()
      expect(msgId).not.toBe(foreign.msgId)
      expect(known).not.toContain(msgId)
      known.push(msgId)
      expect(await lab.calls(path)).toBe(before + 1)
      expect(await tasksOf(member)).toHaveLength(known.length)
    }
    // What WeCom never heard of is sent now; the two before belong to somebody.
    await lab.fail({ path, times: 1, errcode: -1 })
    expect(known).not.toContain((await create()).msgId)
    expect(await tasksOf(member)).toHaveLength(3)
  })

  test('that WeCom is still busy with when we give up are found a moment later', async () => {
    const path = 'externalcontact/add_msg_template'
    const member = await lab.newMember()
    await lab.newCustomers(member, 1)
    // The token is there before the line becomes slow.
    await listMassMessages(lab.app, { kind: 'single', from: 0, to: 1 })
    const since = await lab.nowSeconds()
    await control('PUT', 'faults', { latencyMs: 500 })
    const before = await lab.calls(path)
    const { msgId } = await createOnce(
      () => sendToCustomers(lab.app, { sender: member }, hello, { timeoutMs: 100 }),
      () => findMassMessage(lab.app, { kind: 'single', ...hello, sender: member, since }),
    )
    expect(await lab.calls(path)).toBe(before + 1)
    expect(await tasks(msgId)).toMatchObject([{ userid: member }])
    expect(await tasksOf(member)).toHaveLength(1)
  })

  test('that nobody can tell about stay unknown instead of being sent again', async () => {
    const path = 'externalcontact/add_msg_template'
    const member = await lab.newMember()
    await lab.newCustomers(member, 1)
    const since = await lab.nowSeconds()
    await lab.fail({ path, times: 1, status: 0, after: true }, { path: 'externalcontact/get_groupmsg_list_v2', times: 10, status: 502 })
    const before = await lab.calls(path)
    const lost = createOnce(
      () => send({ sender: member }),
      () => findMassMessage(lab.app, { kind: 'single', ...hello, sender: member, since }),
    )
    expect(await failure(lost)).toMatchObject({ code: 'wecom.unreachable' })
    expect(await lab.calls(path)).toBe(before + 1)
    expect(await tasksOf(member)).toHaveLength(1)
  })
})

describe('mass messages to groups', () => {
  test('go to the named groups of the sender, or to all of them', async () => {
    const member = await lab.newMember()
    const [first, second] = [await lab.newGroup(member), await lab.newGroup(member)]
    const foreign = await lab.newGroup('lina')
    const link = { msgtype: 'link', link: { title: '活动', url: 'https://example.com/a' } }
    const { msgId, unsendable } = await sendGroups({ sender: member, groups: [first, foreign] }, { ...hello, attachments: [link] })
    expect(unsendable).toEqual([foreign])
    expect(await tasksOf(member)).toMatchObject([{ kind: 'group_mass_message', size: 1 }])
    await confirm(member)
    expect(await results(msgId, member)).toEqual([{ chat_id: first, userid: member, status: 1, send_time: expect.any(Number) }])
    const { messages } = await control<{ messages: { kind: string; source: string; sender: string }[] }>('GET', `groups/${first}`)
    expect(messages.slice(-2)).toMatchObject([
      { kind: 'text', source: 'mass', sender: member },
      { kind: 'link', source: 'mass' },
    ])
    const whole = await sendGroups({ sender: member })
    await control('DELETE', `groups/${second}`)
    await control('PUT', 'settings', { limits: { massReceive: { per: 'day' } } })
    await confirm(member)
    expect(await statuses(whole.msgId, member)).toEqual({ [first]: 3, [second]: 2 })
  })

  test('need a sender with groups, two thousand at most', async () => {
    expect(await failure(sendGroups({ sender: '' }))).toMatchObject({ errcode: 40058 })
    expect(await failure(sendGroups({ sender: await lab.newMember() }))).toMatchObject({ errcode: 41048 })
    const many = sendGroups({ sender: 'lina', groups: names(2001, 'wr') })
    expect(await failure(many)).toMatchObject({ code: 'wecom.bad_request', field: 'chat_id_list' })
    const body = { chat_type: 'group', sender: 'lina', text: { content: 'x' }, chat_id_list: names(2001, 'wr') }
    const answer = await raw('externalcontact/add_msg_template', body)
    expect(answer).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('chat_id_list') })
  })
})

test('tasks wait over a restart, results stand', async () => {
  const member = await lab.newMember()
  const [customer = ''] = await lab.newCustomers(member, 1)
  const { msgId } = await send({ sender: member })
  await lab.restart()
  expect((await tasksOf(member)).map((it) => it.kind)).toEqual(['mass_message'])
  await confirm(member)
  await lab.restart()
  expect(await statuses(msgId, member)).toEqual({ [customer]: 1 })
})
