import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callWecom } from '#connectors/wecom/client.ts'
import { openConnection, type WecomApp } from '#connectors/wecom/connection.ts'
import { addContactWay } from '#connectors/wecom/contact-ways.ts'
import type { RequestOf } from '#connectors/wecom/endpoints/catalogue.ts'
import { uploadAttachment, uploadImage, uploadMedia } from '#connectors/wecom/media.ts'
import { pages } from '#connectors/wecom/paging.ts'
import { addTags, markTags } from '#connectors/wecom/tags.ts'
import { createLogger } from '#platform/log.ts'
import { type Sandbox, startSandbox } from '../sandbox/server.ts'

const start = () => startSandbox({ port: 0, host: '127.0.0.1', dataDir: folder, logLevel: 'silent', environment: {} })
let folder: string
let sandbox: Sandbox
let app: WecomApp
let directoryApp: WecomApp
let made = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liuliang-contract-messages-'))
  sandbox = await start()
})

afterAll(async () => {
  await sandbox.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  connect()
  // Of what is on its way to the members there is a test of its own.
  const limits = { massReceive: { per: 'month' }, momentsPerMinute: 1000, momentJobs: 100 }
  await control('PUT', 'settings', { habits: { dispatchMs: 0, momentJobMs: 0 }, limits })
})

function connect(): void {
  const [corp] = sandbox.corps
  if (!corp?.directorySecret) throw new Error('The sandbox has no first corp.')
  const { url } = sandbox
  const connection = openConnection({ baseUrl: url, openUrl: url, loginUrl: url, log: createLogger('silent', 'test') })
  app = { connection, tenantId: 1, corpId: corp.corpId, secret: corp.secret, agentId: corp.agentId }
  directoryApp = { ...app, secret: corp.directorySecret }
}

async function control<Result = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Result> {
  const init = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${sandbox.url}/sandbox/${path}`, { method, ...init })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Result
}

/** What the sandbox says to a call that our own checks would not let out. */
async function raw(path: string, body: unknown): Promise<{ errcode: number; errmsg: string }> {
  const grant = await fetch(`${sandbox.url}/cgi-bin/gettoken?corpid=${app.corpId}&corpsecret=${app.secret}`)
  const { access_token } = (await grant.json()) as { access_token: string }
  const answer = await fetch(`${sandbox.url}/cgi-bin/externalcontact/${path}?access_token=${access_token}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  return (await answer.json()) as { errcode: number; errmsg: string }
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error,
  )

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

/** A member of their own for a test: nobody else's customers, groups and tasks get in its way. */
async function newMember(): Promise<string> {
  const userId = `member${++made}`
  await control('POST', 'employees', { userId, name: `成员${made}`, contact: true })
  return userId
}

async function newCustomers(userId: string, count: number): Promise<string[]> {
  const { configId } = await addContactWay(app, { type: 1, scene: 2, user: [userId] })
  const ids: string[] = []
  for (let index = 0; index < count; index++) {
    const scanned = await control<{ externalUserId: string }>('POST', 'scan', { code: configId, name: `客户${++made}` })
    ids.push(scanned.externalUserId)
  }
  return ids
}

const newGroup = async (owner: string): Promise<string> =>
  (await control<{ chatId: string }>('POST', 'groups', { owner, name: `群${++made}` })).chatId

type Task = { id: string; kind: string; text: string; size: number; reminders?: number }
const tasksOf = async (userId: string): Promise<Task[]> => (await control<{ items: Task[] }>('GET', `tasks/${userId}`)).items

/** The member sends what waits on the phone. */
async function confirm(userId: string, body: { targets?: string[] } = {}): Promise<void> {
  const [task] = await tasksOf(userId)
  await control('POST', `tasks/${task?.id}/confirm`, body)
}

async function inbox(externalUserId: string): Promise<{ kind: string; text?: string; title?: string; source: string; employee: string }[]> {
  const { items } = await control<{ items: { kind: string; text?: string; title?: string; source: string; employee: string }[] }>(
    'GET',
    `inbox/${externalUserId}`,
  )
  return items.filter((it) => it.kind !== 'system')
}

const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64)])
const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(64)])
const picture = { fileName: 'a.png', contentType: 'image/png', bytes: png }
const film = { fileName: 'a.mp4', contentType: 'video/mp4', bytes: mp4 }
const nowSeconds = async () => Math.floor(new Date((await control<{ now: string }>('GET', 'clock')).now).getTime() / 1000)

type Template = RequestOf<'externalcontact/add_msg_template'>
const send = (body: Template) => callWecom(app, 'externalcontact/add_msg_template', { body })
const hello = { text: { content: '周末上新' } }
const results = async (msgid: string | undefined, userid: string) =>
  (await callWecom(app, 'externalcontact/get_groupmsg_send_result', { body: { msgid: msgid ?? '', userid } })).send_list ?? []
const statuses = async (msgid: string | undefined, userid: string) =>
  Object.fromEntries((await results(msgid, userid)).map((it) => [it.external_userid ?? it.chat_id, it.status]))
const taskList = async (msgid: string | undefined) =>
  (await callWecom(app, 'externalcontact/get_groupmsg_task', { body: { msgid: msgid ?? '' } })).task_list ?? []

describe('mass messages to customers', () => {
  test('are only asked for until the member confirms; then each customer has text and attachments', async () => {
    const member = await newMember()
    const [first = '', second = ''] = await newCustomers(member, 2)
    const { mediaId } = await uploadMedia(app, 'image', picture)
    const film1 = await uploadMedia(app, 'video', film)
    const file = await uploadMedia(app, 'file', { fileName: '报价.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.7 x') })
    const { msgid, fail_list } = await send({
      ...hello,
      external_userid: [first, second, 'wmNobody'],
      attachments: [
        { msgtype: 'image', image: { media_id: mediaId } },
        { msgtype: 'image', image: { pic_url: await uploadImage(app, picture) } },
        { msgtype: 'link', link: { title: '活动', url: 'https://example.com/a', desc: '三天', picurl: 'https://example.com/p.png' } },
        { msgtype: 'miniprogram', miniprogram: { title: '商城', pic_media_id: mediaId, appid: 'wx1', page: '/index.html' } },
        { msgtype: 'video', video: { media_id: film1.mediaId } },
        { msgtype: 'file', file: { media_id: file.mediaId } },
      ],
    })
    expect(msgid).toMatch(/^msg.{30}$/)
    expect(fail_list).toEqual(['wmNobody'])
    expect(await tasksOf(member)).toMatchObject([{ kind: 'mass_message', text: '周末上新', size: 2 }])
    expect(await taskList(msgid)).toEqual([{ userid: member, status: 0 }])
    expect(await results(msgid, member)).toEqual([
      { external_userid: first, userid: member, status: 0 },
      { external_userid: second, userid: member, status: 0 },
    ])
    expect(await inbox(first)).toEqual([])
    await confirm(member)
    expect(await tasksOf(member)).toEqual([])
    expect(await taskList(msgid)).toEqual([{ userid: member, status: 2, send_time: expect.any(Number) }])
    expect(await results(msgid, member)).toMatchObject([
      { external_userid: first, status: 1, send_time: expect.any(Number) },
      { external_userid: second, status: 1 },
    ])
    const got = await inbox(second)
    expect(got.map((it) => it.kind)).toEqual(['text', 'image', 'image', 'link', 'miniprogram', 'video', 'file'])
    expect(got.every((it) => it.source === 'mass')).toBe(true)
  })

  test('come from the member who talked with the customer last', async () => {
    const [one, other] = [await newMember(), await newMember()]
    const [customer = ''] = await newCustomers(one, 1)
    await control('POST', 'befriend', { userId: other, customer })
    await control('POST', 'say', { from: customer, to: one, text: '在吗' })
    await send({ ...hello, external_userid: [customer] })
    expect([(await tasksOf(one)).length, (await tasksOf(other)).length]).toEqual([1, 0])
    await control('POST', 'say', { from: other, to: customer, text: '您好' })
    await send({ ...hello, external_userid: [customer] })
    expect([(await tasksOf(one)).length, (await tasksOf(other)).length]).toEqual([1, 1])
  })

  test('go to all customers of a sender, or to those with the tags: any of a list, every list', async () => {
    const member = await newMember()
    const customers = await newCustomers(member, 3)
    const group = await addTags(app, { group_name: `偏好${member}`, tag: [{ name: '茶' }, { name: '咖啡' }, { name: '老客' }] })
    const tag = (name: string) => group?.tag?.find((it) => it.name === name)?.id ?? ''
    const mark = (index: number, ...names: string[]) =>
      markTags(app, { userid: member, external_userid: customers[index] ?? '', add_tag: names.map(tag) })
    await mark(0, '茶', '老客')
    await mark(1, '咖啡', '老客')
    await mark(2, '咖啡')
    const whole = await send({ ...hello, sender: member })
    expect(Object.keys(await statuses(whole.msgid, member))).toEqual(customers)
    const some = await send({
      ...hello,
      tag_filter: { group_list: [{ tag_list: [tag('茶'), tag('咖啡')] }, { tag_list: [tag('老客')] }] },
    })
    expect(Object.keys(await statuses(some.msgid, member))).toEqual(customers.slice(0, 2))
    const both = await send({
      ...hello,
      sender: member,
      external_userid: customers,
      tag_filter: { group_list: [{ tag_list: [tag('茶')] }] },
    })
    expect(both.fail_list).toEqual(customers.slice(1))
    const strange = send({ ...hello, tag_filter: { group_list: [{ tag_list: ['etNothing'] }] } })
    expect(await failure(strange)).toMatchObject({ errcode: 40068, reaction: 'sync_tags' })
  })

  test('tell who had deleted the member and who has had enough, by month, week and day', async () => {
    const member = await newMember()
    const [gone = '', kept = ''] = await newCustomers(member, 2)
    await control('POST', 'unfollow', { externalUserId: gone, userId: member, by: 'customer' })
    const sendAndConfirm = async () => {
      const { msgid } = await send({ ...hello, sender: member })
      await confirm(member)
      return statuses(msgid, member)
    }
    expect(await sendAndConfirm()).toEqual({ [gone]: 2, [kept]: 1 })
    await control('PUT', 'settings', { limits: { massReceive: { per: 'day' } } })
    expect(await sendAndConfirm()).toEqual({ [gone]: 2, [kept]: 3 })
    expect((await inbox(kept)).length).toBe(1)
    await control('PUT', 'clock', { advanceSeconds: 86_400 })
    connect()
    expect((await sendAndConfirm())[kept]).toBe(1)
    await control('PUT', 'settings', { limits: { massReceive: { per: 'month', most: 1 } } })
    expect((await sendAndConfirm())[kept]).toBe(3)
    await control('PUT', 'clock', { advanceSeconds: 31 * 86_400 })
    connect()
    expect((await sendAndConfirm())[kept]).toBe(1)
    await control('PUT', 'settings', { limits: { massReceive: { per: 'week' } } })
    const again: unknown[] = []
    // Seven a week, and the month's one was in this week.
    for (let index = 0; index < 8; index++) again.push((await sendAndConfirm())[kept])
    expect(again.filter((it) => it === 1).length).toBe(6)
    expect(again.at(-1)).toBe(3)
  })

  test('leave out whom the member took off the list, where that is allowed', async () => {
    const member = await newMember()
    const [first = '', second = ''] = await newCustomers(member, 2)
    const free = await send({ ...hello, sender: member, allow_select: true })
    await confirm(member, { targets: [first] })
    expect(await statuses(free.msgid, member)).toEqual({ [first]: 1, [second]: 0 })
    expect(await taskList(free.msgid)).toMatchObject([{ status: 2 }])
    const fixed = await send({ ...hello, sender: member })
    await confirm(member, { targets: [first] })
    expect(await statuses(fixed.msgid, member)).toEqual({ [first]: 1, [second]: 1 })
  })

  test('that are put aside come back with a reminder, three in a day', async () => {
    const member = await newMember()
    await newCustomers(member, 1)
    const { msgid = '' } = await send({ ...hello, sender: member })
    const remind = () => callWecom(app, 'externalcontact/remind_groupmsg_send', { body: { msgid } })
    const [task] = await tasksOf(member)
    await control('POST', `tasks/${task?.id}/ignore`)
    expect(await tasksOf(member)).toEqual([])
    expect(await taskList(msgid)).toEqual([{ userid: member, status: 0 }])
    await remind()
    expect(await tasksOf(member)).toMatchObject([{ id: task?.id, reminders: 1 }])
    await remind()
    await remind()
    expect(await failure(remind())).toMatchObject({ errcode: 41094, reaction: 'tell' })
    await control('PUT', 'clock', { advanceSeconds: 86_401 })
    connect()
    await remind()
  })

  test('that are cancelled go to nobody any more; what was sent stays', async () => {
    const [quick, slow] = [await newMember(), await newMember()]
    const [had = ''] = await newCustomers(quick, 1)
    const [never = ''] = await newCustomers(slow, 1)
    const { msgid = '' } = await send({ ...hello, external_userid: [had, never] })
    await confirm(quick)
    const cancel = () => callWecom(app, 'externalcontact/cancel_groupmsg_send', { body: { msgid } })
    await cancel()
    expect(await failure(cancel())).toMatchObject({ errcode: 41093, reaction: 'stop' })
    const remind = callWecom(app, 'externalcontact/remind_groupmsg_send', { body: { msgid } })
    expect(await failure(remind)).toMatchObject({ errcode: 41093 })
    expect(await tasksOf(slow)).toEqual([])
    expect([await statuses(msgid, quick), await statuses(msgid, slow)]).toEqual([{ [had]: 1 }, { [never]: 0 }])
    expect(await inbox(never)).toEqual([])
  })

  test('refuse what WeCom refuses', async () => {
    const member = await newMember()
    const [customer = ''] = await newCustomers(member, 1)
    expect(await failure(send({ ...hello, external_userid: ['wmNobody'] }))).toMatchObject({ errcode: 41048, reaction: 'empty' })
    expect(await failure(send({ ...hello, sender: 'nobody' }))).toMatchObject({ errcode: 60111, reaction: 'skip_item' })
    expect(await failure(send(hello))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    expect(await failure(send({ sender: member }))).toMatchObject({ errcode: 40058 })
    await control('PUT', `employees/${member}`, { contact: false })
    expect(await failure(send({ ...hello, sender: member }))).toMatchObject({ errcode: 84083 })
    await control('PUT', `employees/${member}`, { contact: true })
    const old = send({ sender: member, attachments: [{ msgtype: 'image', image: { media_id: 'expired' } }] })
    expect(await failure(old)).toMatchObject({ errcode: 40007, reaction: 'upload_again' })
    expect(
      await failure(callWecom(directoryApp, 'externalcontact/add_msg_template', { body: { ...hello, sender: member } })),
    ).toMatchObject({
      errcode: 48002,
    })
    const unknown = callWecom(app, 'externalcontact/get_groupmsg_task', { body: { msgid: 'msgNone' } })
    expect(await failure(unknown)).toMatchObject({ errcode: 40058 })
    const { msgid = '' } = await send({ ...hello, external_userid: [customer] })
    expect(await failure(results(msgid, 'nobody'))).toMatchObject({ errcode: 60111 })
    expect(await results(msgid, 'lina')).toEqual([])
  })

  test.each<[string, Record<string, unknown>]>([
    ['external_userid', { external_userid: Array.from({ length: 10_001 }, () => 'wm') }],
    ['text.content', { sender: 'lina', text: { content: '长'.repeat(1334) } }],
    ['attachments', { sender: 'lina', attachments: Array.from({ length: 10 }, () => ({ msgtype: 'image', image: { media_id: 'm' } })) }],
    ['chat_id_list', { chat_type: 'group', sender: 'lina', chat_id_list: Array.from({ length: 2001 }, () => 'wr') }],
  ])('are bounded in %s by WeCom and by us alike', async (field, more) => {
    expect(await failure(send({ ...hello, ...more }))).toMatchObject({ code: 'wecom.bad_request', field })
    expect(await raw('add_msg_template', { ...hello, ...more })).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining(field) })
  })

  test('are on their way for a moment', async () => {
    const member = await newMember()
    await newCustomers(member, 1)
    await control('PUT', 'settings', { habits: { dispatchMs: 60_000 } })
    const { msgid } = await send({ ...hello, sender: member })
    expect(await failure(taskList(msgid))).toMatchObject({ errcode: 41063, reaction: 'retry' })
    await control('PUT', 'clock', { advanceSeconds: 60 })
    expect(await taskList(msgid)).toEqual([{ userid: member, status: 0 }])
  })

  test('and their results come page after page', async () => {
    const member = await newMember()
    const customers = await newCustomers(member, 7)
    const { msgid = '' } = await send({ ...hello, sender: member })
    const paged = await all(
      pages(async (cursor) => {
        const body = { msgid, userid: member, limit: 3, ...(cursor && { cursor }) }
        const answer = await callWecom(app, 'externalcontact/get_groupmsg_send_result', { body })
        expect(answer.send_list?.length).toBeLessThanOrEqual(3)
        return { items: answer.send_list ?? [], next: answer.next_cursor }
      }),
    )
    expect(paged.map((it) => it.external_userid)).toEqual(customers)
    const many = [await newMember(), await newMember(), await newMember()]
    const theirs = (await Promise.all(many.map((it) => newCustomers(it, 1)))).flat()
    const wide = await send({ ...hello, external_userid: theirs })
    const members = await all(
      pages(async (cursor) => {
        const body = { msgid: wide.msgid ?? '', limit: 2, ...(cursor && { cursor }) }
        const answer = await callWecom(app, 'externalcontact/get_groupmsg_task', { body })
        return { items: answer.task_list ?? [], next: answer.next_cursor }
      }),
    )
    expect(members.map((it) => it.userid)).toEqual(many)
    for (const [endpoint, limit] of [
      ['get_groupmsg_task', 1001],
      ['get_groupmsg_send_result', 1001],
    ] as const) {
      expect(await raw(endpoint, { msgid, userid: member, limit })).toMatchObject({
        errcode: 40058,
        errmsg: expect.stringContaining('limit'),
      })
      expect(await raw(endpoint, { msgid, userid: member, cursor: 'made up' })).toMatchObject({ errcode: 50100 })
    }
  })

  test('are listed by kind, time, creator and who made them', async () => {
    const member = await newMember()
    const [customer = ''] = await newCustomers(member, 1)
    await control('PUT', 'clock', { advanceSeconds: 2 })
    const start_time = await nowSeconds()
    const link = { msgtype: 'link', link: { title: '活动', url: 'https://example.com/a' } }
    const { msgid } = await send({ ...hello, sender: member, attachments: [link] })
    const own = await control<{ msgId: string }>('POST', 'mass-messages', { userId: member, text: '我自己发的' })
    expect((await inbox(customer)).at(-1)).toMatchObject({ text: '我自己发的', source: 'mass' })
    const list = async (more: { filter_type?: number; creator?: string; limit?: number; cursor?: string } = {}) => {
      const body = { chat_type: 'single', start_time, end_time: start_time + 3600, ...more }
      return callWecom(app, 'externalcontact/get_groupmsg_list_v2', { body })
    }
    const corp = (await list({ filter_type: 0 })).group_msg_list?.find((it) => it.msgid === msgid)
    expect(corp).toEqual({ msgid, create_time: expect.any(Number), create_type: 0, ...hello, attachments: [link] })
    const personal = (await list({ filter_type: 1 })).group_msg_list
    expect(personal).toMatchObject([{ msgid: own.msgId, creator: member, create_type: 1 }])
    expect((await list({ creator: member })).group_msg_list).toHaveLength(1)
    const first = await list({ limit: 1 })
    const second = await list({ limit: 1, cursor: first.next_cursor ?? '' })
    expect([...(first.group_msg_list ?? []), ...(second.group_msg_list ?? [])].map((it) => it.msgid)).toEqual([msgid, own.msgId])
    const spans = [
      { start_time, end_time: start_time + 32 * 86_400 },
      { start_time, end_time: start_time - 1 },
    ]
    for (const span of spans) expect(await raw('get_groupmsg_list_v2', { chat_type: 'single', ...span })).toMatchObject({ errcode: 600018 })
    expect(await raw('get_groupmsg_list_v2', spans[0])).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('chat_type') })
  })
})

describe('mass messages to groups', () => {
  test('go to the named groups of the sender, or to all of them', async () => {
    const member = await newMember()
    const [first, second] = [await newGroup(member), await newGroup(member)]
    const foreign = await newGroup('lina')
    const { msgid, fail_list } = await send({
      ...hello,
      chat_type: 'group',
      sender: member,
      chat_id_list: [first, foreign],
      attachments: [{ msgtype: 'link', link: { title: '活动', url: 'https://example.com/a' } }],
    })
    expect(fail_list).toEqual([foreign])
    expect(await tasksOf(member)).toMatchObject([{ kind: 'group_mass_message', size: 1 }])
    await confirm(member)
    expect(await results(msgid, member)).toEqual([{ chat_id: first, userid: member, status: 1, send_time: expect.any(Number) }])
    const { messages } = await control<{ messages: { kind: string; source: string; sender: string }[] }>('GET', `groups/${first}`)
    expect(messages.slice(-2)).toMatchObject([
      { kind: 'text', source: 'mass', sender: member },
      { kind: 'link', source: 'mass' },
    ])
    const whole = await send({ ...hello, chat_type: 'group', sender: member })
    await control('DELETE', `groups/${second}`)
    await control('PUT', 'settings', { limits: { massReceive: { per: 'day' } } })
    await confirm(member)
    expect(await statuses(whole.msgid, member)).toEqual({ [first]: 3, [second]: 2 })
    expect(await failure(send({ ...hello, chat_type: 'group' }))).toMatchObject({ errcode: 40058 })
    expect(await failure(send({ ...hello, chat_type: 'group', sender: await newMember() }))).toMatchObject({ errcode: 41048 })
  })
})

type MomentTask = RequestOf<'externalcontact/add_moment_task'>
const post = async (body: MomentTask) => (await callWecom(app, 'externalcontact/add_moment_task', { body })).jobid
const result = (jobid: string) => callWecom(app, 'externalcontact/get_moment_task_result', { query: { jobid } })
const by = (...user_list: string[]) => ({ sender_list: { user_list } })
const momentOf = async (jobid: string) => (await result(jobid)).result?.moment_id ?? ''
const audience = async (moment_id: string, userid: string) =>
  (await callWecom(app, 'externalcontact/get_moment_customer_list', { body: { moment_id, userid } })).customer_list?.map(
    (it) => it.external_userid,
  )
const viewers = async (moment_id: string, userid: string) =>
  (await callWecom(app, 'externalcontact/get_moment_send_result', { body: { moment_id, userid } })).customer_list?.map(
    (it) => it.external_userid,
  )
const publishers = async (moment_id: string) => (await callWecom(app, 'externalcontact/get_moment_task', { body: { moment_id } })).task_list
const feed = async (externalUserId: string) =>
  (
    await control<{ items: { momentId: string; text: string; pieces: unknown[]; userId: string }[] }>(
      'GET',
      `moments?customer=${externalUserId}`,
    )
  ).items

describe('moments', () => {
  test('are a job first, then a task of each member, then in the feeds of those they are meant for', async () => {
    const member = await newMember()
    const [tagged = '', plain = '', gone = ''] = await newCustomers(member, 3)
    const group = await addTags(app, { group_name: `圈${member}`, tag: [{ name: '会员' }] })
    const tag = group?.tag?.[0]?.id ?? ''
    for (const id of [tagged, gone]) await markTags(app, { userid: member, external_userid: id, add_tag: [tag] })
    await control('PUT', 'settings', { habits: { momentJobMs: 10_000 } })
    const { mediaId } = await uploadAttachment(app, 'image', 1, picture)
    const jobid = await post({
      text: { content: '新店开业' },
      attachments: [{ msgtype: 'image', image: { media_id: mediaId } }],
      visible_range: {
        sender_list: { user_list: [member, 'nobody'], department_list: [999] },
        external_contact_list: { tag_list: [tag, 'etNothing'] },
      },
    })
    expect(Buffer.byteLength(jobid)).toBeLessThanOrEqual(64)
    expect(await result(jobid)).toMatchObject({ status: 1, type: 'add_moment_task' })
    await control('PUT', 'clock', { advanceSeconds: 5 })
    expect(await result(jobid)).toMatchObject({ status: 2 })
    await control('PUT', 'clock', { advanceSeconds: 5 })
    expect(await result(jobid)).toMatchObject({
      status: 3,
      result: {
        errcode: 0,
        moment_id: expect.stringMatching(/^mom/),
        invalid_sender_list: { user_list: ['nobody'], department_list: [999] },
        invalid_external_contact_list: { tag_list: ['etNothing'] },
      },
    })
    const momentId = await momentOf(jobid)
    expect(await publishers(momentId)).toEqual([{ userid: member, publish_status: 0 }])
    expect(await audience(momentId, member)).toEqual([tagged, gone])
    expect(await failure(viewers(momentId, member))).toMatchObject({ errcode: 41062, reaction: 'empty' })
    await control('POST', 'unfollow', { externalUserId: gone, userId: member, by: 'customer' })
    expect(await tasksOf(member)).toMatchObject([{ kind: 'moment', text: '新店开业', size: 2 }])
    await confirm(member)
    expect(await publishers(momentId)).toEqual([{ userid: member, publish_status: 1 }])
    expect(await audience(momentId, member)).toEqual([tagged, gone])
    expect(await viewers(momentId, member)).toEqual([tagged])
    expect(await feed(tagged)).toMatchObject([{ momentId, text: '新店开业', userId: member, pieces: [{ kind: 'image' }] }])
    expect([await feed(plain), await feed(gone)]).toEqual([[], []])
  })

  test('are liked and talked about; only who and when is told', async () => {
    const member = await newMember()
    const [fan = '', stranger = ''] = [...(await newCustomers(member, 1)), ...(await newCustomers('lina', 1))]
    const momentId = await momentOf(await post({ text: { content: '上新' }, visible_range: by(member) }))
    const comments = () => callWecom(app, 'externalcontact/get_moment_comments', { body: { moment_id: momentId, userid: member } })
    expect(await failure(comments())).toMatchObject({ errcode: 41062 })
    await confirm(member)
    expect(await comments()).toMatchObject({ comment_list: [], like_list: [] })
    const react = (what: string, more: Record<string, unknown>) =>
      control('POST', `moments/${momentId}/${what}`, { userId: member, ...more })
    await react('like', { by: fan })
    await react('like', { by: fan })
    await react('like', { by: member })
    await react('comment', { by: fan, text: '多少钱？' })
    await react('comment', { by: member, text: '私聊您' })
    await expect(react('like', { by: stranger })).rejects.toThrow('moment.unseen')
    const at = { create_time: expect.any(Number) }
    expect(await comments()).toMatchObject({
      like_list: [
        { external_userid: fan, ...at },
        { userid: member, ...at },
      ],
      comment_list: [
        { external_userid: fan, ...at },
        { userid: member, ...at },
      ],
    })
    await react('like', { by: fan, on: false })
    expect((await comments()).like_list).toMatchObject([{ userid: member }])
    const other = callWecom(app, 'externalcontact/get_moment_comments', { body: { moment_id: momentId, userid: 'lina' } })
    expect(await failure(other)).toMatchObject({ errcode: 41061, reaction: 'skip_item' })
  })

  test('carry nine pictures, one film or one link, each uploaded for moments', async () => {
    const member = await newMember()
    await newCustomers(member, 1)
    const image = async () => ({ msgtype: 'image', image: { media_id: (await uploadAttachment(app, 'image', 1, picture)).mediaId } })
    const video = { msgtype: 'video', video: { media_id: (await uploadAttachment(app, 'video', 1, film)).mediaId } }
    const cover = (await uploadAttachment(app, 'image', 1, picture)).mediaId
    const link = { msgtype: 'link', link: { title: '官网', url: 'https://example.com', media_id: cover } }
    const start_time = await nowSeconds()
    const nine = await Promise.all(Array.from({ length: 9 }, image))
    const jobs = []
    for (const attachments of [nine, [video], [link]]) jobs.push(await post({ attachments, visible_range: by(member) }))
    const ids = await Promise.all(jobs.map(momentOf))
    const { moment_list = [] } = await callWecom(app, 'externalcontact/get_moment_list', {
      body: { start_time, end_time: start_time + 60, filter_type: 0 },
    })
    const [pictures, film1, page] = ids.map((id) => moment_list.find((it) => it.moment_id === id))
    expect(pictures).toMatchObject({ create_type: 0, visible_type: 1, image: nine.map((it) => it.image) })
    expect(pictures).not.toHaveProperty('creator')
    expect(film1?.video?.media_id).toBe(video.video.media_id)
    expect(page?.link).toMatchObject({ title: '官网', url: 'https://example.com' })
    const refusal = async (attachments: object[], text?: string) =>
      (await raw('add_moment_task', { attachments, ...(text && { text: { content: text } }) })).errcode
    const wrong = { msgtype: 'image', image: { media_id: (await uploadMedia(app, 'image', picture)).mediaId } }
    expect(await refusal([])).toBe(41089)
    expect(await refusal([...nine, await image()])).toBe(41064)
    expect(await refusal([link, link])).toBe(41064)
    expect(await refusal([await image(), video])).toBe(41065)
    expect(await refusal([{ msgtype: 'file', file: { media_id: 'x' } }])).toBe(41065)
    expect(await refusal([wrong])).toBe(41072)
    expect(await refusal([{ msgtype: 'image', image: { media_id: 'gone' } }])).toBe(40007)
    expect(await refusal([], '长'.repeat(1334))).toBe(40058)
    expect(await refusal([], 'x'.repeat(2001))).toBe(40058)
    expect(await refusal([{ ...link, link: { ...link.link, title: 't'.repeat(65) } }])).toBe(40058)
    expect(await failure(post({ text: { content: '长'.repeat(1334) } }))).toMatchObject({
      code: 'wecom.bad_request',
      field: 'text.content',
    })
  })

  test('that nobody can publish end without a moment; jobs are forgotten after a day', async () => {
    const jobid = await post({ text: { content: '没人' }, visible_range: by('nobody') })
    expect(await result(jobid)).toMatchObject({
      status: 3,
      result: { errcode: 81013, invalid_sender_list: { user_list: ['nobody'] } },
    })
    expect((await result(jobid)).result).not.toHaveProperty('moment_id')
    expect(await raw('get_moment_task_result', { jobid })).toMatchObject({ errcode: 0, status: 3 })
    expect(await failure(result('jobNone'))).toMatchObject({ errcode: 40058 })
    await control('PUT', 'clock', { advanceSeconds: 86_400 })
    connect()
    expect(await failure(result(jobid))).toMatchObject({ errcode: 40058 })
  })

  test('are limited in number, by the minute and at once', async () => {
    const member = await newMember()
    await control('PUT', 'settings', { habits: { momentJobMs: 5000 }, limits: { momentsPerMinute: 3, momentJobs: 2 } })
    await control('PUT', 'clock', { advanceSeconds: 60 })
    const one = () => post({ text: { content: '一条' }, visible_range: by(member) })
    await one()
    await one()
    expect(await failure(one())).toMatchObject({ errcode: 41078, reaction: 'tell' })
    await control('PUT', 'clock', { advanceSeconds: 5 })
    await one()
    expect(await failure(one())).toMatchObject({ errcode: 45009, retryAfterMs: 60_000 })
  })

  test('that are cancelled are asked of nobody any more; members post and take down their own', async () => {
    const [quick, slow] = [await newMember(), await newMember()]
    const [fan = ''] = await newCustomers(quick, 1)
    await newCustomers(slow, 1)
    await control('PUT', 'clock', { advanceSeconds: 2 })
    const start_time = await nowSeconds()
    const momentId = await momentOf(await post({ text: { content: '限时' }, visible_range: by(quick, slow) }))
    await confirm(quick)
    const cancel = (moment_id: string) => callWecom(app, 'externalcontact/cancel_moment_task', { body: { moment_id } })
    await cancel(momentId)
    await cancel(momentId)
    expect(await tasksOf(slow)).toEqual([])
    expect(await publishers(momentId)).toEqual([
      { userid: quick, publish_status: 1 },
      { userid: slow, publish_status: 0 },
    ])
    const own = await control<{ momentId: string }>('POST', 'moments', { userId: quick, text: '下班啦' })
    expect((await feed(fan)).map((it) => it.text)).toEqual(['下班啦', '限时'])
    expect(await failure(cancel(own.momentId))).toMatchObject({ errcode: 41067, reaction: 'fix_request' })
    expect(await failure(publishers(own.momentId))).toMatchObject({ errcode: 41067 })
    expect(await failure(cancel('momNone'))).toMatchObject({ errcode: 41060, reaction: 'skip_item' })
    const list = (more: { filter_type?: number; creator?: string; limit?: number; cursor?: string }) =>
      callWecom(app, 'externalcontact/get_moment_list', { body: { start_time, end_time: start_time + 3600, ...more } })
    expect((await list({ filter_type: 1 })).moment_list).toMatchObject([{ moment_id: own.momentId, creator: quick, create_type: 1 }])
    expect((await list({ creator: quick })).moment_list).toHaveLength(1)
    const first = await list({ limit: 1 })
    const second = await list({ limit: 1, cursor: first.next_cursor ?? '' })
    expect([...(first.moment_list ?? []), ...(second.moment_list ?? [])].map((it) => it.moment_id)).toEqual([momentId, own.momentId])
    await control('DELETE', `moments/${own.momentId}?by=${quick}`)
    expect((await list({ filter_type: 1 })).moment_list).toEqual([])
    const long = { start_time, end_time: start_time + 31 * 86_400 }
    expect(await failure(callWecom(app, 'externalcontact/get_moment_list', { body: long }))).toMatchObject({ errcode: 600018 })
    expect(await raw('get_moment_list', { ...long, limit: 21 })).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('limit') })
  })

  test('come page after page: members, those meant, those who see', async () => {
    const members = [await newMember(), await newMember(), await newMember()]
    const [author = ''] = members
    const customers = await newCustomers(author, 5)
    const momentId = await momentOf(await post({ text: { content: '翻页' }, visible_range: by(...members) }))
    const ids = async (endpoint: 'get_moment_customer_list' | 'get_moment_send_result') =>
      all(
        pages(async (cursor) => {
          const body = { moment_id: momentId, userid: author, limit: 2, ...(cursor && { cursor }) }
          const answer = await callWecom(app, `externalcontact/${endpoint}`, { body })
          expect(answer.customer_list?.length).toBeLessThanOrEqual(2)
          return { items: (answer.customer_list ?? []).map((it) => it.external_userid), next: answer.next_cursor }
        }),
      )
    expect(await ids('get_moment_customer_list')).toEqual(customers)
    await confirm(author)
    expect(await ids('get_moment_customer_list')).toEqual(customers)
    expect(await ids('get_moment_send_result')).toEqual(customers)
    const first = await callWecom(app, 'externalcontact/get_moment_task', { body: { moment_id: momentId, limit: 2 } })
    const rest = await callWecom(app, 'externalcontact/get_moment_task', {
      body: { moment_id: momentId, limit: 2, cursor: first.next_cursor ?? '' },
    })
    expect([...(first.task_list ?? []), ...(rest.task_list ?? [])].map((it) => it.userid)).toEqual(members)
    expect(rest.next_cursor ?? '').toBe('')
    for (const [endpoint, limit] of [
      ['get_moment_task', 1001],
      ['get_moment_customer_list', 1001],
      ['get_moment_send_result', 5001],
    ] as const)
      expect(await raw(endpoint, { moment_id: momentId, userid: author, limit })).toMatchObject({ errcode: 40058 })
    expect(await raw('get_moment_task', { moment_id: momentId, cursor: 'made up' })).toMatchObject({ errcode: 50100, task_list: [] })
  })

  test('are on their way for a moment', async () => {
    const member = await newMember()
    await control('PUT', 'settings', { habits: { dispatchMs: 60_000 } })
    const momentId = await momentOf(await post({ text: { content: '稍等' }, visible_range: by(member) }))
    expect(await failure(publishers(momentId))).toMatchObject({ errcode: 41079, reaction: 'retry' })
    await control('PUT', 'clock', { advanceSeconds: 60 })
    expect(await publishers(momentId)).toEqual([{ userid: member, publish_status: 0 }])
  })
})

describe('after a restart', () => {
  test('tasks wait, jobs go on, results stand', async () => {
    const member = await newMember()
    const [customer = ''] = await newCustomers(member, 1)
    const { msgid } = await send({ ...hello, sender: member })
    await control('PUT', 'settings', { habits: { momentJobMs: 5000 } })
    const jobid = await post({ text: { content: '重启' }, visible_range: by(member) })
    await sandbox.close()
    sandbox = await start()
    connect()
    expect(await result(jobid)).toMatchObject({ status: 1 })
    await control('PUT', 'clock', { advanceSeconds: 6 })
    expect((await tasksOf(member)).map((it) => it.kind)).toEqual(['moment', 'mass_message'])
    for (const task of await tasksOf(member)) await control('POST', `tasks/${task.id}/confirm`, {})
    await sandbox.close()
    sandbox = await start()
    connect()
    expect(await statuses(msgid, member)).toEqual({ [customer]: 1 })
    expect(await viewers(await momentOf(jobid), member)).toEqual([customer])
  })
})
