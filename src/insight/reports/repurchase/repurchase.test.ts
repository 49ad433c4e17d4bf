import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type World } from '../testing.ts'
import { anyOrders, dayOfHours, dayText, paidOf, type TestOrder, worldOf } from '../testing-orders.ts'
import type { RepurchaseResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(() => workspace.setNow('2026-03-15T12:00:00+08:00'))

const run = async (world: World, report: object): Promise<RepurchaseResult> =>
  (await loadWorld(await workspace.newTenant(), world)).run<RepurchaseResult>({ type: 'repurchase', ...report })

const order = (id: number, person: string, day: number, hour = 10): TestOrder => ({
  id,
  person,
  hours: day * 24 + hour,
  amount: 100,
  amended: 0,
  items: 1,
  region: '',
  channel: '',
  products: ['tea'],
})
const shop = worldOf([
  order(1, 'a', 0, 23),
  order(2, 'a', 30, 1),
  order(3, 'a', 40),
  order(4, 'b', 5),
  order(5, 'c', 35),
  order(6, 'c', 37),
])
const quarter = { dateFrom: '2026-01-01', dateTo: '2026-03-31' }

describe('repurchase', () => {
  test('in the dates, by cohort of first orders, and the mean of those old enough', async () => {
    const found = await run(shop, { ...quarter, days: [30, 60] })
    expect(found).toMatchObject({ buyers: 3, repeated: 2, rate: 0.666667 })
    expect(found.cohorts).toEqual([
      {
        start: '2026-01-01',
        size: 2,
        within: [
          { days: 30, repeated: 1, rate: 0.5, open: false },
          { days: 60, repeated: 1, rate: null, open: true },
        ],
      },
      {
        start: '2026-02-01',
        size: 1,
        within: [
          { days: 30, repeated: 1, rate: null, open: true },
          { days: 60, repeated: 1, rate: null, open: true },
        ],
      },
      {
        start: '2026-03-01',
        size: 0,
        within: [
          { days: 30, repeated: 0, rate: null, open: true },
          { days: 60, repeated: 0, rate: null, open: true },
        ],
      },
    ])
    expect(found.mean).toEqual([
      { days: 30, size: 2, repeated: 1, rate: 0.5 },
      { days: 60, size: 0, repeated: 0, rate: null },
    ])
  })

  test('the cycle in calendar days, of all and of each, and when the next order is due', async () => {
    const found = await run(shop, { ...quarter, rows: 5 })
    expect(found.cycle).toEqual({ gaps: 3, lowerQuartile: 2, median: 10, upperQuartile: 30 })
    expect(found.rows).toEqual([
      { person: 'c', orders: 2, medianDays: 2, lastDay: '2026-02-07', dueDay: '2026-02-09', overdueDays: 34 },
      { person: 'a', orders: 3, medianDays: 20, lastDay: '2026-02-10', dueDay: '2026-03-02', overdueDays: 13 },
    ])
  })

  test('by product, from the lines of orders', async () => {
    const ctx = await workspace.newTenant()
    await loadLines(ctx, [
      [1, 0, 'P1'],
      [1, 9, 'P1'],
      [1, 9, 'P1'],
      [1, 12, 'P2'],
      [2, 3, 'P1'],
      [2, 30, 'P1'],
    ])
    const { result } = await runReport(ctx, { type: 'repurchase', ...quarter, products: 9 })
    expect((result as RepurchaseResult).products).toEqual([
      { product: 'P1', title: 'T P1', persons: 2, gaps: 2, lowerQuartile: 9, median: 18, upperQuartile: 27 },
    ])
  })

  test('the people behind the numbers', async () => {
    const people = async (persons: object) => (await run(shop, { ...quarter, days: [30], persons })).persons
    expect(await people({ of: 'buyers' })).toEqual(['a', 'b', 'c'])
    expect(await people({ of: 'repeated' })).toEqual(['a', 'c'])
    expect(await people({ cohort: 0, days: 30 })).toEqual(['a'])
    expect(await people({ cohort: 0, days: 30, repeated: false })).toEqual(['b'])
  })

  test.each([
    [{ days: [] }, 'days'],
    [{ days: [0] }, 'days.0'],
    [{ persons: { cohort: 0, days: 7 } }, 'persons.days'],
    [{ persons: { cohort: 50, days: 30 } }, 'persons.cohort'],
    [{ rows: -1 }, 'rows'],
    [{ window: 3 }, 'window'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'repurchase', ...quarter, ...wrong })).rejects.toMatchObject({ field })
  })
})

/** Person, day, product: each a line of an order of its own hour. */
async function loadLines(ctx: Context, lines: [number, number, string][]) {
  const rows = lines.map(([person, day, product], i) => ({
    tenant: ctx.tenantId,
    kind: 'paid',
    document: person * 1000 + day,
    ord: person * 1000 + day,
    line: i + 1,
    person,
    at: Date.parse('2026-01-01T10:00:00+08:00') + day * 86_400_000,
    product,
    title: `T ${product}`,
    quantity: '1',
    amount: 100,
    currency: 'CNY',
    version: 1,
  }))
  await ctx.clickhouse.insert('order_lines', rows)
}

test('random worlds: cohorts and cycle are what counting by hand gives', async () => {
  await fc.assert(
    fc.asyncProperty(anyOrders, fc.integer({ min: 1, max: 60 }), async (orders, days) => {
      const found = await run(worldOf(orders), { ...quarter, interval: 'week', days: [days] })
      const lives = ['a', 'b', 'c', 'd', 'e'].map((person) =>
        orders
          .filter((one) => one.person === person && paidOf(one) > 0)
          .map(({ hours }) => dayOfHours(hours))
          .sort((p, q) => p - q),
      )
      const firsts = lives.filter(({ length }) => length > 0)
      expect(found.buyers).toBe(firsts.length)
      expect(found.repeated).toBe(firsts.filter(({ length }) => length > 1).length)
      expect(found.cohorts.reduce((sum, { size }) => sum + size, 0)).toBe(firsts.length)
      found.cohorts.forEach(({ start, size, within }, i) => {
        const end = found.cohorts[i + 1]?.start ?? '2026-04-01'
        const own = firsts.filter(([first = 0]) => dayText(first) >= start && dayText(first) < end)
        expect(size).toBe(own.length)
        expect(within[0]?.repeated).toBe(own.filter(([first = 0, second]) => second !== undefined && second - first <= days).length)
      })
      const gaps = firsts.flatMap((life) => life.slice(1).map((day, i) => day - (life[i] ?? 0))).sort((p, q) => p - q)
      expect(found.cycle.gaps).toBe(gaps.length)
      expect(found.cycle.median).toBe(gaps.length === 0 ? null : ((gaps[(gaps.length - 1) >> 1] ?? 0) + (gaps[gaps.length >> 1] ?? 0)) / 2)
    }),
    { numRuns: runs(12) },
  )
})
