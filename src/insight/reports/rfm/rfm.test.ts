import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type World } from '../testing.ts'
import { rfmGroups, scoreBuyers } from './rfm.ts'
import type { RfmResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const act = (person: string, event: string, day: string, amount: number, currency = 'CNY') => ({
  person,
  event: `order.${event}`,
  timestamp: `${day}T10:00:00+08:00`,
  properties: { amount, currency },
})
const run = async (world: World, report: object = {}): Promise<RfmResult> =>
  (await loadWorld(await workspace.newTenant(), world)).run<RfmResult>({ type: 'rfm', asOf: '2026-03-31', rows: true, ...report })
const shop: World = {
  events: [
    act('a', 'paid', '2026-03-01', 10_000),
    act('a', 'paid', '2026-03-31', 5050),
    act('a', 'refunded', '2026-03-31', 50),
    act('b', 'paid', '2026-01-01', 100),
    act('b', 'amended', '2026-01-01', -1),
    act('b', 'paid', '2026-04-01', 99_999),
    act('c', 'refunded', '2026-03-05', 100),
  ],
}

describe('rfm', () => {
  test('days since the last order, orders, and the amount after refunds, up to the day asked for', async () => {
    const { customers, currency, rows } = await run(shop)
    expect({ customers, currency }).toEqual({ customers: 2, currency: 'CNY' })
    expect(rows).toMatchObject([
      { person: 'a', recencyDays: 0, frequency: 2, monetary: 150 },
      { person: 'b', recencyDays: 89, frequency: 1, monetary: 0.99 },
    ])
    expect((await run(shop, { amount: 'gross' })).rows?.map(({ monetary }) => monetary)).toEqual([150.5, 0.99])
  })

  test('a window counts its last day and no day more than it says', async () => {
    expect((await run(shop, { windowDays: 30 })).rows).toMatchObject([{ person: 'a', frequency: 1 }])
    expect((await run(shop, { windowDays: 31 })).rows).toMatchObject([{ person: 'a', frequency: 2 }])
  })

  test('a window may be said by its first and last day, and no end of it twice', async () => {
    const dates = { asOf: undefined, dateFrom: '2026-03-01', dateTo: '2026-03-31' }
    expect((await run(shop, dates)).rows).toEqual((await run(shop, { windowDays: 31 })).rows)
    expect((await run(shop, { ...dates, dateFrom: '2026-03-02' })).rows).toEqual((await run(shop, { windowDays: 30 })).rows)
    await expect(run(shop, { dateTo: '2026-03-31' })).rejects.toMatchObject({ code: 'report.invalid', field: 'asOf' })
    await expect(run(shop, { dateFrom: '2026-03-01', windowDays: 3 })).rejects.toMatchObject({
      code: 'report.invalid',
      field: 'windowDays',
    })
    await expect(run(shop, { dateFrom: '2026-04-01' })).rejects.toMatchObject({ code: 'date.range_backwards' })
  })

  test('days are those of the zone', async () => {
    const late = { events: [{ ...act('a', 'paid', '', 1), timestamp: '2026-03-30T23:30:00.000Z' }] }
    expect((await run(late, { timezone: 'Asia/Shanghai' })).rows).toMatchObject([{ recencyDays: 0 }])
    expect((await run(late, { timezone: 'Europe/London' })).rows).toMatchObject([{ recencyDays: 0 }])
    expect((await run(late, { timezone: 'America/New_York' })).rows).toMatchObject([{ recencyDays: 1 }])
  })

  test('fixed thresholds divide into the eight groups, whose amounts add up', async () => {
    const { groups } = await run(shop, { bins: { method: 'fixed', recency: 30, frequency: 2, monetary: 100 } })
    expect(groups.filter(({ count }) => count > 0)).toEqual([
      { name: '重要价值', nameEn: 'Champions', count: 1, amount: 150 },
      { name: '一般挽留', nameEn: 'Hibernating', count: 1, amount: 0.99 },
    ])
    expect(groups).toHaveLength(8)
  })

  test('two currencies have no sum, one may be chosen', async () => {
    const world = { events: [act('a', 'paid', '2026-03-01', 100), act('a', 'paid', '2026-03-02', 100, 'JPY')] }
    await expect(run(world)).rejects.toMatchObject({ code: 'report.currencies_mixed', field: 'currency' })
    expect((await run(world, { currency: 'JPY' })).rows).toMatchObject([{ frequency: 1, monetary: 100 }])
    const moved = { events: [act('a', 'paid', '2026-01-01', 100, 'JPY'), act('a', 'paid', '2026-03-02', 100)] }
    expect((await run(moved, { windowDays: 31 })).currency).toBe('CNY')
    expect((await run(moved, { asOf: '2025-12-31', rows: false })).currency).toBe('CNY')
  })

  test('counted inside the engine and counted from the rows is the same', async () => {
    const order = fc.record({
      person: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'),
      event: fc.constantFrom('paid', 'paid', 'paid', 'refunded'),
      day: fc.integer({ min: 1, max: 30 }).map((day) => `2026-03-${String(day).padStart(2, '0')}`),
      amount: fc.constantFrom(0, 100, 2500, 2501, 9900),
    })
    const bins = fc.oneof(
      fc.record({ method: fc.constant('quantile'), n: fc.integer({ min: 2, max: 7 }) }),
      fc.constantFrom(
        { method: 'fixed', recency: 10, frequency: 2, monetary: 25.01 },
        { method: 'fixed', recency: [5, 15], frequency: [1, 3], monetary: [0, 25] },
      ),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(order, { maxLength: 40 }),
        bins,
        fc.constantFrom('net', 'gross'),
        fc.option(fc.integer({ min: 1, max: 31 }), { nil: undefined }),
        async (orders, bins, amount, windowDays) => {
          const loaded = await loadWorld(await workspace.newTenant(), {
            events: orders.map(({ person, event, day, amount }) => act(person, event, day, amount)),
          })
          const report = { type: 'rfm', asOf: '2026-03-31', bins, amount, ...(windowDays ? { windowDays } : {}) }
          const [counted, { rows, ...listed }] = await Promise.all([
            loaded.run<RfmResult>(report),
            loaded.run<RfmResult>({ ...report, rows: true }),
          ])
          expect(counted).toEqual(listed)
          expect(rows).toHaveLength(counted.customers)
        },
      ),
      { numRuns: runs(25) },
    )
  })

  test.each([
    [{ asOf: '31-03-2026' }, 'asOf'],
    [{ windowDays: 0 }, 'windowDays'],
    [{ amount: 'all' }, 'amount'],
    [{ bins: { method: 'quantile', n: 1 } }, 'bins.n'],
    [{ bins: { method: 'fixed', recency: [9, 3], frequency: 2, monetary: 1 } }, 'bins.recency'],
    [{ currency: 'yuan' }, 'currency'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'rfm', ...wrong })).rejects.toMatchObject({ field })
  })
})

test('scores follow order, share ties, reach n, and put everybody into one group', () => {
  const buyers = fc.array(
    fc.record({ recencyDays: fc.nat(20), frequency: fc.integer({ min: 1, max: 6 }), monetary: fc.integer({ min: -50, max: 50 }) }),
    { minLength: 1, maxLength: 60 },
  )
  fc.assert(
    fc.property(buyers, fc.integer({ min: 2, max: 9 }), (list, n) => {
      const scored = scoreBuyers(
        list.map((one, who) => ({ who, ...one })),
        { method: 'quantile', n },
        100,
      )
      for (const a of scored) {
        expect(a.r >= 1 && a.r <= n && a.f >= 1 && a.f <= n && a.m >= 1 && a.m <= n).toBe(true)
        expect(a.f).toBe(Math.ceil((n * scored.filter((b) => b.frequency <= a.frequency).length) / scored.length))
        expect(a.r).toBe(Math.ceil((n * scored.filter((b) => b.recencyDays >= a.recencyDays).length) / scored.length))
      }
      expect(Math.max(...scored.map(({ m }) => m))).toBe(n)
      expect(rfmGroups.reduce((sum, { name }) => sum + scored.filter(({ group }) => group.name === name).length, 0)).toBe(scored.length)
    }),
  )
})
