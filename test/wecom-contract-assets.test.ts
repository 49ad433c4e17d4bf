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
