import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import type { ReadOut } from '#insight/experiments/schema.ts'
import { keepPace } from '#insight/tracking/pace.ts'
import { mirrorPersons } from '#management/customers/mirror.ts'
import { identify } from '#management/identity/commands.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import type { Experiment } from '#operation/experiments/schema.ts'
import { createContext, systemActor } from '#platform/context.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

// A page asks which variant its visitor sees, tells that it was shown, and the read-out counts who bought afterwards.

let workspace: TestWorkspace
let app: ReturnType<typeof createApp>

type Company = { tenantId: number; key: string; publicKey: string }
let ours: Company
let others: Company

type Told = { variant?: string | null; slip?: string; accepted?: number; quarantined?: number; error?: { code: string; field?: string } }

beforeAll(async () => {
  workspace = await openTestWorkspace()
  app = createApp(workspace)
  ours = await company('公司', 'owner')
  others = await company('别家', 'other')
})

async function company(name: string, login: string): Promise<Company> {
  const { tenantId, apiKey: key } = await createTenantWithOwner(workspace, { name, login })
  const made = await call('POST', 'api-keys', { name: 'pages', scopes: ['events.write'], public: true }, key)
  return { tenantId, key, publicKey: ((await made.json()) as { key: string }).key }
}

const call = (method: string, path: string, body?: unknown, key = ours.key) =>
  app.request(`/api/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const browser = 'Mozilla/5.0 (Macintosh) Safari/605.1'

/** As a page does it: text, and the key in the address. */
async function page(
  door: 'variant' | 'e',
  body: unknown,
  { key = ours.publicKey, agent = browser } = {},
): Promise<Told & { status: number }> {
  const answer = await app.request(`/t/${door}?key=${key}`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain', 'User-Agent': agent, Origin: 'https://shop.example' },
    body: JSON.stringify(body),
  })
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  return { ...((await answer.json()) as Told), status: answer.status }
}

const shown = (slip: unknown) => ({ events: [{ device: 'd', event: 'experiment.exposed', properties: { slip } }] })

let pages = 0

async function running(more: object = {}): Promise<string> {
  const design = {
    name: '首屏',
    holdoutPerMille: 0,
    variants: [
      { key: 'a', name: '故事', weight: 500 },
      { key: 'b', name: '小样', weight: 500 },
    ],
    trialMetric: { name: '成交', event: 'order.paid' },
    growthMetric: { name: '金额', event: 'order.paid', measure: 'sum(amount)' },
    windowDays: 1,
    plan: { base: 0.2, lift: 0.1 },
    thing: { kind: 'page', id: `/shop/${pages++}` },
    ...more,
  }
  const made = (await (await call('POST', 'experiments', design)).json()) as Experiment
  await call('PUT', `experiments/${made.id}/state`, { state: 'running' })
  return made.id
}

const read = async (id: string) => (await (await call('GET', `experiments/${id}`)).json()) as Experiment
const readOut = async (id: string) => (await (await call('GET', `experiments/${id}/read-out`)).json()) as ReadOut

async function load(): Promise<void> {
  while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
  await mirrorPersons(workspace)
}

describe('a page that asks', () => {
  test('is refused for a minute when one address asks too much with one key; other keys are not', async () => {
    const question = { experiment: await running(), device: 'd' }
    const now = new Date()
    workspace.setNow(now)
    for (let times = 0; times < 1200; times++) keepPace(ours.publicKey, 'unknown', now)
    expect(await page('variant', question)).toMatchObject({ status: 429, error: { code: 'variant.throttled' } })
    expect((await page('variant', question, { key: others.publicKey })).status).toBe(404)
    workspace.setNow(new Date(now.getTime() + 60_000))
    expect((await page('variant', question)).status).toBe(200)
  })

  test('is refused without a good key, for what is not there, and without saying who asks', async () => {
    const id = await running()
    const question = { experiment: id, device: 'd' }
    expect(await page('variant', question, { key: 'llp_nothing' })).toMatchObject({
      status: 401,
      error: { code: 'api_key.invalid', field: 'key' },
    })
    const reading = (await (await call('POST', 'api-keys', { name: 'reads', scopes: ['customers.read'] })).json()) as { key: string }
    for (const door of ['variant', 'e'] as const)
      expect(await page(door, question, { key: reading.key })).toMatchObject({
        status: 403,
        error: { code: 'permission.missing', field: 'key' },
      })
    const missing = { status: 404, error: { code: 'experiment.not_found' } }
    expect(await page('variant', question, { key: others.publicKey })).toMatchObject(missing)
    expect(await page('variant', { ...question, experiment: 'xpt_00000000000000000000000000' })).toMatchObject(missing)
    expect(await page('variant', { ...question, experiment: await running({ thing: { kind: 'offer', id: 'coupon' } }) })).toMatchObject(
      missing,
    )
    for (const [body, field] of [
      [{ experiment: id }, 'device'],
      [{ experiment: id, device: '  ' }, 'device'],
      [{ experiment: id, device: 'x'.repeat(300) }, 'device'],
      [{ device: 'd' }, 'experiment'],
      [{ ...question, person: 7 }, 'person'],
      [{ ...question, slip: 'x'.repeat(2000) }, 'slip'],
    ] as const)
      expect(await page('variant', body)).toMatchObject({ status: 400, error: { code: 'request.invalid', field } })
    expect((await page('variant', null)).error?.code).toBe('request.invalid')
    expect((await app.request(`/t/variant?key=${ours.publicKey}`, { method: 'POST', body: '{' })).status).toBe(400)
  })

  test('hears a variant that stays, whoever the visitor becomes; machines hear none', async () => {
    const id = await running()
    const first = await page('variant', { experiment: id, device: 'stays' })
    expect(['a', 'b']).toContain(first.variant)
    expect(await page('variant', { experiment: id, device: 'stays' })).toMatchObject({ variant: first.variant })
    expect(await page('variant', { experiment: id, device: 'stays', person: 'member-9', slip: first.slip })).toEqual(first)
    expect(await page('variant', { experiment: id, device: 'crawls' }, { agent: 'Googlebot/2.1' })).toEqual({ status: 200, variant: null })
    expect(await read(id)).toMatchObject({ exposed: 0 })
  })

  test('hears the winner once the trial is stopped, and enters nobody then', async () => {
    const id = await running()
    const { slip } = await page('variant', { experiment: id, device: 'late' })
    await call('PUT', `experiments/${id}/state`, { state: 'stopped', winner: 'b' })
    expect(await page('variant', { experiment: id, device: 'new' })).toEqual({ status: 200, variant: 'b' })
    expect(await page('variant', { experiment: id, device: 'late', slip })).toEqual({ status: 200, variant: 'b' })
    expect(await page('e', shown(slip))).toMatchObject({ accepted: 1 })
    expect(await read(id)).toMatchObject({ exposed: 0, winner: 'b' })
  })
})

describe('exposures', () => {
  test('that are made up are held back at every door, and another company’s slip opens nothing', async () => {
    const id = await running()
    const { slip } = await page('variant', { experiment: id, device: 'honest' })
    // So long a plan that was read before is believed.
    await new Promise((done) => setTimeout(done, 2_100))
    const forged = { event: 'experiment.exposed', device: 'd', properties: { experiment: id, variant: 'zzz' } }
    expect(await page('e', { events: [forged] })).toMatchObject({ accepted: 0, quarantined: 1 })
    expect(await (await call('POST', 'events', { events: [forged] })).json()).toMatchObject({ accepted: 0, quarantined: 1 })
    expect(await page('e', shown('made up'))).toMatchObject({ accepted: 0, quarantined: 1 })
    expect(await page('e', shown({ a: 1 }))).toMatchObject({ accepted: 0, quarantined: 1 })
    expect(await page('e', shown(slip), { key: others.publicKey })).toMatchObject({ accepted: 0, quarantined: 1 })
    const held = (await (await call('GET', 'quarantine')).json()) as { items: { field: string }[] }
    expect(held.items.map(({ field }) => field)).toEqual([
      'properties.slip',
      'properties.slip',
      'properties.experiment',
      'properties.experiment',
    ])
    expect(await (await call('POST', 'quarantine/replay', {})).json()).toMatchObject({ accepted: 0, held: 4 })
    // Trials that run elsewhere go on naming themselves.
    const elsewhere = { ...forged, properties: { experiment: 'greeting', variant: 'a' } }
    expect(await page('e', { events: [elsewhere] })).toMatchObject({ accepted: 1, quarantined: 0 })
    expect(await read(id)).toMatchObject({ exposed: 0 })
  })

  test('count once, and the read-out has who bought once the visitors are known', async () => {
    const start = Date.now() - 3 * 86_400_000
    workspace.setNow(new Date(start))
    const id = await running({ holdoutPerMille: 200 })
    const visitors = Array.from({ length: 30 }, (_, i) => ({ device: `v${i}`, person: `m${i}` }))
    const answers = await Promise.all(visitors.map(({ device }) => page('variant', { experiment: id, device })))
    const sides = answers.map(({ variant }) => variant ?? 'holdout')
    const told = { events: answers.map(({ slip }, i) => ({ device: `v${i}`, event: 'experiment.exposed', properties: { slip } })) }
    for (let times = 0; times < 3; times++) expect(await page('e', told)).toMatchObject({ accepted: 30, quarantined: 0 })
    workspace.setNow(new Date(start + 3_600_000))
    await page('e', { events: visitors.map((one) => ({ ...one, event: 'page.viewed', properties: { path: '/shop' } })) })
    await load()
    // Everybody is known by now, and whoever saw b buys.
    const ctx = createContext(workspace, ours.tenantId, systemActor, 'test')
    const buyers = visitors.filter((_, i) => sides[i] === 'b')
    for (const [i, { person }] of buyers.entries()) {
      await identify(ctx, [
        { kind: 'person', value: person },
        { kind: 'member_no', value: person },
      ])
      const at = new Date(start + 7_200_000).toISOString()
      const order = { orderNo: `o${i}`, status: 'paid', currency: 'CNY', createdAt: at, paidAt: at, updatedAt: at }
      const entered = await call('POST', 'orders', {
        ...order,
        buyer: { memberNo: person },
        lines: [{ lineNo: 1, title: '茶', quantity: 1, unitPrice: '100' }],
      })
      expect(entered.status).toBe(201)
    }
    workspace.setNow(new Date(start + 3 * 86_400_000))
    await load()
    const many = (side: string) => sides.filter((one) => one === side).length
    expect(await read(id)).toMatchObject({ exposed: 30, ghosts: many('holdout') })
    const found = await readOut(id)
    expect(found.sides.map(({ key, persons, open }) => [key, persons, open])).toEqual(
      ['a', 'b', 'holdout'].map((side) => [side, many(side), 0]),
    )
    expect(found.excluded).toBe(0)
    const trial = found.effects.filter(({ role }) => role === 'trial')
    expect(trial.map(({ variant, control, treatment }) => [variant, control, treatment])).toEqual([
      ['a', 0, 0],
      ['b', 0, 1],
    ])
  })
})
