import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

let workspace: TestWorkspace
let app: ReturnType<typeof createApp>
let key: string
let publicKey: string

type Told = {
  id: string
  key: string
  items: { name: string; declaredBy: string | null; reason: string; field: string; plan: object | null }[]
  waiting: number
  error?: { code: string; field?: string }
}

beforeAll(async () => {
  workspace = await openTestWorkspace()
  key = (await createTenantWithOwner(workspace, { name: '公司', login: 'owner' })).apiKey
  app = createApp(workspace)
  publicKey = (await call('POST', '/api/v1/api-keys', { name: 'pages', scopes: ['events.write'], public: true })).told.key
})

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; told: Told }> {
  const answer = await app.request(path, {
    method,
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, told: (answer.status === 204 ? {} : await answer.json()) as Told }
}

const send = async (...events: object[]) => (await call('POST', '/api/v1/events', { events })).told
const finished = { person: 'p1', event: 'course.finished', properties: { course: '水彩', score: 90 } }
const declaration = {
  title: '学完课程',
  owner: '教研组',
  properties: [{ name: 'score', type: 'integer', required: true }],
  sample: { score: 95 },
}

describe('a tracking plan', () => {
  test('declares an event, holds what does not fit it, and takes it once the plan was put right', async () => {
    expect((await call('PUT', '/api/v1/tracking-plan/course.finished', { ...declaration, closed: true })).status).toBe(204)
    expect(await send(finished, { ...finished, properties: { score: 'gut' } })).toEqual({ accepted: 0, duplicates: 0, quarantined: 2 })
    const held = (await call('GET', '/api/v1/quarantine')).told
    expect([held.waiting, ...held.items.map(({ field }) => field)]).toEqual([2, 'properties.score', 'properties.course'])
    expect((await call('POST', '/api/v1/quarantine/replay', { name: 'course.finished' })).told).toEqual({
      accepted: 0,
      duplicates: 0,
      held: 2,
    })
    await call('PUT', '/api/v1/tracking-plan/course.finished', declaration)
    expect((await call('POST', '/api/v1/quarantine/replay', {})).told).toEqual({ accepted: 1, duplicates: 0, held: 1 })
    expect((await call('POST', '/api/v1/quarantine/replay', {})).told).toEqual({ accepted: 0, duplicates: 0, held: 1 })
    expect(await send(finished)).toMatchObject({ accepted: 1 })
  })

  test('shows who declared what, and lets go of a declaration', async () => {
    await call('PUT', '/api/v1/tracking-plan/course.finished', declaration)
    const of = async (name: string) => (await call('GET', '/api/v1/tracking-plan')).told.items.find((one) => one.name === name)
    expect(await of('course.finished')).toMatchObject({ declaredBy: 'company', plan: { owner: '教研组', sample: { score: 95 } } })
    expect(await of('page.clicked')).toMatchObject({ declaredBy: 'pages' })
    expect(await of('order.paid')).toMatchObject({ declaredBy: 'product', plan: null })
    expect((await call('DELETE', '/api/v1/tracking-plan/course.finished')).status).toBe(204)
    expect((await call('DELETE', '/api/v1/tracking-plan/course.finished')).status).toBe(404)
    expect(await send({ ...finished, properties: { score: 'gut' } })).toMatchObject({ accepted: 1 })
  })

  test('holds what nobody declared once somebody says so', async () => {
    expect(await send({ person: 'p', event: 'typing.mistkae' })).toMatchObject({ accepted: 1 })
    await call('PUT', '/api/v1/tracking-rules', { holdUnknown: true })
    expect(await send({ person: 'p', event: 'typing.mistkae' }, { person: 'p', event: 'page.viewed' })).toMatchObject({
      accepted: 1,
      quarantined: 1,
    })
    await call('PUT', '/api/v1/tracking-rules', { holdUnknown: false })
  })

  test.each([
    ['order.paid', declaration, 'planned_event.taken', 'name'],
    ['page.viewed', declaration, 'planned_event.taken', 'name'],
    ['drop%3B%20table', declaration, 'planned_event.bad_name', 'name'],
    ['a.b', { ...declaration, sample: { score: 'gut' } }, 'planned_event.sample_misfit', 'sample'],
    [
      'a.b',
      {
        ...declaration,
        properties: [
          { name: 'a', type: 'text' },
          { name: 'a', type: 'list' },
        ],
      },
      'planned_event.property_twice',
      'properties.1.name',
    ],
    ['a.b', { ...declaration, properties: [{ name: 'a', type: 'colour' }] }, 'request.invalid', 'properties.0.type'],
    ['a.b', { ...declaration, colour: 'red' }, 'request.invalid', undefined],
  ])('refuses %s %j', async (name, body, code, field) => {
    expect((await call('PUT', `/api/v1/tracking-plan/${name}`, body)).told.error).toMatchObject({ code, ...(field ? { field } : {}) })
  })
})

describe('the door of pages', () => {
  const beacon = (body: object) => app.request(`/t/e?key=${publicKey}`, { method: 'POST', body: JSON.stringify(body) })

  test('the script is small, comes packed, and is asked for once an hour', async () => {
    const source = readFileSync(new URL('../src/insight/tracking/tracker.js', import.meta.url))
    expect(gzipSync(source, { level: 9 }).length).toBeLessThan(6 * 1024)
    const answer = await app.request('/t/liuliang.js', { headers: { 'accept-encoding': 'gzip' } })
    expect([answer.status, answer.headers.get('content-encoding'), answer.headers.get('content-type')]).toEqual([
      200,
      'gzip',
      'text/javascript; charset=utf-8',
    ])
    const again = await app.request('/t/liuliang.js', { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
    expect(source.toString()).not.toMatch(/document\.cookie|\.value\b/)
  })

  test('a phone whose clock is wrong tells right times; what was sent twice counts once', async () => {
    const now = Date.now()
    const ahead = 3 * 24 * 3600_000
    const event = { id: 'one', device: 'd', event: 'page.viewed', timestamp: new Date(now + ahead - 5000).toISOString() }
    const body = { events: [event], sentAt: new Date(now + ahead).toISOString() }
    expect(await (await beacon(body)).json()).toEqual({ accepted: 1, duplicates: 0, quarantined: 0 })
    expect(await (await beacon(body)).json()).toEqual({ accepted: 0, duplicates: 1, quarantined: 0 })
    const { rows } = await workspace.databases.systemPool.query(
      'select payload::text as payload from event_inbox where payload like \'%"d"%\'',
    )
    const [stored] = JSON.parse(rows.at(-1)?.payload ?? '[]') as { at: string }[]
    expect(Math.abs(Date.parse(stored?.at ?? '') - (now - 5000))).toBeLessThan(20_000)
  })

  test('a page may not say what only the product knows', async () => {
    expect(await (await beacon({ events: [{ device: 'd', event: 'order.paid' }] })).json()).toMatchObject({ quarantined: 1 })
  })

  test('another key than a good one opens nothing', async () => {
    const answer = await app.request('/t/e?key=llp_nothing', { method: 'POST', body: '{"events":[{"event":"a.b"}]}' })
    expect(answer.status).toBe(401)
  })
})
