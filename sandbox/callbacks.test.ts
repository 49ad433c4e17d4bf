import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Received, startTestReceiver, startTestSandbox, type TestReceiver, type TestSandbox } from './testing.ts'

let it: TestSandbox
let receiver: TestReceiver
beforeEach(async () => {
  it = await startTestSandbox()
  receiver = await startTestReceiver(it.corp.corpId)
  await it.control('PUT', '/settings', { habits: { callbackRetryMs: [40, 40], callbackTimeoutMs: 300 } })
  await connect()
})
afterEach(async () => {
  await it.stop()
  await receiver.stop()
})

const connect = (change: Record<string, string> = {}) => {
  const { url, token, encodingAesKey } = receiver
  return it.control<{ callback?: { url: string }; error?: { code: string; message: string } }>('PUT', `/corps/${it.corp.corpId}/callback`, {
    url,
    token,
    encodingAesKey,
    ...change,
  })
}
/** One event of a lane of its own each. */
const rename = (userId: string, name: string) => it.control('PUT', `/employees/${userId}`, { name })
const befriend = (name: string) => it.control<{ externalUserId: string }>('POST', '/befriend', { userId: 'lina', name })
const states = async () => (await it.control<{ counts: Record<string, number> }>('GET', '/callbacks')).counts
const settle = (ms = 400) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a receiver', () => {
  test('must prove that it holds the key before it is kept', async () => {
    expect(await connect()).toMatchObject({ callback: { url: receiver.url } })
    expect(await connect({ encodingAesKey: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg' })).toMatchObject({
      error: { code: 'callback.unverified' },
    })
    expect(await connect({ url: 'http://127.0.0.1:1/none' })).toMatchObject({ error: { code: 'callback.unverified' } })
    expect(await connect({ url: 'https://example.com/cb' })).toMatchObject({ error: { code: 'callback.not_loopback' } })
    const { items } = await it.control<{ items: { callback: { url: string } }[] }>('GET', '/corps')
    expect(items[0]?.callback.url).toBe(receiver.url)
  })

  test('that fails is asked three times, each time encrypted anew, and then no more', async () => {
    receiver.statuses = [500, 502, 503, 200]
    await rename('lina', '李娜娜')
    const tries = await receiver.waitFor(3)
    await settle()
    expect(tries).toHaveLength(3)
    expect(new Set(tries.map((one) => one.xml)).size).toBe(1)
    expect(new Set(tries.map((one) => one.body)).size).toBe(3)
    expect(await states()).toEqual({ failed: 1 })
  })

  test('that recovers gets the event once more and is left in peace', async () => {
    receiver.statuses = [500]
    await rename('lina', '李娜娜')
    await receiver.waitFor(2)
    await settle()
    expect(receiver.received).toHaveLength(2)
    expect(await states()).toEqual({ delivered: 1 })
  })

  test('that is too slow counts as failed and does not hold up others', async () => {
    receiver.delayMs = 450
    await rename('lina', '慢慢')
    await receiver.waitFor(1)
    receiver.delayMs = 0
    await befriend('快快')
    await receiver.waitFor(3)
    await settle()
    expect(receiver.received.map((one) => one.fields.Event)).toEqual(['change_contact', 'change_external_contact', 'change_contact'])
    expect(await states()).toEqual({ delivered: 2 })
  })

  test('that is missing loses events, as in reality', async () => {
    await it.control('DELETE', `/corps/${it.corp.corpId}/callback`)
    await rename('lina', '无人')
    await connect()
    await settle(150)
    expect(receiver.received).toHaveLength(0)
    expect(await states()).toEqual({ no_receiver: 1 })
  })
})

describe('the queue', () => {
  test('outlives a restart: what was not delivered is delivered afterwards', async () => {
    await it.control('PUT', '/faults', { callbacks: { delayMs: 60_000 } })
    await rename('lina', '后来')
    await it.restart()
    await settle(150)
    expect(receiver.received).toHaveLength(0)
    await it.control('PUT', '/faults', {})
    const { items } = await it.control<{ items: { id: number; state: string }[] }>('GET', '/callbacks')
    expect(items[0]?.state).toBe('waiting')
    await it.control('POST', `/callbacks/${items[0]?.id}/redeliver`, {})
    await rename('wanglei', '另一条')
    await settle()
    // Its lane waits for the one that is due in a minute: order is kept.
    expect(receiver.received).toHaveLength(0)
    await befriend('别的人')
    await receiver.waitFor(1)
    expect(receiver.received[0]?.fields.ChangeType).toBe('add_external_contact')
  })

  test('a receiver that comes back after a restart gets what failed before', async () => {
    await it.control('PUT', '/settings', { habits: { callbackRetryMs: [500, 500] } })
    receiver.statuses = [503]
    await rename('lina', '重启')
    await receiver.waitFor(1)
    await it.restart()
    await receiver.waitFor(2)
    expect(receiver.received[1]?.xml).toBe(receiver.received[0]?.xml)
  })

  test('carries a burst in order per customer, every one exactly once', async () => {
    const way = (await it.api('externalcontact/add_contact_way', { type: 1, scene: 2, user: ['lina'] })).config_id
    await Promise.all(Array.from({ length: 20 }, () => it.control('POST', '/scan', { code: way })))
    const all = await receiver.waitFor(40)
    await settle(100)
    expect(all).toHaveLength(40)
    const perCustomer = Map.groupBy(all, (one: Received) => one.fields.ExternalUserID ?? '')
    expect(perCustomer.size).toBe(20)
    for (const events of perCustomer.values())
      expect(events.map((one) => one.fields.ChangeType)).toEqual(['add_half_external_contact', 'add_external_contact'])
  })

  test('ciphertexts differ in length, envelope and padding', async () => {
    for (let turn = 0; turn < 12; turn++) await rename('lina', '名'.repeat(turn + 1))
    const all = await receiver.waitFor(12)
    expect(new Set(all.map((one) => one.body.indexOf('<Encrypt>'))).size).toBeGreaterThan(1)
    expect(all.some((one) => one.body.includes('<AgentID>'))).toBe(true)
    expect(all.some((one) => !one.body.includes('<AgentID>'))).toBe(true)
  })
})

describe('faults', () => {
  test('drop loses, duplicate doubles', async () => {
    await it.control('PUT', '/faults', { callbacks: { drop: true } })
    await rename('lina', '丢')
    await it.control('PUT', '/faults', { callbacks: { duplicate: 1 } })
    await rename('lina', '双')
    await receiver.waitFor(2)
    await settle(150)
    expect(receiver.received.map((one) => one.fields.Name)).toEqual(['双', '双'])
    expect(await states()).toEqual({ dropped: 1, delivered: 2 })
  })

  test('reorder lets later ones overtake', async () => {
    await it.control('PUT', '/faults', { callbacks: { reorder: 1 } })
    for (let turn = 0; turn < 12; turn++) await rename('lina', `第${turn}`)
    const names = (await receiver.waitFor(12)).map((one) => one.fields.Name)
    expect(names).not.toEqual([...names].sort((a, b) => Number(a?.slice(1)) - Number(b?.slice(1))))
    expect(new Set(names).size).toBe(12)
  })
})

describe('events', () => {
  test('of the directory tell only what changed', async () => {
    await it.control('POST', '/employees', { userId: 'newbie', name: '新人', departments: [2, 3] })
    await it.control('PUT', '/employees/newbie', { position: '顾问' })
    await it.control('PUT', '/departments/9', { name: '新部门', parentId: 2 })
    await it.control('DELETE', '/employees/newbie')
    const [created, updated, party, deleted] = (await receiver.waitFor(4)).map((one) => one.fields)
    expect(created).toMatchObject({ ChangeType: 'create_user', UserID: 'newbie', Department: '2,3', Name: '新人' })
    expect(updated).toMatchObject({ ChangeType: 'update_user', UserID: 'newbie', Position: '顾问' })
    expect(updated).not.toHaveProperty('Name')
    expect(party).toMatchObject({ ChangeType: 'create_party', Id: '9', Name: '新部门', ParentId: '2' })
    expect(deleted).toMatchObject({ ChangeType: 'delete_user', UserID: 'newbie' })
    expect((await it.api('user/get?userid=newbie')).errcode).toBe(60111)
  })

  test('of tags made by hand: create, update, shuffle without a type, and only the group when a group goes', async () => {
    const tag = await it.control<{ tagId: string; groupId: string }>('POST', '/tags', { group: '新组', name: '甲' })
    await it.control('PUT', `/tags/${tag.tagId}`, { name: '乙' })
    await it.control('PUT', `/tags/${tag.tagId}`, { order: 7 })
    await it.control('DELETE', `/tags/${tag.groupId}`)
    const told = (await receiver.waitFor(5)).map(({ fields }) => [fields.ChangeType, fields.Id, fields.TagType])
    expect(told).toEqual([
      ['create', tag.groupId, 'tag_group'],
      ['create', tag.tagId, 'tag'],
      ['update', tag.tagId, 'tag'],
      ['shuffle', tag.groupId, undefined],
      ['delete', tag.groupId, 'tag_group'],
    ])
  })

  test('of the app come from the employee and carry its id; special characters survive', async () => {
    const text = '<b>]]> & 你好 "x" 🌱'
    await it.control('POST', '/enter', { userId: 'lina' })
    await it.control('POST', '/say', { from: 'lina', to: 'app', text })
    const [entered, said] = await receiver.waitFor(2)
    expect(entered?.fields).toMatchObject({ Event: 'enter_agent', FromUserName: 'lina', AgentID: String(it.corp.agentId), EventKey: '' })
    expect(said?.xml).toContain('<![CDATA[<b>]]]]><![CDATA[> & 你好 "x" 🌱]]>')
    expect(said?.fields.MsgId).toMatch(/^\d{16}$/)
  })

  test('are not raised by what the API itself changes', async () => {
    await it.api('externalcontact/add_corp_tag', { group_name: '接口', tag: [{ name: '一' }] })
    const directory = await it.token(it.corp.directorySecret)
    const made = await fetch(`${it.url}/cgi-bin/department/create?access_token=${directory}`, {
      method: 'POST',
      body: JSON.stringify({ name: '接口部', parentid: 1 }),
    })
    expect(await made.json()).toMatchObject({ errcode: 0, errmsg: 'created' })
    await settle(150)
    expect(receiver.received).toHaveLength(0)
  })
})
