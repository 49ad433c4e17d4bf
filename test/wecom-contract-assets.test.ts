import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callWecom } from '#connectors/wecom/client.ts'
import { openConnection, type WecomApp } from '#connectors/wecom/connection.ts'
import { addContactWay } from '#connectors/wecom/contact-ways.ts'
import { getContact, listContactIds } from '#connectors/wecom/contacts.ts'
import { openCallback, parseKey } from '#connectors/wecom/crypto.ts'
import { type Callback, readCallback } from '#connectors/wecom/events/read-callback.ts'
import { uploadAttachment } from '#connectors/wecom/media.ts'
import { pages } from '#connectors/wecom/paging.ts'
import { parseEnvelope } from '#connectors/wecom/xml.ts'
import { createLogger } from '#platform/log.ts'
import { type Sandbox, startSandbox } from '../sandbox/server.ts'

const start = () => startSandbox({ port: 0, host: '127.0.0.1', dataDir: folder, logLevel: 'silent', environment: {} })
let folder: string
let sandbox: Sandbox
let app: WecomApp
let contactApp: WecomApp
let receiver: Server
let received: Callback[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liuliang-contract-assets-'))
  sandbox = await start()
  connect()
  await openReceiver()
})

afterAll(async () => {
  await sandbox.close()
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  connect()
  received = []
})

/** A new line for every test: no token, no budget and no refusal of another test remains. */
function connect(): void {
  const [corp] = sandbox.corps
  if (!corp?.contactSecret) throw new Error('The sandbox has no first corp.')
  const { url } = sandbox
  const connection = openConnection({ baseUrl: url, openUrl: url, loginUrl: url, log: createLogger('silent', 'test') })
  app = { connection, tenantId: 1, corpId: corp.corpId, secret: corp.secret, agentId: corp.agentId }
  contactApp = { ...app, secret: corp.contactSecret, agentId: undefined }
}

async function control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${sandbox.url}/sandbox/${path}`, { method, ...init })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
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

/** As WeCom itself answers, past the connector's own checks. */
async function raw(path: string, body: unknown): Promise<{ errcode: number; errmsg: string }> {
  const tokenUrl = `${sandbox.url}/cgi-bin/gettoken?corpid=${app.corpId}&corpsecret=${app.secret}`
  const { access_token } = (await (await fetch(tokenUrl)).json()) as { access_token: string }
  const url = `${sandbox.url}/cgi-bin/${path}?access_token=${access_token}`
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return (await response.json()) as { errcode: number; errmsg: string }
}

/** A customer who has just scanned a code of this member. */
async function newCustomer(userId = 'lina', name = '小明'): Promise<string> {
  const { configId } = await addContactWay(app, { type: 1, scene: 2, user: [userId] })
  return String((await control('POST', 'scan', { code: configId, name })).externalUserId)
}

const advance = (seconds: number) => control('PUT', 'clock', { advanceSeconds: seconds })
const day = 86_400

async function openReceiver(): Promise<void> {
  const token = 'ContractToken2'
  const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
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
    if (request.method === 'GET') return response.end(openCallback(secrets, signed, query.get('echostr') ?? '').message)
    const { encrypted } = parseEnvelope(Buffer.concat(parts).toString('utf8'))
    received.push(readCallback(openCallback(secrets, signed, encrypted).message))
    response.end('success')
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/callback`
  await control('PUT', `corps/${app.corpId}/callback`, { url, token, encodingAesKey })
}

/** The event about this person, group or link, once it has come. */
async function event(type: string, about: Record<string, unknown> = {}): Promise<unknown> {
  const isIt = (one: Callback) =>
    one.type === type && Object.entries(about).every(([name, value]) => (one as Record<string, unknown>)[name] === value)
  await expect.poll(() => received.some(isIt), { timeout: 10_000 }).toBe(true)
  return received.find(isIt)
}

describe('customers handed over on the job', () => {
  const path = 'externalcontact'
  const hand = async (external_userid: string[], takeover_userid = 'wanglei', handover_userid = 'lina', more: object = {}) =>
    (await callWecom(app, `${path}/transfer_customer`, { body: { handover_userid, takeover_userid, external_userid, ...more } })).customer
  const result = async (takeover_userid = 'wanglei', handover_userid = 'lina') =>
    all(
      pages(async (cursor) => {
        const answer = await callWecom(app, `${path}/transfer_result`, {
          body: { handover_userid, takeover_userid, ...(cursor && { cursor }) },
        })
        return { items: answer.customer ?? [], next: answer.next_cursor }
      }),
    )
  const resultOf = async (customer: string, taker?: string, giver?: string) =>
    (await result(taker, giver)).find((one) => one.external_userid === customer)

  test('are the taker’s after a day, with remark, tags and both events', async () => {
    const customer = await newCustomer()
    await control('POST', 'remark', { userId: 'lina', externalUserId: customer, remark: '老客户' })
    expect(await hand([customer], 'wanglei', 'lina', { transfer_success_msg: '我来为您服务' })).toEqual([
      { external_userid: customer, errcode: 0 },
    ])
    const waiting = await resultOf(customer)
    expect(waiting).toMatchObject({ status: 2 })
    expect(Number(waiting?.takeover_time)).toBeGreaterThan(Date.now() / 1000 + day - 60)
    expect(await listContactIds(app, 'lina')).toContain(customer)
    const { items } = await control('GET', `handovers/${customer}`)
    expect(items).toMatchObject([{ from: { userId: 'lina' }, to: { userId: 'wanglei' }, hasLeft: false }])
    await advance(day + 1)
    expect(await resultOf(customer)).toMatchObject({ status: 1, takeover_time: waiting?.takeover_time })
    const { follows } = await getContact(app, customer)
    expect(follows).toMatchObject([{ userid: 'wanglei', add_way: 202, remark: '老客户', createtime: waiting?.takeover_time }])
    expect(await event('change_external_contact.del_external_contact', { externalUserId: customer })).toMatchObject({
      userId: 'lina',
      source: 'DELETE_BY_TRANSFER',
    })
    await event('change_external_contact.add_external_contact', { externalUserId: customer, userId: 'wanglei' })
    const inbox = await control('GET', `inbox/${customer}`)
    expect(JSON.stringify(inbox)).toContain('我来为您服务')
  })

  test('stay where they are when they refuse within the day', async () => {
    const customer = await newCustomer()
    await hand([customer])
    const { items } = (await control('GET', `handovers/${customer}`)) as { items: { id: string }[] }
    await control('POST', `handovers/${items[0]?.id}/refuse`)
    expect(await event('change_external_contact.transfer_fail', { externalUserId: customer })).toMatchObject({
      userId: 'wanglei',
      failReason: 'customer_refused',
    })
    await advance(day + 1)
    expect(await resultOf(customer)).toMatchObject({ status: 3, takeover_time: 0 })
    expect((await getContact(app, customer)).follows).toMatchObject([{ userid: 'lina' }])
    await expect(control('POST', `handovers/${items[0]?.id}/refuse`)).rejects.toThrow('handover.over')
  })

  test('are refused one by one, each with its own code', async () => {
    const [customer, lost, gone] = [await newCustomer(), await newCustomer(), await newCustomer()]
    await control('POST', 'unfollow', { externalUserId: lost, userId: 'lina', by: 'employee' })
    await control('POST', 'unfollow', { externalUserId: gone, userId: 'lina', by: 'customer' })
    const codes = async (ids: string[], ...rest: [string?, string?]) => (await hand(ids, ...rest))?.map((one) => one.errcode)
    expect(await codes([customer, 'wmNobody', lost, gone])).toEqual([0, 40096, 84061, 84061])
    expect(await codes([customer], 'zhangwei')).toEqual([40100])
    await advance(day + 1)
    expect(await codes([customer], 'lina', 'wanglei')).toEqual([0])
    await advance(day + 1)
    expect(await codes([customer])).toEqual([40128])
    await advance(90 * day)
    expect(await codes([customer])).toEqual([0])
    await control('PUT', 'settings', { limits: { memberCustomers: 1 } })
    expect(await codes([await newCustomer()], 'zhangwei')).toEqual([40099])
    await control('PUT', 'settings', { limits: { memberCustomers: 20_000 } })
  })

  test('are not taken by whoever is full when the day is over', async () => {
    const customer = await newCustomer()
    await hand([customer], 'zhangwei')
    await control('PUT', 'settings', { limits: { memberCustomers: 1 } })
    await advance(day + 1)
    expect(await resultOf(customer, 'zhangwei')).toMatchObject({ status: 4, takeover_time: 0 })
    expect(await event('change_external_contact.transfer_fail', { externalUserId: customer })).toMatchObject({
      userId: 'zhangwei',
      failReason: 'customer_limit_exceed',
    })
    await control('PUT', 'settings', { limits: { memberCustomers: 20_000 } })
  })

  test('go nowhere when the friendship ends before the day is over', async () => {
    const customer = await newCustomer()
    await hand([customer], 'majun')
    await control('POST', 'unfollow', { externalUserId: customer, userId: 'lina', by: 'customer' })
    await advance(day + 1)
    expect(await resultOf(customer, 'majun')).toMatchObject({ status: 5, takeover_time: 0 })
  })

  test('raise no second add event where taker and customer were friends already', async () => {
    const customer = await newCustomer()
    await control('POST', 'befriend', { userId: 'wanglei', customer })
    await event('change_external_contact.add_external_contact', { externalUserId: customer, userId: 'wanglei' })
    received = []
    await hand([customer])
    await advance(day + 1)
    await event('change_external_contact.del_external_contact', { externalUserId: customer })
    expect(await resultOf(customer)).toMatchObject({ status: 1 })
    expect(received.filter((one) => one.type === 'change_external_contact.add_external_contact')).toEqual([])
  })

  test('need both members, known, in sight and able to take customers', async () => {
    const customer = await newCustomer()
    expect(await failure(hand([customer], 'nobody'))).toMatchObject({ errcode: 60111, reaction: 'skip_item' })
    expect(await failure(hand([customer], 'wanglei', 'nobody'))).toMatchObject({ errcode: 60111 })
    expect(await failure(hand([customer], 'lina'))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    await control('PUT', 'employees/gaofei', { contact: false })
    expect(await failure(hand([customer], 'gaofei'))).toMatchObject({ errcode: 84083 })
    await control('PUT', 'employees/gaofei', { contact: true, status: 4 })
    expect(await failure(hand([customer], 'gaofei'))).toMatchObject({ errcode: 41054 })
    await control('PUT', 'employees/gaofei', { status: 1 })
    await control('PUT', `corps/${app.corpId}/agents/${app.agentId}`, { visibleParties: [2] })
    expect(await failure(hand([customer], 'majun'))).toMatchObject({ errcode: 60011, reaction: 'configure' })
    await control('PUT', `corps/${app.corpId}/agents/${app.agentId}`, { visibleParties: [1] })
    const many = Array.from({ length: 101 }, (_, index) => `wm${index}`)
    expect(await failure(hand(many))).toMatchObject({ code: 'wecom.bad_request', field: 'external_userid' })
    const body = { handover_userid: 'lina', takeover_userid: 'wanglei', external_userid: many }
    expect(await raw(`${path}/transfer_customer`, body)).toMatchObject({ errcode: 40058, customer: [] })
    const long = { transfer_success_msg: '长'.repeat(201) }
    expect(await failure(hand([customer], 'wanglei', 'lina', long))).toMatchObject({ field: 'transfer_success_msg' })
    expect(await raw(`${path}/transfer_result`, { ...body, cursor: 'nonsense' })).toMatchObject({ errcode: 50100, customer: [] })
  })

  test('keep their day over a restart', async () => {
    const customer = await newCustomer()
    await hand([customer], 'xuwei')
    await sandbox.close()
    sandbox = await start()
    connect()
    await control('PUT', 'clock', { advanceSeconds: day + 1 })
    expect(await resultOf(customer, 'xuwei')).toMatchObject({ status: 1 })
  })

  test('come a thousand results to a page', async () => {
    await control('POST', 'employees', { userId: 'popular', name: '客户很多' })
    const customers: string[] = []
    for (let index = 0; index < 1005; index++)
      customers.push(String((await control('POST', 'befriend', { userId: 'popular', name: `客户${index}` })).externalUserId))
    for (let from = 0; from < customers.length; from += 100) await hand(customers.slice(from, from + 100), 'hexin', 'popular')
    const first = await callWecom(app, `${path}/transfer_result`, { body: { handover_userid: 'popular', takeover_userid: 'hexin' } })
    expect(first.customer).toHaveLength(1000)
    expect((await result('hexin', 'popular')).map((one) => one.external_userid)).toEqual(customers)
  }, 60_000)
})

describe('customers of somebody who left', () => {
  const path = 'externalcontact/resigned'
  const hand = async (handover_userid: string, external_userid: string[], takeover_userid = 'wanglei') =>
    (await callWecom(app, `${path}/transfer_customer`, { body: { handover_userid, takeover_userid, external_userid } })).customer
  const waiting = async (handover: string, limit = 1000) =>
    (
      await all(
        pages(async (cursor) => {
          const answer = await callWecom(app, 'externalcontact/get_unassigned_list', {
            body: { page_size: limit, ...(cursor && { cursor }) },
          })
          expect(answer.is_last).toBe(!answer.next_cursor)
          return { items: answer.info ?? [], next: answer.next_cursor }
        }),
      )
    ).filter((one) => one.handover_userid === handover)

  test('wait to be assigned, page after page, and go to the taker after a day', async () => {
    await control('POST', 'employees', { userId: 'leaver', name: '将离职' })
    const customers = [await newCustomer('leaver'), await newCustomer('leaver'), await newCustomer('leaver')]
    expect(await failure(hand('leaver', customers))).toMatchObject({ errcode: 40097, reaction: 'skip_item' })
    expect(await waiting('leaver')).toEqual([])
    await control('DELETE', 'employees/leaver')
    const listed = await waiting('leaver', 2)
    expect(listed.map((one) => one.external_userid)).toEqual(customers)
    expect(listed[0]?.dimission_time).toBeGreaterThan(1_700_000_000)
    const byPage = await callWecom(app, 'externalcontact/get_unassigned_list', { body: { page_id: 1, page_size: 2 } })
    expect(byPage.info?.map((one) => one.external_userid)).toContain(customers[2])
    const [first = '', second = '', third = ''] = customers
    expect(await hand('leaver', [first, second, 'wmNobody'])).toMatchObject([{ errcode: 0 }, { errcode: 0 }, { errcode: 40096 }])
    expect((await waiting('leaver')).map((one) => one.external_userid)).toEqual([third])
    const { items } = (await control('GET', `handovers/${second}`)) as { items: { id: string; hasLeft: boolean }[] }
    expect(items).toMatchObject([{ hasLeft: true }])
    await control('POST', `handovers/${items[0]?.id}/refuse`)
    await advance(day + 1)
    const { customer } = await callWecom(app, `${path}/transfer_result`, {
      body: { handover_userid: 'leaver', takeover_userid: 'wanglei' },
    })
    expect(customer).toMatchObject([
      { external_userid: first, status: 1 },
      { external_userid: second, status: 3, takeover_time: 0 },
    ])
    expect((await getContact(app, first)).follows).toMatchObject([{ userid: 'wanglei', add_way: 202 }])
    expect((await waiting('leaver')).map((one) => one.external_userid)).toEqual([second, third])
    expect(await hand('leaver', [first])).toMatchObject([{ errcode: 84061 }])
  })

  test('are named by whoever really left, and within the bounds', async () => {
    expect(await failure(hand('nobody', ['wm1']))).toMatchObject({ errcode: 60111 })
    const many = Array.from({ length: 101 }, (_, index) => `wm${index}`)
    expect(await failure(hand('leaver', many))).toMatchObject({ code: 'wecom.bad_request', field: 'external_userid' })
    const list = (body: object) => callWecom(app, 'externalcontact/get_unassigned_list', { body })
    expect(await failure(list({ page_size: 1001 }))).toMatchObject({ code: 'wecom.bad_request', field: 'page_size' })
    expect(await failure(list({ cursor: 'nonsense' }))).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    expect(await failure(list({ page_id: 51, page_size: 1000 }))).toMatchObject({ errcode: 40058 })
  })
})

describe('acquisition links', () => {
  const path = 'externalcontact/customer_acquisition'
  const make = async (more: object = {}) => {
    const body = { link_name: '抖音引流', range: { user_list: ['lina'] }, ...more }
    return (await callWecom(app, `${path}/create_link`, { body })).link ?? {}
  }
  const open = (url: string | undefined, more: object = {}) => control('POST', 'scan', { code: url, name: '点链接的人', ...more })
  const customers = (link_id = '', limit = 1000) =>
    all(
      pages(async (cursor) => {
        const answer = await callWecom(app, `${path}/customer`, { body: { link_id, limit, ...(cursor && { cursor }) } })
        return { items: answer.customer_list ?? [], next: answer.next_cursor }
      }),
    )
  const quota = () => callWecom(app, 'externalcontact/customer_acquisition_quota', {})
  const links = (limit: number) =>
    all(
      pages(async (cursor) => {
        const answer = await callWecom(app, `${path}/list_link`, { body: { limit, ...(cursor && { cursor }) } })
        return { items: answer.link_id_list ?? [], next: answer.next_cursor }
      }),
    )

  test('are made, read, changed, listed page after page and deleted', async () => {
    const priority_option = { priority_type: 2, priority_userid_list: ['wanglei'] }
    const made = await make({ range: { user_list: ['lina'], department_list: [3] }, priority_option, skip_verify: false })
    expect(made).toMatchObject({ link_id: expect.stringMatching(/^ca/), link_name: '抖音引流', url: expect.stringContaining('/ca/') })
    const read = (link_id = made.link_id ?? '') => callWecom(app, `${path}/get`, { body: { link_id } })
    expect(await read()).toMatchObject({
      link: { link_name: '抖音引流', url: made.url, skip_verify: false, mark_source: true },
      range: { user_list: ['lina'], department_list: [3] },
      priority_option,
    })
    await callWecom(app, `${path}/update_link`, { body: { link_id: made.link_id ?? '', range: { user_list: ['wanglei'] } } })
    expect((await read()).range).toEqual({ user_list: ['wanglei'], department_list: [] })
    const others = [await make(), await make()]
    expect(await links(2)).toEqual([made, ...others].map((one) => one.link_id))
    await callWecom(app, `${path}/delete_link`, { body: { link_id: made.link_id ?? '' } })
    expect(await links(100)).toEqual(others.map((one) => one.link_id))
    expect(await failure(read())).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    await expect(open(made.url)).rejects.toThrow('code.unknown')
  })

  test('make a friend with the channel of the link, counted, told and taken from the quota', async () => {
    await control('POST', 'links/quota', { amount: 500, replace: true })
    const link = await make()
    const opened = await open(`${link.url}?customer_channel=${encodeURIComponent('抖音-1')}`)
    const customer = String(opened.externalUserId)
    expect(opened).toMatchObject({ userId: 'lina', relation: 'new' })
    expect((await getContact(app, customer)).follows).toMatchObject([{ userid: 'lina', add_way: 16, state: '抖音-1' }])
    await event('change_external_contact.add_external_contact', { externalUserId: customer, state: '抖音-1' })
    await event('customer_acquisition.open_profile', { linkId: link.link_id, state: '抖音-1' })
    await event('customer_acquisition.friend_request', { linkId: link.link_id, state: '抖音-1' })
    expect(await quota()).toMatchObject({ total: 500, balance: 499, quota_list: [{ balance: 499, expire_date: expect.any(Number) }] })
    expect(await customers(link.link_id)).toEqual([{ external_userid: customer, userid: 'lina', chat_status: 0, state: '抖音-1' }])
    expect(await open(link.url, { customer })).toMatchObject({ relation: 'friends' })
    expect((await quota()).balance).toBe(499)
    await control('POST', 'say', { from: customer, to: 'lina', text: '在吗' })
    await control('POST', 'say', { from: customer, to: 'lina', text: '多少钱' })
    await event('customer_acquisition.customer_start_chat', { externalUserId: customer, userId: 'lina' })
    const second = await event('customer_acquisition.message_from_customer', { externalUserId: customer, chatSeq: 2 })
    const { chatKey } = second as { chatKey: string }
    const info = () => callWecom(app, `${path}/get_chat_info`, { body: { chat_key: chatKey } })
    expect(await info()).toMatchObject({
      userid: 'lina',
      external_userid: customer,
      chat_info: { recv_msg_cnt: 2, link_id: link.link_id, state: '抖音-1' },
    })
    expect(await customers(link.link_id)).toMatchObject([{ chat_status: 1 }])
    const at = Math.floor(Date.parse(String((await control('GET', 'clock')).now)) / 1000)
    const statistic = (start_time: number, end_time: number) =>
      callWecom(app, `${path}/statistic`, { body: { link_id: link.link_id ?? '', start_time, end_time } })
    expect(await statistic(at, at)).toMatchObject({ click_link_customer_cnt: 1, new_customer_cnt: 1 })
    expect(await statistic(at - day, at - day)).toMatchObject({ click_link_customer_cnt: 0, new_customer_cnt: 0 })
    expect(await failure(statistic(at - 30 * day, at))).toMatchObject({ errcode: 600018, reaction: 'fix_request' })
    expect(await failure(statistic(at - 181 * day, at - 170 * day))).toMatchObject({ errcode: 600018 })
    await advance(1801)
    expect(await failure(info())).toMatchObject({ errcode: 40058 })
  })

  test('wait for the member where they ask for approval; the channel is cut at 64 bytes', async () => {
    const link = await make({ skip_verify: false })
    const before = (await quota()).balance ?? 0
    const opened = await open(`${link.url}?customer_channel=${encodeURIComponent('渠'.repeat(30))}`)
    expect(opened).toMatchObject({ relation: 'requested' })
    expect(await customers(link.link_id)).toEqual([])
    expect((await quota()).balance).toBe(before)
    await control('POST', `tasks/${opened.task}/confirm`)
    expect(await customers(link.link_id)).toMatchObject([{ state: '渠'.repeat(21) }])
    expect((await quota()).balance).toBe(before - 1)
  })

  test('come page after page with their customers', async () => {
    const link = await make()
    for (let index = 0; index < 5; index++) await open(link.url, { name: `第${index}位` })
    const listed = await customers(link.link_id, 2)
    expect(new Set(listed.map((one) => one.external_userid)).size).toBe(5)
    const bad = callWecom(app, `${path}/customer`, { body: { link_id: link.link_id ?? '', cursor: 'nonsense' } })
    expect(await failure(bad)).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    const tooMany = callWecom(app, `${path}/customer`, { body: { link_id: link.link_id ?? '', limit: 1001 } })
    expect(await failure(tooMany)).toMatchObject({ field: 'limit' })
    expect(await failure(links(101))).toMatchObject({ field: 'limit' })
    expect(await raw(`${path}/list_link`, { limit: 101 })).toMatchObject({ errcode: 40058, link_id_list: [] })
  })

  test('lead an old friend back to the friend where the link says so', async () => {
    const customer = await newCustomer('majun')
    const company = await make({ priority_option: { priority_type: 1 } })
    expect(await open(company.url, { customer })).toMatchObject({ userId: 'majun', relation: 'friends' })
    const listed = await make({ priority_option: { priority_type: 2, priority_userid_list: ['wanglei'] } })
    expect(await open(listed.url, { customer })).toMatchObject({ userId: 'lina', relation: 'new' })
  })

  test('tell when the quota is low, used up, bought again and about to end', async () => {
    await control('POST', 'links/quota', { amount: 20, days: 20, replace: true })
    const link = await make()
    for (let index = 0; index < 20; index++) await open(link.url, { name: `额度${index}` })
    await event('customer_acquisition.balance_low')
    await event('customer_acquisition.balance_exhausted')
    expect(received.filter((one) => one.type === 'customer_acquisition.balance_low')).toHaveLength(1)
    await expect(open(link.url)).rejects.toThrow('link.exhausted')
    await control('POST', 'links/quota', { amount: 30, days: 20 })
    await event('customer_acquisition.balance_increased')
    expect(await quota()).toMatchObject({ total: 50, balance: 30 })
    await advance(7 * day)
    expect(await event('customer_acquisition.quota_expire_soon')).toMatchObject({ expireQuotaNum: 30 })
    received = []
    await advance(12 * day)
    await event('customer_acquisition.quota_expire_soon')
    await advance(2 * day)
    expect(await quota()).toMatchObject({ total: 0, balance: 0, quota_list: [] })
    await control('POST', 'links/quota', { amount: 1000 })
  }, 20_000)

  test('end when nobody is behind them, or the administrator deletes them', async () => {
    await control('POST', 'employees', { userId: 'linkman', name: '获客专员' })
    const link = await make({ range: { user_list: ['linkman'] } })
    await control('DELETE', 'employees/linkman')
    await event('customer_acquisition.link_unavailable', { linkId: link.link_id })
    await expect(open(link.url)).rejects.toThrow('link.unavailable')
    expect(received.filter((one) => one.type === 'customer_acquisition.link_unavailable')).toHaveLength(1)
    await control('DELETE', `links/${link.link_id}`)
    await event('customer_acquisition.delete_link', { linkId: link.link_id })
  })

  test('that ask for the impossible are refused', async () => {
    expect(await failure(make({ range: {} }))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    expect(await failure(make({ range: { user_list: ['nobody'] } }))).toMatchObject({ errcode: 60111 })
    expect(await failure(make({ range: { department_list: [999] } }))).toMatchObject({ errcode: 60123 })
    expect(await failure(make({ priority_option: { priority_type: 3 } }))).toMatchObject({ errcode: 40058 })
    expect(await failure(make({ priority_option: { priority_type: 2 } }))).toMatchObject({ errcode: 40058 })
    const many = Array.from({ length: 501 }, (_, index) => `u${index}`)
    expect(await failure(make({ range: { user_list: many } }))).toMatchObject({ field: 'range.user_list' })
    await control('PUT', 'employees/gaofei', { contact: false })
    expect(await failure(make({ range: { user_list: ['gaofei'] } }))).toMatchObject({ errcode: 84083 })
    await control('PUT', 'employees/gaofei', { contact: true })
    await control('PUT', 'settings', { limits: { acquisitionLinks: 1 } })
    expect(await failure(make())).toMatchObject({ errcode: 41095, reaction: 'tell' })
    await control('PUT', 'settings', { limits: { acquisitionLinks: 10_000 } })
    const byOldSecret = callWecom(contactApp, `${path}/list_link`, { body: {} })
    expect(await failure(byOldSecret)).toMatchObject({ errcode: 48002, reaction: 'configure' })
    expect(await callWecom(app, 'externalcontact/customer_acquisition_app/get_permit', {})).toMatchObject({ department_list: [1] })
  })
})

describe('the product album', () => {
  const path = 'externalcontact'
  const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64)])
  const picture = async (kind: 1 | 2 = 2) =>
    (await uploadAttachment(app, 'image', kind, { fileName: 'a.png', contentType: 'image/png', bytes: png })).mediaId
  const product = async (more: object = {}) => ({
    description: '世界上最好的商品',
    price: 30_000,
    product_sn: 'SN001',
    attachments: [{ type: 'image', image: { media_id: await picture() } }],
    ...more,
  })
  const add = async (more?: object) => (await callWecom(app, `${path}/add_product_album`, { body: await product(more) })).product_id
  const read = async (product_id: string) => (await callWecom(app, `${path}/get_product_album`, { body: { product_id } })).product

  test('holds products that are made, read, changed, listed page after page and deleted', async () => {
    const ids = [await add(), await add({ product_sn: '' }), await add()]
    const [first = '', ...others] = ids
    expect(await read(first)).toMatchObject({
      product_id: first,
      description: '世界上最好的商品',
      price: 30_000,
      product_sn: 'SN001',
      create_time: expect.any(Number),
      attachments: [{ type: 'image', image: { media_id: expect.any(String) } }],
    })
    await callWecom(app, `${path}/update_product_album`, { body: { product_id: first, price: 100 } })
    expect(await read(first)).toMatchObject({ price: 100, description: '世界上最好的商品' })
    const listed = () =>
      all(
        pages(async (cursor) => {
          const answer = await callWecom(app, `${path}/get_product_album_list`, { body: { limit: 2, ...(cursor && { cursor }) } })
          return { items: answer.product_list ?? [], next: answer.next_cursor }
        }),
      )
    expect((await listed()).map((one) => one.product_id)).toEqual(ids)
    await callWecom(app, `${path}/delete_product_album`, { body: { product_id: first } })
    expect((await listed()).map((one) => one.product_id)).toEqual(others)
    expect(await failure(read(first))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    const bad = callWecom(app, `${path}/get_product_album_list`, { body: { cursor: 'nonsense' } })
    expect(await failure(bad)).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
  })

  test('takes only pictures of its own kind, and keeps them longer than their id lives', async () => {
    const moment = [{ type: 'image', image: { media_id: await picture(1) } }]
    expect(await failure(add({ attachments: moment }))).toMatchObject({ errcode: 40007, reaction: 'upload_again' })
    const id = (await add()) ?? ''
    const { attachments } = (await read(id)) ?? {}
    await advance(4 * day)
    await callWecom(app, `${path}/update_product_album`, { body: { product_id: id, attachments: attachments ?? [] } })
    expect(await failure(add({ attachments }))).toMatchObject({ errcode: 40007 })
  })

  test('keeps to its bounds, with us and with WeCom alike', async () => {
    const attachments = Array.from({ length: 10 }, () => ({ type: 'image', image: { media_id: 'm' } }))
    for (const [field, wrong] of [
      ['description', { description: '长'.repeat(301) }],
      ['price', { price: 5_000_001 }],
      ['product_sn', { product_sn: 's'.repeat(129) }],
      ['attachments', { attachments }],
    ] as const) {
      expect(await failure(add(wrong))).toMatchObject({ code: 'wecom.bad_request', field })
      const answer = await raw(`${path}/add_product_album`, await product(wrong))
      expect(answer).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining(field) })
    }
    expect(await failure(add({ product_sn: '编号' }))).toMatchObject({ errcode: 40058 })
    expect(await failure(add({ attachments: [] }))).toMatchObject({ errcode: 40058 })
  })
})

describe('intercept words', () => {
  const path = 'externalcontact'
  const rule = {
    rule_name: '承诺收益',
    word_list: ['保本', '稳赚'],
    semantics_list: [1],
    intercept_type: 1,
    applicable_range: { user_list: ['lina'], department_list: [3] },
  }
  const add = async (more: object = {}) => (await callWecom(app, `${path}/add_intercept_rule`, { body: { ...rule, ...more } })).rule_id
  const read = async (rule_id: string) => (await callWecom(app, `${path}/get_intercept_rule`, { body: { rule_id } })).rule
  const remove = (rule_id: string) => callWecom(app, `${path}/del_intercept_rule`, { body: { rule_id } })

  test('are made, read, changed by another body, listed and deleted', async () => {
    const id = await add()
    const { semantics_list, ...rest } = rule
    expect(await read(id)).toEqual({ rule_id: id, ...rest, extra_rule: { semantics_list } })
    const list = () => callWecom(app, `${path}/get_intercept_rule_list`, {})
    expect((await list()).rule_list).toMatchObject([{ rule_id: id, rule_name: '承诺收益', create_time: expect.any(Number) }])
    await callWecom(app, `${path}/update_intercept_rule`, {
      body: {
        rule_id: id,
        extra_rule: { semantics_list: [2] },
        add_applicable_range: { user_list: ['wanglei'] },
        remove_applicable_range: { user_list: ['lina'], department_list: [3] },
      },
    })
    expect(await read(id)).toMatchObject({
      rule_name: '承诺收益',
      extra_rule: { semantics_list: [2] },
      applicable_range: { user_list: ['wanglei'], department_list: [] },
    })
    const emptied = callWecom(app, `${path}/update_intercept_rule`, {
      body: { rule_id: id, remove_applicable_range: { user_list: ['wanglei'] } },
    })
    expect(await failure(emptied)).toMatchObject({ errcode: 40058 })
    await remove(id)
    expect((await list()).rule_list).toEqual([])
    expect(await failure(read(id))).toMatchObject({ errcode: 41071 })
    expect(await failure(remove(id))).toMatchObject({ errcode: 41071 })
  })

  test('keep members from saying them, and nobody else', async () => {
    const id = await add()
    const customer = await newCustomer()
    await control('POST', 'befriend', { userId: 'wanglei', customer })
    const say = (from: string, to: string, text: string) => control('POST', 'say', { from, to, text })
    await expect(say('lina', customer, '这个产品保本')).rejects.toThrow('say.intercepted')
    await expect(say('lina', customer, '加我 13800000001')).rejects.toThrow('say.intercepted')
    await say('wanglei', customer, '这个产品保本')
    await say(customer, 'lina', '保本吗')
    await callWecom(app, `${path}/update_intercept_rule`, { body: { rule_id: id, intercept_type: 2 } })
    await say('lina', customer, '这个产品保本')
    await remove(id)
  })

  test('are refused where they go beyond a bound', async () => {
    const words = Array.from({ length: 301 }, (_, index) => `词${index}`)
    const users = Array.from({ length: 1001 }, (_, index) => `u${index}`)
    for (const [field, wrong] of [
      ['rule_name', { rule_name: '名'.repeat(21) }],
      ['word_list', { word_list: words }],
      ['applicable_range.user_list', { applicable_range: { user_list: users } }],
    ] as const) {
      expect(await failure(add(wrong))).toMatchObject({ code: 'wecom.bad_request', field })
      expect(await raw(`${path}/add_intercept_rule`, { ...rule, ...wrong })).toMatchObject({
        errcode: 40058,
        errmsg: expect.stringContaining(field),
      })
    }
    expect(await failure(add({ word_list: ['长'.repeat(33)] }))).toMatchObject({ code: 'wecom.bad_request' })
    expect(await failure(add({ applicable_range: {} }))).toMatchObject({ errcode: 40058 })
    expect(await failure(add({ semantics_list: [4] }))).toMatchObject({ errcode: 40058 })
    expect(await failure(add({ intercept_type: 3 }))).toMatchObject({ errcode: 40058 })
    expect(await failure(add({ applicable_range: { user_list: ['nobody'] } }))).toMatchObject({ errcode: 60111 })
    expect(await failure(add({ applicable_range: { department_list: [999] } }))).toMatchObject({ errcode: 60123 })
    // The old shape of an update is nothing that WeCom reads.
    const id = await add()
    await raw(`${path}/update_intercept_rule`, { rule_id: id, semantics_list: [3] })
    expect((await read(id))?.extra_rule).toEqual({ semantics_list: [1] })
    for (let index = 1; index < 100; index++) await add({ rule_name: `r${index}` })
    expect(await failure(add())).toMatchObject({ errcode: 41069 })
  })
})

describe('what members did with their customers', () => {
  const ask = async (body: { userid?: string[]; partyid?: number[]; start_time: number; end_time: number }) =>
    (await callWecom(app, 'externalcontact/get_user_behavior_data', { body })).behavior_data ?? []
  const sandboxNow = async () => Math.floor(Date.parse(String((await control('GET', 'clock')).now)) / 1000)
  const midnight = (seconds: number) => Math.floor((seconds + 8 * 3600) / day) * day - 8 * 3600

  test('is counted by day, several members as one', async () => {
    await control('POST', 'employees', { userId: 'diligent', name: '勤快', departments: [5] })
    await control('POST', 'employees', { userId: 'slow', name: '慢', departments: [5] })
    // Noon, so that nothing of the story falls on another day.
    const started = await sandboxNow()
    await advance(midnight(started) + day + 12 * 3600 - started)
    const noon = await sandboxNow()
    const [one, two, three] = [await newCustomer('diligent'), await newCustomer('diligent'), await newCustomer('slow')]
    await control('POST', 'befriend', { userId: 'diligent', name: '被动添加' })
    const say = (from: string, to: string) => control('POST', 'say', { from, to, text: '你好' })
    await say(one, 'diligent')
    await advance(600)
    await say('diligent', one)
    await say('diligent', one)
    await say(two, 'diligent')
    await say('slow', three)
    await control('POST', 'unfollow', { externalUserId: two, userId: 'diligent', by: 'customer' })
    await advance(day)
    const today = { start_time: noon, end_time: noon }
    expect(await ask({ userid: ['diligent'], ...today })).toEqual([
      {
        stat_time: midnight(noon),
        chat_cnt: 2,
        message_cnt: 2,
        reply_percentage: 50,
        avg_reply_time: 10,
        negative_feedback_cnt: 1,
        new_apply_cnt: 1,
        new_contact_cnt: 3,
      },
    ])
    // Who was not asked anything has no rate of answers.
    const [slow] = await ask({ userid: ['slow'], ...today })
    expect(slow).toEqual({
      stat_time: midnight(noon),
      chat_cnt: 1,
      message_cnt: 1,
      negative_feedback_cnt: 0,
      new_apply_cnt: 0,
      new_contact_cnt: 1,
    })
    const both = await ask({ userid: ['diligent', 'slow'], start_time: noon - day, end_time: noon })
    expect(both).toMatchObject([{ chat_cnt: 0 }, { stat_time: midnight(noon), chat_cnt: 3, message_cnt: 3, new_contact_cnt: 4 }])
    const [party] = await ask({ partyid: [5], ...today })
    expect(party).toMatchObject({ chat_cnt: 3, new_contact_cnt: 4 })
  })

  test('is there for thirty days at a time, yesterday back to half a year', async () => {
    const at = await sandboxNow()
    const asked = (start_time: number, end_time: number) => ask({ userid: ['lina'], start_time, end_time })
    expect(await asked(at - 30 * day, at - day)).toHaveLength(30)
    for (const [from, to] of [
      [at - 31 * day, at - day],
      [at - day, at],
      [at - day, at - 2 * day],
      [at - 181 * day, at - 170 * day],
      [at * 1000, at * 1000],
    ] as const)
      expect(await failure(asked(from, to))).toMatchObject({ errcode: 600018, reaction: 'fix_request' })
    const refused = await raw('externalcontact/get_user_behavior_data', { userid: ['lina'], start_time: at, end_time: at })
    expect(refused).toMatchObject({ errcode: 600018, behavior_data: [] })
    const yesterday = { start_time: at - day, end_time: at - day }
    expect(await failure(ask(yesterday))).toMatchObject({ errcode: 40058 })
    expect(await failure(ask({ userid: ['nobody'], ...yesterday }))).toMatchObject({ errcode: 60111 })
    expect(await failure(ask({ partyid: [999], ...yesterday }))).toMatchObject({ errcode: 60123 })
    const many = Array.from({ length: 101 }, (_, index) => `u${index}`)
    expect(await failure(ask({ userid: many, ...yesterday }))).toMatchObject({ code: 'wecom.bad_request', field: 'userid' })
  })
})

describe.each(['customer_strategy', 'moment_strategy'] as const)('rule groups: %s', (area) => {
  const path = `externalcontact/${area}` as const
  const body = {
    strategy_name: '门店组',
    admin_list: ['liuyang'],
    privilege: { view_customer_list: true, share_customer: false },
    range: [
      { type: 1, userid: 'lina' },
      { type: 2, partyid: 3 },
    ],
  }
  const create = async (more: object = {}) => (await callWecom(app, `${path}/create`, { body: { ...body, ...more } })).strategy_id
  const read = async (strategy_id: number) => (await callWecom(app, `${path}/get`, { body: { strategy_id } })).strategy
  const range = (strategy_id: number, limit = 1000) =>
    all(
      pages(async (cursor) => {
        const answer = await callWecom(app, `${path}/get_range`, { body: { strategy_id, limit, ...(cursor && { cursor }) } })
        return { items: answer.range ?? [], next: answer.next_cursor }
      }),
    )

  test('are made, read, changed, listed page after page and deleted', async () => {
    const ids = [await create(), await create(), await create()]
    const [first = 0, ...others] = ids
    const child = await create({ parent_id: first })
    expect(await read(first)).toMatchObject({
      strategy_id: first,
      parent_id: 0,
      strategy_name: '门店组',
      admin_list: ['liuyang'],
      privilege: { view_customer_list: true, share_customer: false },
      create_time: expect.any(Number),
    })
    expect(await read(child)).toMatchObject({ parent_id: first })
    expect(await range(first, 1)).toEqual(body.range)
    await callWecom(app, `${path}/edit`, {
      body: {
        strategy_id: first,
        strategy_name: '销售组',
        privilege: { share_customer: true },
        range_add: [{ type: 1, userid: 'wanglei' }],
        range_del: [{ type: 2, partyid: 3 }],
      },
    })
    expect(await read(first)).toMatchObject({ strategy_name: '销售组', privilege: { view_customer_list: true, share_customer: true } })
    expect(await range(first)).toEqual([
      { type: 1, userid: 'lina' },
      { type: 1, userid: 'wanglei' },
    ])
    const listed = () =>
      all(
        pages(async (cursor) => {
          const answer = await callWecom(app, `${path}/list`, { body: { limit: 2, ...(cursor && { cursor }) } })
          return { items: answer.strategy ?? [], next: answer.next_cursor }
        }),
      )
    expect((await listed()).map((one) => one.strategy_id)).toEqual([...ids, child])
    const remove = (strategy_id: number) => callWecom(app, `${path}/del`, { body: { strategy_id } })
    expect(await failure(remove(first))).toMatchObject({ errcode: 40058 })
    await remove(child)
    await remove(first)
    expect((await listed()).map((one) => one.strategy_id)).toEqual(others)
    expect(await failure(read(first))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
  })

  test('name people and departments that are there', async () => {
    expect(await failure(create({ admin_list: ['nobody'] }))).toMatchObject({ errcode: 60111 })
    expect(await failure(create({ range: [{ type: 1, userid: 'nobody' }] }))).toMatchObject({ errcode: 60111 })
    expect(await failure(create({ range: [{ type: 2, partyid: 999 }] }))).toMatchObject({ errcode: 60123 })
    expect(await failure(create({ range: [{ type: 1 }] }))).toMatchObject({ errcode: 40058 })
    expect(await failure(create({ range: [] }))).toMatchObject({ errcode: 40058 })
    expect(await failure(create({ parent_id: 999 }))).toMatchObject({ errcode: 40058 })
    const only = await create({ range: [{ type: 1, userid: 'lina' }] })
    const emptied = callWecom(app, `${path}/edit`, { body: { strategy_id: only, range_del: [{ type: 1, userid: 'lina' }] } })
    expect(await failure(emptied)).toMatchObject({ errcode: 40058 })
    const bad = callWecom(app, `${path}/list`, { body: { cursor: 'nonsense' } })
    expect(await failure(bad)).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    expect(await raw(`${path}/list`, { limit: 1001 })).toMatchObject({ errcode: 40058, strategy: [] })
  })
})

describe('tags of a rule group', () => {
  const path = 'externalcontact'
  const strategy = async () =>
    (
      await callWecom(app, `${path}/customer_strategy/create`, {
        body: { strategy_name: '有标签的组', admin_list: ['liuyang'], range: [{ type: 1, userid: 'lina' }] },
      })
    ).strategy_id
  const add = async (strategy_id: number, more: object = {}) =>
    (
      await callWecom(app, `${path}/add_strategy_tag`, {
        body: { strategy_id, group_name: '组内等级', tag: [{ name: '甲' }, { name: '乙', order: 5 }], ...more },
      })
    ).tag_group
  const list = async (body: { strategy_id?: number; tag_id?: string[]; group_id?: string[] }) =>
    (await callWecom(app, `${path}/get_strategy_tag_list`, { body })).tag_group ?? []

  test('stand apart from corp tags, and are marked as such at a customer', async () => {
    const id = await strategy()
    const group = await add(id)
    expect(group?.tag?.map((tag) => tag.name)).toEqual(['乙', '甲'])
    expect(await list({ strategy_id: id })).toMatchObject([{ group_id: group?.group_id, strategy_id: id, group_name: '组内等级' }])
    const corp = (await callWecom(app, `${path}/get_corp_tag_list`, { body: {} })).tag_group ?? []
    expect(corp.map((one) => one.group_id)).not.toContain(group?.group_id)
    const other = await strategy()
    expect(await list({ strategy_id: other })).toEqual([])
    expect((await add(other))?.group_id).not.toBe(group?.group_id)
    const tag = group?.tag?.find((one) => one.name === '甲')?.id ?? ''
    await callWecom(app, `${path}/edit_strategy_tag`, { body: { id: tag, name: '特级' } })
    const customer = await newCustomer()
    await callWecom(app, `${path}/mark_tag`, { body: { userid: 'lina', external_userid: customer, add_tag: [tag] } })
    expect((await getContact(app, customer)).follows[0]?.tags).toMatchObject([{ tag_id: tag, tag_name: '特级', type: 3 }])
    await control('DELETE', `tags/${group?.tag?.find((one) => one.name === '乙')?.id}`)
    await event('change_external_tag.delete', { strategyId: id })
    await callWecom(app, `${path}/del_strategy_tag`, { body: { tag_id: [tag] } })
    expect(await list({ strategy_id: id })).toEqual([])
  })

  test('are refused where corp tags are meant, and where nothing is', async () => {
    const id = await strategy()
    const group = await add(id)
    const tag = group?.tag?.[0]?.id ?? ''
    const call = callWecom
    expect(await failure(call(app, `${path}/edit_corp_tag`, { body: { id: tag, name: 'x' } }))).toMatchObject({ errcode: 40068 })
    expect(await failure(call(app, `${path}/del_corp_tag`, { body: { tag_id: [tag] } }))).toMatchObject({ errcode: 40068 })
    const corp = (await call(app, `${path}/add_corp_tag`, { body: { group_name: '企业标签组', tag: [{ name: '一' }] } })).tag_group
    const corpTag = corp?.tag?.[0]?.id ?? ''
    const edit = (body: { id: string; name: string }) => call(app, `${path}/edit_strategy_tag`, { body })
    expect(await failure(edit({ id: corpTag, name: 'x' }))).toMatchObject({ errcode: 40068, reaction: 'sync_tags' })
    expect(await failure(edit({ id: tag, name: '甲' }))).toMatchObject({ errcode: 40071 })
    expect(await failure(edit({ id: tag, name: '长'.repeat(31) }))).toMatchObject({ code: 'wecom.bad_request', field: 'name' })
    expect(await failure(call(app, `${path}/del_strategy_tag`, { body: {} }))).toMatchObject({ errcode: 40058 })
    expect(await failure(call(app, `${path}/del_strategy_tag`, { body: { tag_id: [corpTag] } }))).toMatchObject({ errcode: 40068 })
    expect(await failure(add(999))).toMatchObject({ errcode: 40058 })
    expect(await failure(add(id, { group_name: '长'.repeat(31) }))).toMatchObject({ field: 'group_name' })
    // The old customer-contact secret may change what any app made.
    await callWecom(contactApp, `${path}/edit_strategy_tag`, { body: { id: tag, name: '别处改的' } })
    expect((await list({ tag_id: [tag] }))[0]?.tag).toMatchObject([{ id: tag, name: '别处改的' }])
    await callWecom(app, `${path}/customer_strategy/del`, { body: { strategy_id: id } })
    expect(await failure(list({ strategy_id: id }))).toMatchObject({ errcode: 40058 })
    expect(await list({ group_id: [group?.group_id ?? ''] })).toEqual([])
  })
})

describe('names of one person in different places', () => {
  test('a union id leads to the customer, or to an id to wait with', async () => {
    const customer = await newCustomer()
    const { contact } = await getContact(app, customer)
    const unionid = contact?.unionid ?? ''
    const ask = (id: string) =>
      callWecom(app, 'idconvert/unionid_to_external_userid', { body: { unionid: id, openid: 'oX', subject_type: 0 } })
    expect(await ask(unionid)).toMatchObject({ external_userid: customer })
    await control('POST', 'unfollow', { externalUserId: customer, userId: 'lina', by: 'employee' })
    const waiting = await ask(unionid)
    expect(waiting.external_userid).toBeUndefined()
    const { result } = await callWecom(app, 'idconvert/batch/external_userid_to_pending_id', {
      body: { external_userid: [customer, 'wmNobody'] },
    })
    expect(result).toEqual([{ external_userid: customer, pending_id: waiting.pending_id }])
    expect(await failure(callWecom(app, 'externalcontact/unionid_to_external_userid', { body: { unionid } }))).toMatchObject({
      errcode: 84061,
      reaction: 'empty',
    })
    const many = Array.from({ length: 101 }, (_, index) => `wm${index}`)
    const tooMany = callWecom(app, 'idconvert/batch/external_userid_to_pending_id', { body: { external_userid: many } })
    expect(await failure(tooMany)).toMatchObject({ code: 'wecom.bad_request', field: 'external_userid' })
    expect(await raw('idconvert/unionid_to_external_userid', { unionid, openid: 'oX', subject_type: 2 })).toMatchObject({ errcode: 40058 })
  })

  test('go to a service provider’s and to an open id, and back', async () => {
    const customer = await newCustomer()
    const service = (await callWecom(app, 'externalcontact/to_service_external_userid', { body: { external_userid: customer } }))
      .external_userid
    expect(service).toMatch(/^wm.{30}$/)
    expect(service).not.toBe(customer)
    const back = (external_userid: string, source_agentid: number) =>
      callWecom(app, 'externalcontact/from_service_external_userid', { body: { external_userid, source_agentid } })
    expect(await back(service, app.agentId ?? 0)).toMatchObject({ external_userid: customer })
    expect(await failure(back('wmNobody', app.agentId ?? 0))).toMatchObject({ errcode: 40096, reaction: 'skip_item' })
    expect(await failure(back(service, 7))).toMatchObject({ errcode: 40056, reaction: 'configure' })
    const unknown = callWecom(app, 'externalcontact/to_service_external_userid', { body: { external_userid: 'wmNobody' } })
    expect(await failure(unknown)).toMatchObject({ errcode: 40096 })
    const open = await callWecom(app, 'externalcontact/convert_to_openid', { body: { external_userid: customer } })
    expect(open.openid).toMatch(/^o/)
    const wrong = callWecom(app, 'externalcontact/convert_to_openid', { body: { external_userid: 'wmNobody' } })
    expect(await failure(wrong)).toMatchObject({ errcode: 40096 })
  })

  test('of members are opened and closed in lots of a thousand', async () => {
    const { open_userid_list, invalid_userid_list } = await callWecom(app, 'batch/userid_to_openuserid', {
      body: { userid_list: ['lina', 'nobody'] },
    })
    expect(invalid_userid_list).toEqual(['nobody'])
    const openId = open_userid_list?.[0]?.open_userid ?? ''
    const back = (open_userid_list: string[], source_agentid = app.agentId ?? 0) =>
      callWecom(app, 'batch/openuserid_to_userid', { body: { open_userid_list, source_agentid } })
    expect(await back([openId, 'woNobody'])).toMatchObject({
      userid_list: [{ userid: 'lina', open_userid: openId }],
      invalid_open_userid_list: ['woNobody'],
    })
    expect(await failure(back([openId], 7))).toMatchObject({ errcode: 40056 })
    const many = Array.from({ length: 1001 }, (_, index) => `wo${index}`)
    expect(await failure(back(many))).toMatchObject({ code: 'wecom.bad_request', field: 'open_userid_list' })
    const open = await callWecom(app, 'user/convert_to_openid', { body: { userid: 'lina' } })
    expect(await callWecom(app, 'user/convert_to_userid', { body: { openid: open.openid ?? '' } })).toMatchObject({ userid: 'lina' })
  })

  test('an app sees itself in the list of apps', async () => {
    expect((await callWecom(app, 'agent/list', {})).agentlist).toMatchObject([{ agentid: app.agentId, name: '留量' }])
  })
})
