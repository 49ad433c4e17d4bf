import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callWecom } from '#connectors/wecom/client.ts'
import { openConnection, type WecomApp } from '#connectors/wecom/connection.ts'
import { addContactWay, deleteContactWay, getContactWay, listContactWayIds, updateContactWay } from '#connectors/wecom/contact-ways.ts'
import { getContact, listContactIds, listContacts, listFollowUsers, remarkContact } from '#connectors/wecom/contacts.ts'
import { openCallback, parseKey } from '#connectors/wecom/crypto.ts'
import { getDepartment, getMember, listDepartments, listMemberIds, listMemberNames, listMembers } from '#connectors/wecom/directory.ts'
import { type Callback, readCallback } from '#connectors/wecom/events/read-callback.ts'
import { downloadMedia, uploadAttachment, uploadImage, uploadMedia } from '#connectors/wecom/media.ts'
import { sendMessage } from '#connectors/wecom/messages.ts'
import { authorizeUrl, readVisitor, readVisitorDetail } from '#connectors/wecom/oauth.ts'
import { pages } from '#connectors/wecom/paging.ts'
import { addTags, deleteTags, editTag, listTagGroups, markTags } from '#connectors/wecom/tags.ts'
import { sendWelcome } from '#connectors/wecom/welcome.ts'
import { parseEnvelope } from '#connectors/wecom/xml.ts'
import { createLogger } from '#platform/log.ts'
import { type Sandbox, startSandbox } from '../sandbox/server.ts'

let folder: string
let sandbox: Sandbox
let app: WecomApp
let directoryApp: WecomApp

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liuliang-contract-'))
  sandbox = await startSandbox({ port: 0, host: '127.0.0.1', dataDir: folder, logLevel: 'silent', environment: {} })
})

afterAll(async () => {
  await sandbox.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A new line for every test: no token, no budget and no refusal of another test remains. */
beforeEach(() => {
  const [corp] = sandbox.corps
  if (!corp?.directorySecret) throw new Error('The sandbox has no first corp.')
  const { url } = sandbox
  const connection = openConnection({ baseUrl: url, openUrl: url, loginUrl: url, log: createLogger('silent', 'test') })
  app = { connection, tenantId: 1, corpId: corp.corpId, secret: corp.secret, agentId: corp.agentId }
  directoryApp = { ...app, secret: corp.directorySecret }
})

afterEach(() => control('PUT', 'faults', { fail: [] }))

async function control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${sandbox.url}/sandbox/${path}`, { method, ...init })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

async function calls(path: string): Promise<number> {
  const { items } = await control('GET', `log?path=${encodeURIComponent(path)}&limit=200`)
  return (items as unknown[]).length
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

/** A customer who has just scanned a code of this member. */
async function newCustomer(userId = 'lina', name = '小明'): Promise<{ externalUserId: string; userId: string }> {
  const { configId } = await addContactWay(app, { type: 1, scene: 2, user: [userId] })
  return (await control('POST', 'scan', { code: configId, name })) as { externalUserId: string; userId: string }
}

describe('the directory', () => {
  test('is read: departments, members, ids', async () => {
    const departments = await listDepartments(app)
    expect(departments.map((one) => one.name)).toContain('销售部')
    expect(await getDepartment(app, 2)).toMatchObject({ id: 2, name: '销售部', department_leader: ['chenjing'] })
    expect(await listDepartments(app, 2)).toMatchObject([{ id: 2 }])
    const members = await listMembers(app, 2)
    expect(members.map((one) => one.userid)).toEqual(expect.arrayContaining(['chenjing', 'wanglei', 'lina', 'zhangwei']))
    expect((await listMemberNames(app, 2)).length).toBe(members.length)
    expect(await getMember(app, 'lina')).toMatchObject({
      userid: 'lina',
      name: '李娜',
      department: [2],
      direct_leader: ['chenjing'],
      status: 1,
    })
    const ids = await all(listMemberIds(directoryApp))
    expect(ids).toEqual(expect.arrayContaining([expect.objectContaining({ userid: 'hexin', department: 5 })]))
  })

  test('refuses strangers and the wrong kind of secret', async () => {
    expect(await failure(getMember(app, 'nobody'))).toMatchObject({ errcode: 60111, reaction: 'skip_item' })
    expect(await failure(getDepartment(app, 999))).toMatchObject({ errcode: 60003, reaction: 'skip_item' })
    expect(await failure(sendMessage(directoryApp, { members: ['lina'] }, { msgtype: 'text', text: { content: 'x' } }))).toMatchObject({
      code: 'wecom.not_configured',
      errcode: 48002,
      fix: expect.stringContaining('可调用接口的应用'),
    })
  })
})

describe('customers', () => {
  test('are listed, read and remarked', async () => {
    const { externalUserId, userId } = await newCustomer()
    expect(await listFollowUsers(app)).toContain('lina')
    expect(await listContactIds(app, userId)).toContain(externalUserId)
    await remarkContact(app, {
      userid: userId,
      external_userid: externalUserId,
      remark: '明明',
      description: '喜欢蓝色',
      remark_mobiles: ['13800000001'],
    })
    const { contact, follows } = await getContact(app, externalUserId)
    expect(contact).toMatchObject({ external_userid: externalUserId, name: '小明', type: 1 })
    expect(follows).toMatchObject([
      { userid: 'lina', remark: '明明', description: '喜欢蓝色', add_way: 1, remark_mobiles: ['13800000001'] },
    ])
  })

  test('come page after page, none twice and none missing', async () => {
    await control('POST', 'company', { employees: 3, customers: 260, seed: 'pages' })
    const users = await listFollowUsers(app)
    const contacts = await all(listContacts(app, users))
    const pairs = contacts.map((one) => `${one.follow_info?.userid}|${one.external_contact.external_userid}`)
    expect(pairs.length).toBeGreaterThan(200)
    expect(new Set(pairs).size).toBe(pairs.length)
    const counted = (await Promise.all(users.map((user) => listContactIds(app, user)))).flat().length
    expect(pairs.length).toBe(counted)
  })

  test('of a member who has none are the empty list', async () => {
    await control('POST', 'employees', { userId: 'newcomer', name: '新人', contact: true })
    expect(await listContactIds(app, 'newcomer')).toEqual([])
    expect(await all(listContacts(app, ['newcomer']))).toEqual([])
  })

  test('nobody knows, or who went away, are out of reach', async () => {
    expect(await failure(getContact(app, 'wmNobody'))).toMatchObject({ errcode: 40096, reaction: 'skip_item' })
    const { externalUserId, userId } = await newCustomer()
    await control('POST', 'unfollow', { externalUserId, userId, by: 'employee' })
    expect(await failure(remarkContact(app, { userid: userId, external_userid: externalUserId, remark: 'x' }))).toMatchObject({
      errcode: 84061,
    })
  })
})

describe('contact ways', () => {
  test('are made, read, changed, listed and deleted', async () => {
    const made = await addContactWay(app, {
      type: 2,
      scene: 2,
      remark: '门店',
      state: 'store-1',
      user: ['sunli', 'gaofei'],
      skip_verify: true,
    })
    expect(made.qrCode).toMatch(/^http/)
    expect(await getContactWay(app, made.configId)).toMatchObject({ state: 'store-1', user: ['sunli', 'gaofei'], skip_verify: true })
    await updateContactWay(app, { config_id: made.configId, user: ['sunli'] })
    expect(await getContactWay(app, made.configId)).toMatchObject({ state: 'store-1', user: ['sunli'] })
    expect(await all(listContactWayIds(app))).toContain(made.configId)
    await deleteContactWay(app, made.configId)
    expect(await all(listContactWayIds(app))).not.toContain(made.configId)
    expect(await failure(getContactWay(app, made.configId))).toMatchObject({ reaction: 'fix_request' })
  })

  test('are listed over many pages', async () => {
    for (let index = 0; index < 12; index++) await addContactWay(app, { type: 1, scene: 2, user: ['lina'], remark: `p${index}` })
    const ids = await all(listContactWayIds(app))
    const first = await callWecom(app, 'externalcontact/list_contact_way', { body: { limit: 5 } })
    const second = await callWecom(app, 'externalcontact/list_contact_way', { body: { limit: 5, cursor: first.next_cursor ?? '' } })
    expect([...(first.contact_way ?? []), ...(second.contact_way ?? [])].map((way) => way.config_id)).toEqual(ids.slice(0, 10))
    const bad = callWecom(app, 'externalcontact/list_contact_way', { body: { cursor: 'nonsense' } })
    expect(await failure(bad)).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
  })

  test('of a member without the function, or beyond a bound, are refused by WeCom and by us alike', async () => {
    expect(await failure(addContactWay(app, { type: 1, scene: 2, user: ['nobody'] }))).toMatchObject({ errcode: 60111 })
    const long = { type: 1, scene: 2, user: ['lina'], state: 'x'.repeat(31) }
    expect(await failure(addContactWay(app, long))).toMatchObject({ code: 'wecom.bad_request', field: 'state' })
    const raw = await fetch(`${sandbox.url}/cgi-bin/externalcontact/add_contact_way?access_token=${await token()}`, {
      method: 'POST',
      body: JSON.stringify(long),
    })
    expect(await raw.json()).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('state') })
  })
})

async function token(): Promise<string> {
  const url = `${sandbox.url}/cgi-bin/gettoken?corpid=${app.corpId}&corpsecret=${app.secret}`
  return ((await (await fetch(url)).json()) as { access_token: string }).access_token
}

describe('tags', () => {
  test('are made, listed, renamed, put on a customer and deleted', async () => {
    const group = await addTags(app, { group_name: '偏好', tag: [{ name: '咖啡' }, { name: '茶', order: 5 }] })
    const names = group?.tag?.map((tag) => tag.name)
    expect(names).toEqual(expect.arrayContaining(['咖啡', '茶']))
    const again = await addTags(app, { group_name: '偏好', tag: [{ name: '咖啡' }] })
    expect(again?.group_id).toBe(group?.group_id)
    const coffee = group?.tag?.find((tag) => tag.name === '咖啡')?.id ?? ''
    await editTag(app, { id: coffee, name: '手冲咖啡' })
    const [listed] = await listTagGroups(app, { groupIds: [group?.group_id ?? ''] })
    expect(listed?.tag?.map((tag) => tag.name)).toEqual(expect.arrayContaining(['手冲咖啡', '茶']))
    const { externalUserId, userId } = await newCustomer()
    await markTags(app, { userid: userId, external_userid: externalUserId, add_tag: [coffee] })
    const { follows } = await getContact(app, externalUserId)
    expect(follows[0]?.tags).toMatchObject([{ tag_id: coffee, tag_name: '手冲咖啡', type: 1 }])
    await deleteTags(app, { groupIds: [group?.group_id ?? ''] })
    expect((await listTagGroups(app)).map((one) => one.group_id)).not.toContain(group?.group_id)
  })

  test('that are wrong are told', async () => {
    const { externalUserId, userId } = await newCustomer()
    const mark = (add_tag: string[]) => markTags(app, { userid: userId, external_userid: externalUserId, add_tag })
    expect(await failure(mark(['etNothing']))).toMatchObject({ errcode: 40068, reaction: 'sync_tags' })
    expect(await failure(mark([]))).toMatchObject({ reaction: 'fix_request' })
    expect(await failure(addTags(app, { group_name: 'g'.repeat(31), tag: [{ name: 'x' }] }))).toMatchObject({ field: 'group_name' })
  })
})

describe('customer groups', () => {
  const path = 'externalcontact/groupchat'
  const make = async (more: Record<string, unknown> = {}) =>
    String((await control('POST', 'groups', { owner: 'lina', name: '团购群', ...more })).chatId)
  const group = async (chatId: string) => (await callWecom(app, `${path}/get`, { body: { chat_id: chatId, need_name: 1 } })).group_chat
  const listed = (body: { status_filter?: number; userIds?: string[]; limit?: number } = {}) =>
    all(
      pages(async (cursor) => {
        const { limit = 1000, status_filter, userIds } = body
        const answer = await callWecom(app, `${path}/list`, {
          body: {
            limit,
            ...(status_filter !== undefined && { status_filter }),
            ...(userIds && { owner_filter: { userid_list: userIds } }),
            ...(cursor && { cursor }),
          },
        })
        return { items: answer.group_chat_list ?? [], next: answer.next_cursor }
      }),
    )

  test('are read with owner, admins, people and how they came', async () => {
    const { externalUserId } = await newCustomer()
    const chatId = await make({ members: ['wanglei', externalUserId], notice: '先看公告' })
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
        { userid: externalUserId, type: 2, join_scene: 1, invitor: { userid: 'lina' }, name: '小明', unionid: expect.any(String) },
      ],
    })
    const { openGid } = await control('GET', `groups/${chatId}`)
    expect(await callWecom(app, 'externalcontact/opengid_to_chatid', { body: { opengid: String(openGid) } })).toMatchObject({
      chat_id: chatId,
    })
    const wrong = callWecom(app, 'externalcontact/opengid_to_chatid', { body: { opengid: 'oGnone' } })
    expect(await failure(wrong)).toMatchObject({ errcode: 90501, reaction: 'skip_item' })
    expect(await failure(group('wrNone'))).toMatchObject({ errcode: 90501, reaction: 'skip_item' })
    expect(await failure(callWecom({ ...directoryApp }, `${path}/get`, { body: { chat_id: chatId } }))).toMatchObject({ errcode: 48002 })
  })

  test('are listed page after page, none twice and none missing', async () => {
    await control('POST', 'company', { groups: 30, seed: 'contract-groups' })
    const whole = (await listed()).map((one) => one.chat_id)
    expect(whole.length).toBeGreaterThanOrEqual(33)
    expect(new Set(whole).size).toBe(whole.length)
    expect((await listed({ limit: 7 })).map((one) => one.chat_id)).toEqual(whole)
    const [first] = await listed({ userIds: ['chenjing'] })
    expect((await group(first?.chat_id ?? ''))?.owner).toBe('chenjing')
    const list = (body: { limit: number; cursor?: string; owner_filter?: { userid_list: string[] } }) =>
      callWecom(app, `${path}/list`, { body })
    expect(await failure(list({ limit: 5, cursor: 'nonsense' }))).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    expect(await failure(list({ limit: 1001 }))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
    expect(await failure(list({ limit: 5, owner_filter: { userid_list: ['nobody'] } }))).toMatchObject({ errcode: 60111 })
    const many = Array.from({ length: 101 }, (_, index) => `u${index}`)
    expect(await failure(list({ limit: 5, owner_filter: { userid_list: many } }))).toMatchObject({ field: 'owner_filter.userid_list' })
  })

  test('get codes that are made, read, changed, scanned and deleted', async () => {
    const chatId = await make()
    const { config_id } = await callWecom(app, `${path}/add_join_way`, {
      body: {
        scene: 2,
        chat_id_list: [chatId],
        state: 'door',
        room_base_name: '福利群',
        room_base_id: 3,
        auto_create_room: 1,
        remark: '门店',
      },
    })
    const way = async () => (await callWecom(app, `${path}/get_join_way`, { body: { config_id } })).join_way
    expect(await way()).toMatchObject({ config_id, scene: 2, state: 'door', room_base_id: 3, auto_create_room: 1, mark_source: true })
    const scanned = await control('POST', 'scan', { code: (await way())?.qr_code, name: '扫码的人' })
    expect((await group(chatId))?.member_list?.at(-1)).toMatchObject({ userid: scanned.externalUserId, join_scene: 3, state: 'door' })
    await callWecom(app, `${path}/update_join_way`, { body: { config_id, scene: 2, chat_id_list: [chatId], state: 'window' } })
    expect(await way()).toMatchObject({ state: 'window', remark: '', room_base_name: '' })
    await callWecom(app, `${path}/del_join_way`, { body: { config_id } })
    expect(await failure(way())).toMatchObject({ reaction: 'fix_request' })
    const add = (chat_id_list: string[], more: { state?: string } = {}) =>
      callWecom(app, `${path}/add_join_way`, { body: { scene: 2, chat_id_list, ...more } })
    expect(await failure(add(['wrNone']))).toMatchObject({ errcode: 90501 })
    expect(await failure(add(Array.from({ length: 6 }, () => chatId)))).toMatchObject({ code: 'wecom.bad_request', field: 'chat_id_list' })
    expect(await failure(add([chatId], { state: 's'.repeat(31) }))).toMatchObject({ field: 'state' })
  })

  test('are handed over on the job and after leaving, each refusal with its own reason', async () => {
    await control('POST', 'employees', { userId: 'leaver', name: '将离职' })
    const [kept, left] = [await make(), await make({ owner: 'leaver' })]
    const hand = async (verb: 'transfer' | 'onjob_transfer', chatId: string, new_owner: string) =>
      (await callWecom(app, `${path}/${verb}`, { body: { chat_id_list: [chatId], new_owner } })).failed_chat_list?.map((one) => one.errcode)
    expect(await hand('onjob_transfer', kept, 'lina')).toEqual([90504])
    expect(await hand('onjob_transfer', 'wrNone', 'lina')).toEqual([90501])
    expect(await hand('onjob_transfer', kept, 'wanglei')).toEqual([])
    expect((await group(kept))?.owner).toBe('wanglei')
    expect(await hand('transfer', kept, 'lina')).toEqual([90500])
    await control('DELETE', 'employees/leaver')
    expect(await listed({ status_filter: 1 })).toEqual([{ chat_id: left, status: 1 }])
    expect(await hand('onjob_transfer', left, 'wanglei')).toEqual([90502])
    expect(await hand('transfer', left, 'wanglei')).toEqual([])
    expect(await hand('transfer', left, 'wanglei')).toEqual([90507])
    await control('PUT', 'clock', { advanceSeconds: 3 })
    expect(await listed({ status_filter: 3 })).toEqual([{ chat_id: left, status: 3 }])
    expect((await group(left))?.owner).toBe('wanglei')
    expect(await hand('transfer', left, 'lina')).toEqual([90508])
    expect(await failure(hand('transfer', left, 'nobody'))).toMatchObject({ errcode: 60111 })
    const many = Array.from({ length: 101 }, () => left)
    const tooMany = callWecom(app, `${path}/transfer`, { body: { chat_id_list: many, new_owner: 'lina' } })
    expect(await failure(tooMany)).toMatchObject({ field: 'chat_id_list' })
  })

  test('are counted by owner and by day', async () => {
    const midnight = Math.floor((Date.now() / 1000 + 8 * 3600) / 86_400) * 86_400 - 8 * 3600
    const days = { day_begin_time: midnight - 3 * 86_400, day_end_time: midnight - 86_400 }
    const byOwner = await callWecom(app, `${path}/statistic`, { body: { ...days, order_by: 2, order_asc: 1, limit: 2, offset: 0 } })
    expect(byOwner.items).toHaveLength(2)
    expect(byOwner.next_offset).toBe(2)
    expect(byOwner.total).toBeGreaterThan(2)
    expect(byOwner.items?.[0]?.data).toMatchObject({
      chat_total: expect.any(Number),
      msg_total: expect.any(Number),
      member_total: expect.any(Number),
    })
    const byDay = await callWecom(app, `${path}/statistic_group_by_day`, { body: days })
    expect(byDay.items?.map((one) => one.stat_time)).toEqual([3, 2, 1].map((back) => midnight - back * 86_400))
    const today = callWecom(app, `${path}/statistic`, { body: { day_begin_time: midnight } })
    expect(await failure(today)).toMatchObject({ errcode: 600018, reaction: 'fix_request' })
  })

  test('greet by templates that are made, read, changed and deleted by one app', async () => {
    const welcome = 'externalcontact/group_welcome_template'
    const { template_id } = await callWecom(app, `${welcome}/add`, {
      body: { text: { content: '你好 %NICKNAME%' }, link: { title: '须知', url: 'https://example.com' }, notify: 0 },
    })
    const read = () => callWecom(app, `${welcome}/get`, { body: { template_id } })
    expect(await read()).toMatchObject({ text: { content: '你好 %NICKNAME%' }, link: { title: '须知' } })
    await callWecom(app, `${welcome}/edit`, { body: { template_id, text: { content: '欢迎' } } })
    expect(await read()).toMatchObject({ text: { content: '欢迎' } })
    const other = { ...app, secret: sandbox.corps[0]?.contactSecret ?? '', agentId: undefined }
    const byOther = callWecom(other, `${welcome}/edit`, { body: { template_id, text: { content: 'x' } } })
    expect(await failure(byOther)).toMatchObject({ errcode: 41058, reaction: 'tell' })
    expect(await failure(callWecom(app, `${welcome}/add`, { body: {} }))).toMatchObject({ reaction: 'fix_request' })
    const long = callWecom(app, `${welcome}/add`, { body: { text: { content: '长'.repeat(1001) } } })
    expect(await failure(long)).toMatchObject({ code: 'wecom.bad_request', field: 'text.content' })
    await callWecom(app, `${welcome}/del`, { body: { template_id } })
    expect(await failure(read())).toMatchObject({ reaction: 'fix_request' })
    for (let index = 0; index < 100; index++) await callWecom(app, `${welcome}/add`, { body: { text: { content: `t${index}` } } })
    const full = callWecom(app, `${welcome}/add`, { body: { text: { content: 'one too many' } } })
    expect(await failure(full)).toMatchObject({ errcode: 41055, reaction: 'tell' })
  })
})

describe('the app', () => {
  test('sees its own settings and those of no other', async () => {
    const settings = (agentid: number) => callWecom(app, 'agent/get', { query: { agentid } })
    expect(await settings(app.agentId ?? 0)).toMatchObject({ agentid: app.agentId, name: '留量', allow_partys: { partyid: [1] } })
    expect(await failure(settings(2000003))).toMatchObject({ errcode: 301002, reaction: 'configure' })
    expect(await failure(settings(7))).toMatchObject({ errcode: 40056 })
  })
})

describe('files', () => {
  const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64)])

  test('go there and back with their Chinese name', async () => {
    const bytes = Buffer.from('%PDF-1.7 报价')
    const { mediaId, createdAt } = await uploadMedia(app, 'file', { fileName: '中文.pdf', contentType: 'application/pdf', bytes })
    expect(typeof createdAt).toBe('number')
    expect(await downloadMedia(app, mediaId)).toEqual({ bytes, contentType: 'application/pdf', fileName: '中文.pdf' })
    expect((await uploadAttachment(app, 'image', 1, { fileName: 'a.png', contentType: 'image/png', bytes: png })).mediaId).not.toBe('')
    const address = await uploadImage(app, { fileName: 'a.png', contentType: 'image/png', bytes: png })
    expect((await fetch(address)).status).toBe(200)
  })

  test('that ended, or are no picture, are refused', async () => {
    expect(await failure(downloadMedia(app, 'expired'))).toMatchObject({ errcode: 40007, reaction: 'upload_again' })
    const text = { fileName: 'a.png', contentType: 'image/png', bytes: Buffer.from('no picture at all') }
    expect(await failure(uploadMedia(app, 'image', text))).toMatchObject({ errcode: 40005 })
  })
})

describe('messages of the app', () => {
  test('reach members; who could not be reached is listed', async () => {
    const answer = await sendMessage(app, { members: ['lina', 'nobody'] }, { msgtype: 'text', text: { content: '新客户来了' } })
    expect(answer.invaliduser).toEqual(['nobody'])
    expect(answer.msgid).toBeTruthy()
    const nobody = sendMessage(app, { members: ['nobody'] }, { msgtype: 'text', text: { content: 'x' } })
    expect(await failure(nobody)).toMatchObject({ errcode: 81013, reaction: 'skip_item' })
  })
})

describe('logging in', () => {
  const back = { redirectUri: 'http://127.0.0.1:1/back', state: 'xyz' }

  async function codeFor(who: string, scope?: 'snsapi_privateinfo'): Promise<string> {
    const page = await fetch(`${authorizeUrl(app, back, scope).split('#')[0]}&as=${who}`, { redirect: 'manual' })
    const target = new URL(page.headers.get('location') ?? '')
    expect(target.searchParams.get('state')).toBe('xyz')
    return target.searchParams.get('code') ?? ''
  }

  test('tells who a member is, once per code', async () => {
    const code = await codeFor('lina', 'snsapi_privateinfo')
    const visitor = await readVisitor(app, code)
    expect(visitor).toMatchObject({ userId: 'lina' })
    const ticket = 'ticket' in visitor ? visitor.ticket : undefined
    expect(await readVisitorDetail(app, ticket ?? '')).toMatchObject({ userid: 'lina', gender: 2 })
    expect(await failure(readVisitor(app, code))).toMatchObject({ errcode: 40029, reaction: 'restart_login' })
  })

  test('tells a customer from a member', async () => {
    const { externalUserId } = await newCustomer()
    expect(await readVisitor(app, await codeFor(externalUserId))).toMatchObject({ externalUserId })
  })
})

describe('tokens and faults', () => {
  test('a revoked token is replaced once for all who hold it', async () => {
    await listFollowUsers(app)
    const before = await calls('gettoken')
    await control('POST', 'tokens/revoke', {})
    const users = await Promise.all(Array.from({ length: 12 }, () => listFollowUsers(app)))
    expect(users.every((list) => list.includes('lina'))).toBe(true)
    expect((await calls('gettoken')) - before).toBe(1)
  })

  test('a wrong secret is told with the fix and not tried again', async () => {
    const wrong = { ...app, secret: 'wrong' }
    expect(await failure(listFollowUsers(wrong))).toMatchObject({ errcode: 40001, fix: expect.stringContaining('Secret') })
    const before = await calls('gettoken')
    await failure(listFollowUsers(wrong))
    expect(await calls('gettoken')).toBe(before)
  })

  test('busy, broken and too many at once pass by themselves', async () => {
    await control('PUT', 'faults', {
      fail: [
        { path: 'externalcontact/get_follow_user_list', errcode: -1, times: 1 },
        { path: 'externalcontact/get_follow_user_list', status: 502, times: 1 },
        { path: 'externalcontact/get_follow_user_list', errcode: 45033, times: 1 },
      ],
    })
    expect(await listFollowUsers(app)).toContain('lina')
  })

  test('a rate limit makes that api rest and leaves the others alone', async () => {
    await control('PUT', 'faults', { fail: [{ path: 'externalcontact/list', errcode: 45009, times: 1 }] })
    expect(await failure(listContactIds(app, 'lina'))).toMatchObject({ errcode: 45009, retryAfterMs: 60_000 })
    const before = await calls('externalcontact/list')
    expect(await failure(listContactIds(app, 'lina'))).toMatchObject({ code: 'wecom.rate_limited' })
    expect(await calls('externalcontact/list')).toBe(before)
    expect(await listFollowUsers(app)).toContain('lina')
  })

  test('thirty calls of a list at once never are more than WeCom bears', async () => {
    await control('PUT', 'faults', { latencyMs: 20, fail: [] })
    const users = (await listFollowUsers(app)).slice(0, 5)
    await Promise.all(Array.from({ length: 30 }, (_, index) => listContactIds(app, users[index % users.length] ?? '')))
    const { items } = await control('GET', 'log?errcode=45033&path=externalcontact/list&limit=50')
    expect(items).toEqual([])
  })
})

describe('callbacks', () => {
  const token = 'ContractToken1'
  const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
  let receiver: Server
  let received: Callback[]

  beforeEach(async () => {
    received = []
    const secrets = { token, key: parseKey(encodingAesKey), receiveIds: [app.corpId] }
    receiver = createServer(async (request, response) => {
      const query = new URL(request.url ?? '/', 'http://x').searchParams
      const signed = {
        signature: query.get('msg_signature') ?? '',
        timestamp: query.get('timestamp') ?? '',
        nonce: query.get('nonce') ?? '',
      }
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      try {
        if (request.method === 'GET') return response.end(openCallback(secrets, signed, query.get('echostr') ?? '').message)
        const { encrypted } = parseEnvelope(Buffer.concat(parts).toString('utf8'))
        received.push(readCallback(openCallback(secrets, signed, encrypted).message))
        response.end('success')
      } catch {
        response.writeHead(403).end()
      }
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/callback`
    await control('PUT', `corps/${app.corpId}/callback`, { url, token, encodingAesKey })
  })

  afterEach(async () => {
    await control('DELETE', `corps/${app.corpId}/callback`)
    receiver.closeAllConnections()
    await new Promise((resolve) => receiver.close(resolve))
  })

  async function event(type: string): Promise<Callback & { type: string }> {
    return await expect
      .poll(() => received.find((one) => one.type === type), { timeout: 10_000 })
      .toBeDefined()
      .then(() => received.find((one) => one.type === type) as Callback)
  }

  test('tell of a new customer, whom the welcome reaches', async () => {
    const { configId } = await addContactWay(app, { type: 1, scene: 2, user: ['lina'], state: 'door-7' })
    const { externalUserId } = (await control('POST', 'scan', { code: configId, name: '小红' })) as { externalUserId: string }
    const added = await event('change_external_contact.add_external_contact')
    expect(added).toMatchObject({ corpId: app.corpId, known: true, userId: 'lina', externalUserId, state: 'door-7' })
    const code = 'welcomeCode' in added ? String(added.welcomeCode) : ''
    const deadline = new Date(Date.now() + 15_000)
    expect(await sendWelcome(app, code, { text: { content: '欢迎光临' } }, deadline)).toBe('sent')
    expect(await sendWelcome(app, code, { text: { content: 'again' } }, deadline)).toMatch(/late|greeted_by_another/)
    const { items } = await control('GET', `inbox/${externalUserId}`)
    expect(JSON.stringify(items)).toContain('欢迎光临')
  })

  test('tell of leaving customers, changed members and tags', async () => {
    const { externalUserId, userId } = await newCustomer()
    await control('POST', 'unfollow', { externalUserId, userId, by: 'customer' })
    expect(await event('change_external_contact.del_follow_user')).toMatchObject({ userId, externalUserId })
    await control('PUT', 'employees/lina', { position: '高级课程顾问' })
    expect(await event('change_contact.update_user')).toMatchObject({ userId: 'lina', position: '高级课程顾问' })
    await control('POST', 'tags', { group: '门店', name: '东门' })
    expect(await event('change_external_tag.create')).toMatchObject({ known: true, tagType: 'tag_group' })
  })

  test('tell of groups: made, joined by invitation and code, left, changed, dismissed', async () => {
    const { externalUserId } = await newCustomer()
    const { chatId, code } = await control('POST', 'groups', { owner: 'lina', name: '回调群' })
    expect(await event('change_external_chat.create')).toMatchObject({ known: true, chatId })
    const updates = () => received.filter((one) => one.type === 'change_external_chat.update')
    await control('POST', `groups/${chatId}/invite`, { by: 'lina', members: ['wanglei', externalUserId] })
    const scanned = await control('POST', 'scan', { code, name: '扫码的人' })
    await control('POST', `groups/${chatId}/remove`, { by: 'lina', members: [scanned.externalUserId] })
    await control('POST', `groups/${chatId}/leave`, { member: externalUserId })
    await control('PUT', `groups/${chatId}`, { by: 'lina', name: '新名字', notice: '公告', owner: 'wanglei' })
    await expect.poll(() => updates().length, { timeout: 10_000 }).toBe(7)
    expect(updates()).toMatchObject([
      { known: true, updateDetail: 'add_member', joinScene: 0, memChangeCnt: 2, memChangeList: ['wanglei', externalUserId] },
      { updateDetail: 'add_member', joinScene: 3, memChangeCnt: 1, memChangeList: [scanned.externalUserId] },
      { updateDetail: 'del_member', quitScene: 1 },
      { updateDetail: 'del_member', quitScene: 0, memChangeList: [externalUserId] },
      { updateDetail: 'change_name' },
      { updateDetail: 'change_notice' },
      { updateDetail: 'change_owner' },
    ])
    // What one push leaves off is where the next begins: a lost one shows.
    const chained = updates().slice(0, 4) as unknown as { lastMemVer: string; curMemVer: string }[]
    for (const [index, one] of chained.entries()) expect(one.lastMemVer).toBe(chained[index - 1]?.curMemVer ?? one.lastMemVer)
    await control('DELETE', `groups/${chatId}`)
    expect(await event('change_external_chat.dismiss')).toMatchObject({ known: true, chatId })
  })

  test('with a wrong signature or for another corp are refused', async () => {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/callback?msg_signature=0&timestamp=1&nonce=2`
    const response = await fetch(url, { method: 'POST', body: '<xml><Encrypt>AAAA</Encrypt></xml>' })
    expect(response.status).toBe(403)
  })
})
