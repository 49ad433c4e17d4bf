import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { systemActor } from '#platform/context.ts'
import { createServer } from '#platform/http/server.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { plansUsing } from '../plan-uses.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { layersOf } from './oracle.ts'
import { layers } from './routes.ts'
import { defaultRules, type LayerRules } from './rules.ts'
import type { LayersResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const at = (person: string, event: string, day: string, properties: Record<string, unknown> = {}): TestEvent => ({
  person,
  event,
  timestamp: `${day}T10:00:00+08:00`,
  properties,
})
const paid = (person: string, day: string, amount = 1000): TestEvent => at(person, 'order.paid', day, { amount, currency: 'CNY' })
const run = async (events: TestEvent[], report: object = {}): Promise<LayersResult> =>
  (await loadWorld(await workspace.newTenant(), { events })).run<LayersResult>({ type: 'layers', asOf: '2026-03-31', ...report })

const events = [
  at('base', 'customer.followed', '2025-06-01'),
  at('ordinary', 'page.viewed', '2026-02-01'),
  paid('old', '2024-01-01'),
  paid('member', '2026-03-20', 5000),
  paid('fan', '2026-02-01'),
  paid('fan', '2026-03-01'),
  ...[5, 6, 7, 8].map((day) => at('fan', 'page.viewed', `2026-03-0${day}`)),
]

describe('layers', () => {
  test('the printed rules make a pyramid of four, whose money is that of its people', async () => {
    const { customers, layers, rules } = await run(events)
    expect({ customers, rules }).toEqual({ customers: 5, rules: defaultRules })
    expect(layers.map(({ key, count, amount, active, planned }) => [key, count, amount, active, planned])).toEqual([
      ['base', 1, 0, 0, false],
      ['ordinary', 2, 10, 0, false],
      ['member', 1, 50, 1, false],
      ['fan', 1, 20, 1, false],
    ])
  })

  test('health is told with its reasons, and both open the people', async () => {
    const more = [...events, at('member', 'customer.followed', '2026-01-01'), at('member', 'customer.unfollowed', '2026-03-25')]
    const found = await run(more, { persons: { health: 'at_risk', reason: 'unfollowed' } })
    expect(found.persons).toEqual(['member'])
    expect(found.reasons).toEqual(
      expect.arrayContaining([
        { health: 'at_risk', reason: 'unfollowed', count: 1 },
        { health: 'at_risk', reason: 'overdue', count: 1 },
        { health: 'at_risk', reason: 'silent', count: 1 },
      ]),
    )
    expect((await run(more, { persons: { layer: 'fan' } })).persons).toEqual(['fan'])
  })

  test('movements lead from an earlier day, everybody has one', async () => {
    const found = await run(events, { comparedTo: '2026-03-02', persons: { from: 'new', layer: 'member' } })
    expect(found.movements).toEqual([
      { from: 'new', to: 'member', count: 1 },
      { from: 'base', to: 'base', count: 1 },
      { from: 'ordinary', to: 'ordinary', count: 2 },
      { from: 'member', to: 'fan', count: 1 },
    ])
    expect(found.persons).toEqual(['member'])
  })

  test('a company’s rules and plans are kept, and layers without a plan stay marked', async () => {
    const ctx = await workspace.newTenant()
    const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor: { ...systemActor, permissions: new Set(['*']) } }))
    app.route('/api/v1/layers', layers)
    const send = async (body: object) => {
      const answer = await app.request('/api/v1/layers', {
        method: 'PATCH',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
      return { status: answer.status, body: (await answer.json()) as { isDefault: boolean; error?: { field?: string } } }
    }
    const rules: LayerRules = { ...defaultRules, fan: [[{ fact: 'amount', op: 'gte', value: 20 }]] }
    const at = { tenantId: ctx.tenantId, createdAt: ctx.now() }
    const group = await ctx.db
      .insertInto('tagGroups')
      .values({ ...at, name: '层' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const tag = await ctx.db
      .insertInto('tags')
      .values({ ...at, groupId: group.id, name: '铁粉' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const id = publicId(ctx, 'tag', tag.id)
    expect(await send({ rules, plans: { fan: { tags: [id] } } })).toMatchObject({ status: 200, body: { isDefault: false } })
    for (const [plan, field] of [
      [{ tags: [id, 'tag_gone'] }, 'plans.fan.tags.1'],
      [{ journey: 'jny_gone' }, 'plans.fan.journey'],
      [{ owner: '张三' }, 'plans.fan.owner'],
    ] as const)
      expect((await send({ plans: { fan: plan } })).body.error).toMatchObject({ code: 'layers.plan_unknown', field })
    expect(await plansUsing(ctx, { tags: [id] })).toEqual({ stages: [], layers: [{ id: 'fan', name: '活跃粉丝' }] })
    const found = await (await loadWorld(ctx, { events })).run<LayersResult>({ type: 'layers', asOf: '2026-03-31' })
    expect(found.layers.map(({ count, planned }) => [count, planned])).toEqual([
      [1, false],
      [2, false],
      [0, false],
      [2, true],
    ])
    expect(found.layers.at(-1)?.plan?.tags).toEqual([{ id, name: '铁粉' }])
    expect((await send({ rules: null })).body.isDefault).toBe(true)
    expect(await send({ rules: { ...rules, fan: [] } })).toMatchObject({ status: 400, body: { error: { field: 'rules.fan' } } })
  })

  test.each([
    [{ asOf: '2026-13-01' }, 'asOf'],
    [{ comparedTo: '2026-03-31' }, 'comparedTo'],
    [{ persons: {} }, 'persons'],
    [{ persons: { from: 'new' } }, 'persons.from'],
    [{ persons: { layer: 'gold' } }, 'persons.layer'],
    [{ rules: { ...defaultRules, fan: [[{ fact: '1 or 1=1', op: 'gte', value: 1 }]] } }, 'rules.fan.0.0.fact'],
    [{ rules: { ...defaultRules, fan: [[{ fact: 'orders', op: '>', value: 1 }]] } }, 'rules.fan.0.0.op'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'layers', asOf: '2026-03-31', ...wrong })).rejects.toMatchObject({ field })
  })
})

test('who was only tagged did nothing and stands nowhere', async () => {
  const tagged = { person: 'a', event: 'customer.tagged', timestamp: '2026-02-01T00:00:00.000Z' }
  expect((await run([tagged], {})).customers).toBe(0)
})

test('everybody stands in the layer and health that their own events say, and moved as both days say', async () => {
  const name = fc.constantFrom(
    ...[
      'order.paid',
      'order.paid',
      'order.refunded',
      'customer.followed',
      'customer.unfollowed',
      'group.joined',
      'group.left',
      'customer.referred',
    ],
    ...['page.viewed', 'page.viewed', 'customer.tagged'],
  )
  const happened = fc.record({
    person: fc.constantFrom(...'abcdefghijkl'),
    event: name,
    hour: fc.integer({ min: 0, max: 24 * 300 }),
    amount: fc.nat(5000),
  })
  const bound = fc.record({
    fact: fc.constantFrom(
      'orders' as const,
      'amount' as const,
      'daysSinceOrder' as const,
      'activeDays30' as const,
      'activeDays90' as const,
      'daysSinceAct' as const,
      'friends' as const,
      'groups' as const,
      'referrals' as const,
    ),
    op: fc.constantFrom('gte' as const, 'lte' as const),
    value: fc.integer({ min: 0, max: 60 }),
  })
  const rule = fc.array(fc.array(bound, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 })
  const health = fc.record({ silentDays: fc.integer({ min: 1, max: 90 }), loyalOrders: fc.integer({ min: 1, max: 3 }) })
  const options = fc.record({
    rules: fc.record({ fan: rule, member: rule, ordinary: rule, health }),
    timezone: fc.constantFrom('UTC', 'Asia/Shanghai', 'America/Los_Angeles'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(happened, { maxLength: 90 }), options, async (list, { rules, timezone }) => {
      const world = list.map(({ person, event, hour, amount }) => ({
        person,
        event,
        timestamp: new Date(Date.UTC(2025, 5, 20) + hour * 3_600_000).toISOString(),
        properties: event.startsWith('order.') ? { amount, currency: 'CNY' } : {},
      }))
      const [now, before] = [layersOf(world, rules, '2026-03-31', timezone), layersOf(world, rules, '2026-01-15', timezone)]
      const found = await run(world, { rules, timezone, comparedTo: '2026-01-15', persons: { health: 'at_risk' } })
      expect(found.customers).toBe(now.length)
      for (const { key, count, health } of found.layers) {
        const own = now.filter(({ layer }) => layer === key)
        expect([key, count, health.at_risk, health.loyal]).toEqual([
          key,
          own.length,
          own.filter((one) => one.health === 'at_risk').length,
          own.filter((one) => one.health === 'loyal').length,
        ])
      }
      const buyers = now.filter(({ orders }) => orders > 0).sort((one, other) => other.amount - one.amount)
      const best = buyers.slice(0, Math.ceil(buyers.length / 5)).reduce((sum, { amount }) => sum + amount, 0)
      expect([found.top.buyers, found.top.amount]).toEqual([Math.ceil(buyers.length / 5), Math.round(best * 100) / 100])
      expect(found.persons?.toSorted()).toEqual(now.filter(({ health }) => health === 'at_risk').map(({ person }) => person))
      for (const { health, reason, count } of found.reasons)
        expect(count).toBe(now.filter((one) => one.health === health && one.reasons.includes(reason)).length)
      for (const { from, to, count } of found.movements) {
        const moved = now.filter(
          ({ person, layer }) => layer === to && (before.find((one) => one.person === person)?.layer ?? 'new') === from,
        )
        expect([from, to, count]).toEqual([from, to, moved.length])
      }
      expect(found.movements.reduce((sum, { count }) => sum + count, 0)).toBe(now.length)
    }),
    { numRuns: runs(6) },
  )
})
