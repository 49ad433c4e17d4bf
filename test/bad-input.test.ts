import { gzipSync } from 'node:zlib'
import type { Hono } from 'hono'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import type { AppEnv } from '#platform/http/router.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

// What strangers send to the doors: each gets the documented error, nothing is stored half, nothing stops the rest.

let workspace: TestWorkspace
let app: Hono<AppEnv>
let key: string
let tenantId: number

beforeAll(async () => {
  workspace = await openTestWorkspace()
  app = createApp(workspace)
  ;({ apiKey: key, tenantId } = await createTenantWithOwner(workspace, { name: '公司', login: 'owner' }))
})

type Told = { error?: { code: string; message: string; field?: string; requestId: string } } & Record<string, unknown>

async function send(
  path: string,
  body: BodyInit | undefined,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<{ status: number; told: Told }> {
  const response = await app.request(path, {
    method,
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body, duplex: 'half' as never }),
  })
  const text = await response.text()
  return { status: response.status, told: text === '' ? {} : JSON.parse(text) }
}

const events = (...list: unknown[]) => JSON.stringify({ events: list })

const stored = async () =>
  (
    await workspace.databases.systemPool.query('select coalesce(sum(events), 0)::int as events from event_inbox where tenant_id = $1', [
      tenantId,
    ])
  ).rows[0].events

describe('a body that is no JSON of ours', () => {
  test.each([
    ['malformed', '{"events": [', 400, 'json.malformed'],
    ['nested 10,000 deep', `{"events": ${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400, 'json.too_deep'],
    ['NUL in a text', '{"events": [{"event": "a\\u0000b"}]}', 400, 'text.nul'],
    ['half a surrogate pair', '{"events": [{"event": "page.viewed", "properties": {"x": "\\ud800"}}]}', 400, 'text.lone_surrogate'],
    [
      'a key that means something to JavaScript',
      '{"events": [{"event": "page.viewed", "properties": {"__proto__": {"admin": true}}}]}',
      400,
      'json.reserved_key',
    ],
    ['200,000 values', `{"events": [${'1,'.repeat(200_000)}1]}`, 400, 'json.too_large'],
    ['ten megabytes', `{"events": ["${'x'.repeat(10_000_000)}"]}`, 413, 'request.too_large'],
    ['no events', '{"event": 1}', 400, 'events.missing'],
    ['a list', '[]', 400, 'events.missing'],
    ['null', 'null', 400, 'events.missing'],
  ])('%s', async (_name, body, status, code) => {
    const before = await stored()
    const answer = await send('/api/v1/events', body)
    expect({ status: answer.status, code: answer.told.error?.code }).toEqual({ status, code })
    expect(answer.told.error?.requestId).toMatch(/[\w-]{8,}/)
    expect(await stored()).toBe(before)
  })

  test('bytes that are not UTF-8', async () => {
    expect((await send('/api/v1/events', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]))).told.error?.code).toBe('text.not_utf8')
  })

  test('a gzip bomb is stopped at the limit, broken gzip is refused, good gzip is taken', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20))
    expect((await send('/api/v1/events', bomb, { 'Content-Encoding': 'gzip' })).status).toBe(413)
    expect((await send('/api/v1/events', Buffer.from('no gzip'), { 'Content-Encoding': 'gzip' })).told.error?.code).toBe(
      'request.unreadable',
    )
    expect((await send('/api/v1/events', '{}', { 'Content-Encoding': 'br' })).status).toBe(415)
    const good = gzipSync(events({ event: 'page.viewed', person: 'p' }))
    expect((await send('/api/v1/events', good, { 'Content-Encoding': 'gzip' })).told).toEqual({
      accepted: 1,
      duplicates: 0,
      quarantined: 0,
    })
  })
})

describe('ill events among good ones', () => {
  test.each([
    ['no name', { person: 'p' }, 'event.no_name'],
    ['a bad name', { event: 'drop table;' }, 'event.bad_name'],
    ['an impossible day', { event: 'a.b', timestamp: '2026-02-30T00:00:00Z' }, 'event.bad_time'],
    ['a time without zone', { event: 'a.b', timestamp: '2026-02-03 00:00:00' }, 'event.bad_time'],
    ['a time of another age', { event: 'a.b', timestamp: '1066-10-14T00:00:00Z' }, 'event.time_out_of_range'],
    ['a time far ahead', { event: 'a.b', timestamp: '2999-01-01T00:00:00Z' }, 'event.time_out_of_range'],
    ['properties that are a list', { event: 'a.b', properties: [1] }, 'event.bad_properties'],
    ['a number as person', { event: 'a.b', person: 7 }, 'event.bad_text'],
    ['no object', 'text', 'event.not_an_object'],
  ])('%s goes to quarantine with its reason, the good one is taken', async (_name, ill, code) => {
    const before = await stored()
    const { status, told } = await send('/api/v1/events', events(ill, { event: 'page.viewed', person: 'p' }))
    expect({ status, told }).toEqual({ status: 202, told: { accepted: 1, duplicates: 0, quarantined: 1 } })
    expect(await stored()).toBe(before + 1)
    const list = await app.request('/api/v1/quarantine', { headers: { Authorization: `Bearer ${key}` } })
    expect(((await list.json()) as { items: { reason: string }[] }).items[0]?.reason).toContain(code)
  })

  test('a quarantined event, put right, is taken once', async () => {
    await send('/api/v1/events', events({ person: 'p' }))
    const list = await app.request('/api/v1/quarantine', { headers: { Authorization: `Bearer ${key}` } })
    const [{ id }] = ((await list.json()) as { items: [{ id: string }] }).items
    expect((await send(`/api/v1/quarantine/${id}/replay`, '{}')).told.error?.code).toBe('event.no_name')
    const corrected = JSON.stringify({ event: { event: 'page.viewed', person: 'p' } })
    expect((await send(`/api/v1/quarantine/${id}/replay`, corrected)).told).toMatchObject({ accepted: 1 })
    expect((await send(`/api/v1/quarantine/${id}/replay`, corrected)).told.error?.code).toBe('quarantined_event.replayed')
  })
})

describe('strangers', () => {
  const paths = [
    '/api/v1/customers',
    '/api/v1/employees',
    '/api/v1/tag-groups',
    '/api/v1/operations',
    '/api/v1/dead-letters',
    '/api/v1/webhooks',
    '/api/v1/audit',
    '/api/v1/settings',
  ]

  test.each(paths)('%s asks for a session', async (path) => {
    const response = await app.request(path)
    expect({ status: response.status, code: ((await response.json()) as Told).error?.code }).toEqual({
      status: 401,
      code: 'session.required',
    })
  })

  test('a wrong key is refused', async () => {
    const response = await app.request('/api/v1/customers', {
      headers: { Authorization: 'Bearer llk_1_0000000000000000000000000000000000000000000000000000000000000000' },
    })
    expect(response.status).toBe(401)
  })

  test.each([
    'cus_zzzzzzzzzzzzzzzzzzzzzzzzzz',
    'cus_',
    'nonsense',
    '1',
    "1'; drop table customers; --",
    '../../etc/passwd',
    'emp_00000000000000000000000000',
  ])('the id %s is nobody', async (id) => {
    const { status, told } = await send(`/api/v1/customers/${encodeURIComponent(id)}`, undefined, {}, 'GET')
    expect({ status, code: told.error?.code }).toEqual({ status: 404, code: 'customer.not_found' })
  })

  test('another tenant’s id is nobody, in the same words', async () => {
    const other = await workspace.newTenant()
    const theirs = workspace.ids.encode(other.tenantId, 'cus', 1)
    const [mine, nobody] = await Promise.all([
      send(`/api/v1/customers/${theirs}`, undefined, {}, 'GET'),
      send('/api/v1/customers/cus_00000000000000000000000000', undefined, {}, 'GET'),
    ])
    expect({ ...mine.told.error, requestId: '' }).toEqual({ ...nobody.told.error, requestId: '' })
  })

  test('no address answers with the stack of the program', async () => {
    const { status, told } = await send('/api/v1/nothing/here', '{}')
    expect({ status, code: told.error?.code }).toEqual({ status: 404, code: 'route.not_found' })
  })
})

describe('the tracker’s door', () => {
  test('takes events with a public key as text from any page, and nothing without one', async () => {
    const made = await send('/api/v1/api-keys', JSON.stringify({ name: 'pages', scopes: ['events.write'], public: true }))
    const publicKey = String(made.told.key)
    const push = (path: string) =>
      app.request(path, {
        method: 'POST',
        headers: { 'Content-Type': 'text/plain', Origin: 'https://shop.example' },
        body: events({ event: 'page.viewed', device: 'd' }),
      })
    const taken = await push(`/t/e?key=${publicKey}`)
    expect({ status: taken.status, origin: taken.headers.get('access-control-allow-origin'), told: await taken.json() }).toEqual({
      status: 202,
      origin: '*',
      told: { accepted: 1, duplicates: 0, quarantined: 0 },
    })
    expect((await push('/t/e?key=llp_1_wrong')).status).toBe(401)
    expect((await push('/t/e')).status).toBe(401)
    expect((await app.request('/api/v1/customers', { headers: { Authorization: `Bearer ${publicKey}` } })).status).toBe(403)
  })

  test('nobody outside can state a fact of the product', async () => {
    const { told } = await send('/api/v1/events', events({ event: 'order.paid', person: 'p', properties: { amount: 1 } }))
    expect(told).toEqual({ accepted: 0, duplicates: 0, quarantined: 1 })
  })
})

describe('the same key of a request', () => {
  test('gives the same answer once, another body is refused', async () => {
    const headers = { 'Idempotency-Key': 'one-of-a-kind-1' }
    const before = await stored()
    const [first, again] = [
      await send('/api/v1/events', events({ event: 'a.b' }), headers),
      await send('/api/v1/events', events({ event: 'a.b' }), headers),
    ]
    expect(again).toEqual(first)
    expect(await stored()).toBe(before + 1)
    expect((await send('/api/v1/events', events({ event: 'c.d' }), headers)).status).toBe(409)
  })
})
