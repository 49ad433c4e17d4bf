import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { addDays } from '#platform/time.ts'
import { readValues } from '../../metrics/queries.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { waitingMetrics } from './catalogue/waiting.ts'
import { metricCatalogue } from './catalogue.ts'
import { type Oracle, oracles, type Stretch, toFacts } from './oracle.ts'
import type { MetricResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-03-20T00:00:00.000Z')
})

const start = Date.parse('2026-03-03T00:00:00+08:00')
const hour = 3_600_000
const dates = { dateFrom: '2026-03-03', dateTo: '2026-03-12' }

const kinds = fc.oneof(
  fc
    .constantFrom('x', 'y')
    .map((employee) => ({ event: 'customer.followed', properties: { employee, employeeName: employee, again: false } })),
  fc
    .tuple(fc.constantFrom('x', 'y'), fc.constantFrom('customer', 'employee', 'transfer'))
    .map(([employee, by]) => ({ event: 'customer.unfollowed', properties: { employee, employeeName: employee, by } })),
  fc
    .integer({ min: 0, max: 3 })
    .map((n) => ({ event: 'order.paid', properties: { amount: n * 150, currency: 'CNY', items: 1, shop: n % 2, orderNo: `N${n}` } })),
  fc.constantFrom('order.amended', 'order.refunded').map((event) => ({ event, properties: { amount: 50, currency: 'CNY' } })),
  fc.constantFrom('exchange', 'return').map((type) => ({ event: 'order.refunded', properties: { amount: 0, currency: 'CNY', type } })),
  fc.constantFrom('page.viewed', 'page.shared', 'group_message.sent', 'welcome.sent').map((event) => ({ event, properties: {} })),
  fc
    .tuple(fc.constantFrom('group.joined', 'group.left'), fc.constantFrom('g1', 'g2'))
    .map(([event, chat]) => ({ event, properties: { chat, how: 'left' } })),
)

/** What messages, tasks, shops and referrals tell. */
const effects = fc.oneof(
  fc
    .tuple(fc.constantFrom('message.received', 'employee_message.sent'), fc.constantFrom('x', 'y'))
    .map(([event, employee]) => ({ event, properties: { employee } })),
  fc.constantFrom('message.sent', 'message.suppressed', 'message.failed', 'trial.attended').map((event) => ({ event, properties: {} })),
  fc
    .tuple(fc.constantFrom('task.completed', 'task.overdue'), fc.constantFrom(1, 2, 3), fc.constantFrom('done', 'skipped'))
    .map(([event, task, result]) => ({ event, properties: { task, result } })),
  fc.constantFrom('召回老客', '回访').map((taskTitle) => ({ event: 'task.assigned', properties: { taskTitle, again: false } })),
  fc.constantFrom('N0', 'N1', 'N2').map((order) => ({ event: 'coupon.used', properties: { order } })),
  fc
    .tuple(fc.constantFrom('distributor.joined', 'referral.registered'), fc.constantFrom('F1', 'F2'))
    .map(([event, distributor]) => ({ event, properties: { distributor } })),
  fc.constantFrom({ event: 'customer.invited', properties: {} }, { event: 'customer.referred', properties: { inviter: 'b' } }),
  fc
    .tuple(fc.constantFrom('commission.accrued', 'commission.clawed_back', 'commission.paid'), fc.constantFrom({}, { currency: 'CNY' }))
    .map(([event, told]) => ({ event, properties: { amount: 250, ...told } })),
  fc.constantFrom(0, 9.9).map((price) => ({ event: 'trial.enrolled', properties: { price } })),
)

/** What shops, member systems, courses and communities tell. */
const deeds = fc.oneof(
  fc
    .constantFrom('account.registered', 'trial.finished', 'post.published', 'activity.joined', 'coupon.issued', 'member.level_changed')
    .map((event) => ({ event, properties: {} })),
  fc.constantFrom({}, { score: 5 }, { score: 3.5 }).map((properties) => ({ event: 'rating.given', properties })),
)

/** No two at the same moment: what happened first would be a matter of taste. */
const worlds = fc.uniqueArray(
  fc.tuple(fc.integer({ min: -1100, max: 400 }), fc.constantFrom('a', 'b', 'c'), fc.oneof(kinds, effects, deeds)),
  {
    maxLength: 70,
    selector: ([at]) => at,
  },
)

test('every number of the dictionary is what counting by hand says, also of each interval and of the time before', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.constantFrom('day', 'week', 'period'), async (facts, interval) => {
      const events = facts.map(
        ([at, person, kind]): TestEvent => ({ person, timestamp: new Date(start + at * hour + 60_000).toISOString(), ...kind }),
      )
      const ctx = await workspace.newTenant()
      await loadWorld(ctx, { events })
      const known = toFacts(events)
      const { items } = await readValues(ctx, { keys: Object.keys(oracles), ...dates, interval, compare: 'previous_period' })
      for (const { key: metric, result } of items) {
        const [oracle, found] = [oracles[metric] as Oracle, result as MetricResult]
        const by = (stretch: Stretch) => near(oracle(known, stretch, workspace.now().getTime()))
        expect([metric, found.total, found.before]).toEqual([metric, by(days(0, 10)), by(days(-10, 0))])
        const stretches =
          interval === 'day' ? Array.from({ length: 10 }, (_, i) => days(i, i + 1)) : interval === 'week' ? [days(0, 6), days(6, 10)] : []
        expect([metric, found.values]).toEqual([metric, stretches.map(by)])
      }
    }),
    { numRuns: runs(6) },
  )
}, 300_000)

const days = (from: number, to: number): Stretch => ({ from: start + from * 24 * hour, to: start + to * 24 * hour })
const near = (value: number | null): unknown => (value === null ? null : expect.closeTo(value, 6))

const at = (day: string, time = '12:00') => new Date(`${day}T${time}:00+08:00`).toISOString()
const told = (person: string, event: string, day: string, properties: Record<string, unknown> = {}): TestEvent => ({
  person,
  event,
  timestamp: at(day),
  properties,
})

describe('a metric', () => {
  const events = [
    told('a', 'customer.followed', '2026-03-03', { employee: 'x', employeeName: '小王', channel: 'web', again: false }),
    told('b', 'customer.followed', '2026-03-04', { employee: 'y', employeeName: '小李', again: false }),
    told('a', 'customer.tagged', '2026-03-04', { tag: 1, tagName: '高意向' }),
    told('a', 'customer.tagged', '2026-03-04', { tag: 2, tagName: '宝妈' }),
    told('b', 'customer.tagged', '2026-03-04', { tag: 1, tagName: '高意向', "x'] or 1=1 --": 'z' }),
    told('b', 'customer.untagged', '2026-03-05', { tag: 1, tagName: '高意向' }),
    told('a', 'order.paid', '2026-03-05', { amount: 1000, currency: 'CNY', products: ['茶', '杯'], employeeName: '小王' }),
    told('b', 'order.paid', '2026-03-06', { amount: 500, currency: 'CNY', products: ['茶'], employeeName: '小李' }),
  ]
  const run = async (report: object): Promise<MetricResult> =>
    (await loadWorld(await workspace.newTenant(), { events, persons: { a: { city: '上海' } } })).run({
      type: 'metric',
      ...dates,
      ...report,
    })

  test('is split by channel, employee, every tag somebody has, product, properties and attributes', async () => {
    const split = async (metric: string, dimension: string) =>
      (await run({ metric, breakdown: { dimension } })).breakdown?.map(({ value, total }) => [value, total])
    expect(await split('paid_amount', 'channel')).toEqual([
      ['web', 10],
      [null, 5],
    ])
    expect(await split('wecom_adds', 'employee')).toEqual([
      ['小李', 1],
      ['小王', 1],
    ])
    expect(await split('buyers', 'tag')).toEqual([
      ['宝妈', 1],
      ['高意向', 1],
      [null, 1],
    ])
    expect(await split('orders', 'product')).toEqual([
      ['茶', 2],
      ['杯', 1],
    ])
    expect(await split('aov', 'attribute:city')).toEqual([
      ['上海', 10],
      [null, 5],
    ])
    expect(await split('orders', 'property:employeeName')).toHaveLength(2)
  })

  test('names the people behind the whole, an interval, a part and a value', async () => {
    const people = async (report: object, persons: object) => (await run({ ...report, persons })).persons
    expect(await people({ metric: 'buyers' }, {})).toEqual(['a', 'b'])
    expect(await people({ metric: 'buyers' }, { interval: 2 })).toEqual(['a'])
    expect(await people({ metric: 'aov' }, { part: 'B', interval: 3 })).toEqual(['b'])
    expect(await people({ metric: 'existing_customers' }, { interval: 0 })).toEqual(['a'])
    expect(await people({ metric: 'buyers', breakdown: { dimension: 'channel' } }, { value: null })).toEqual(['b'])
    expect(await people({ metric: 'buyers', breakdown: { dimension: 'tag' }, interval: 'week' }, { value: '宝妈', interval: 0 })).toEqual([
      'a',
    ])
  })

  test('looks at the people, the filter and the zone it is asked for', async () => {
    expect((await run({ metric: 'buyers', among: ['b'] })).total).toBe(1)
    expect((await run({ metric: 'orders', where: { employeeName: '小王' } })).total).toBe(1)
    const day = (await run({ metric: 'orders', timezone: 'America/Los_Angeles' })).values.indexOf(1)
    expect(day).toBe(1)
  })

  test('says its currency where it is money, and nothing where it would divide by nothing', async () => {
    expect(await run({ metric: 'aov' })).toMatchObject({
      currency: 'CNY',
      total: 7.5,
      parts: [
        { letter: 'A', total: 15 },
        { letter: 'B', total: 2 },
      ],
    })
    expect((await run({ metric: 'refund_rate' })).currency).toBeUndefined()
    expect((await run({ metric: 'cost_per_add' })).total).toBeNull()
    expect((await run({ metric: 'roi' })).total).toBeNull()
  })

  test.each([
    [{ metric: 'wish' }, 'metric'],
    [{ metric: '' }, 'metric'],
    [{ interval: 'hour' }, 'interval'],
    [{ breakdown: { dimension: 'mood' } }, 'breakdown.dimension'],
    [{ breakdown: { dimension: "x' or 1=1 --" } }, 'breakdown.dimension'],
    [{ breakdown: { dimension: 'tag', limit: 0 } }, 'breakdown.limit'],
    [{ persons: { part: 'C' } }, 'persons.part'],
    [{ persons: { interval: 99 } }, 'persons.interval'],
    [{ compare: 'ever' }, 'compare'],
    [{ dateTo: '2026-01-01' }, 'dateTo'],
  ])('refuses %j and names %s', async (wrong, field) => {
    const ctx = await workspace.newTenant()
    await expect(runReport(ctx, { type: 'metric', metric: 'buyers', ...dates, ...wrong })).rejects.toMatchObject({ field })
  })

  test('takes names of dimensions as values, whatever they hold', async () => {
    expect((await run({ metric: 'orders', breakdown: { dimension: "property:x'] or 1=1 --" } })).breakdown).toEqual([
      { value: null, name: null, total: 2 },
    ])
  })
})

test('what was spent counts by day, by channel and against what came in', async () => {
  const ctx = await workspace.newTenant()
  const channel = await ctx.db
    .insertInto('channels')
    .values({ tenantId: ctx.tenantId, name: '抖音', kind: 'store', position: 0, createdAt: ctx.now() })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const [day, amountMinor] of [
    ['2026-03-03', 1000],
    ['2026-03-04', 500],
    ['2026-02-25', 700],
  ] as const)
    await ctx.db
      .insertInto('channelSpends')
      .values({ tenantId: ctx.tenantId, channelId: channel.id, day, currency: 'CNY', amountMinor, changedAt: ctx.now() })
      .execute()
  const world = await loadWorld(ctx, {
    events: [
      told('a', 'customer.followed', '2026-03-04', { employee: 'x', channel: channel.id }),
      told('b', 'customer.followed', '2026-03-04', { employee: 'x' }),
    ],
  })
  const report = { type: 'metric', metric: 'cost_per_add', ...dates, compare: 'previous_period', breakdown: { dimension: 'channel' } }
  const found = await world.run<MetricResult>(report)
  expect(found).toMatchObject({
    total: 7.5,
    before: null,
    currency: 'CNY',
    breakdown: [
      { name: '抖音', total: 15 },
      { name: null, total: null },
    ],
  })
  expect(found.values.slice(0, 3)).toEqual([null, 2.5, null])
  expect((await world.run<MetricResult>({ ...report, metric: 'spend' })).before).toBe(7)
  expect(found.unknown).toBeUndefined()
  for (const some of [{ among: ['a', 'b'] }, { where: { channel: channel.id } }])
    for (const metric of ['spend', 'cost_per_add', 'cac'])
      expect(await world.run<MetricResult>({ ...report, ...some, metric })).toMatchObject({ total: null, unknown: 'spend_of_some' })
})

test('says how many intervals are over while the last one runs', async () => {
  const world = await loadWorld(await workspace.newTenant(), { events: [] })
  const complete = async (dateTo: string) =>
    (await world.run<MetricResult>({ type: 'metric', metric: 'buyers', dateFrom: '2026-03-16', dateTo })).complete
  expect([await complete('2026-03-19'), await complete('2026-03-20'), await complete('2026-03-21')]).toEqual([undefined, 4, 4])
})

test('keys of the dictionary are each said once, and the year ends where it should', async () => {
  const keys = [...metricCatalogue, ...waitingMetrics].map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  const world = await loadWorld(await workspace.newTenant(), {
    events: [told('a', 'page.viewed', '2025-12-31'), told('b', 'page.viewed', addDays('2025-12-31', 1))],
  })
  const found = await world.run<MetricResult>({
    type: 'metric',
    metric: 'landing_uv',
    dateFrom: '2025-12-31',
    dateTo: '2026-01-01',
    interval: 'month',
  })
  expect(found).toMatchObject({ intervals: ['2025-12-01', '2026-01-01'], values: [1, 1], total: 2 })
})
