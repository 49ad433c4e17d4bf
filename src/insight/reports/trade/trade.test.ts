import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type World } from '../testing.ts'
import { anyOrders, dayOfHours, dayText, different, nthOf, paidOf, sumOf, type TestOrder, worldOf } from '../testing-orders.ts'
import type { TradeResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const run = async (world: World, report: object): Promise<TradeResult> =>
  (await loadWorld(await workspace.newTenant(), world)).run<TradeResult>({ type: 'trade', ...report })

const order = (id: number, person: string, hours: number, amount: number, rest: Partial<TestOrder> = {}): TestOrder => ({
  id,
  person,
  hours,
  amount,
  amended: 0,
  items: 1,
  region: '上海',
  channel: '',
  products: ['tea'],
  ...rest,
})

const shop = worldOf([
  order(1, 'a', 0, 10_000),
  order(2, 'a', 24 * 31, 5_000, { region: '北京', amended: -1 }),
  order(3, 'b', 24 * 32, 2_000, { refund: { hours: 24, amount: 500, type: 'exchange' } }),
  order(4, '', 24 * 33, 3_000, { region: '' }),
  order(5, 'b', 24 * 33 + 1, 0),
])
const february = { dateFrom: '2026-02-01', dateTo: '2026-02-28' }

describe('trade', () => {
  test('key figures: who is new, averages, money back, and what went before', async () => {
    const { currency, totals, compare } = await run(shop, { ...february, compare: 'previous_period' })
    expect(currency).toBe('CNY')
    expect(totals).toMatchObject({
      paid: 99.99,
      refunded: 5,
      net: 94.99,
      orders: 3,
      freeOrders: 1,
      anonymousOrders: 1,
      buyers: 2,
      newBuyers: 1,
      oldBuyers: 1,
      newPaid: 20,
      oldPaid: 49.99,
      aov: 35,
      orderValue: 33.33,
      upt: 1,
      refundedOrders: 1,
      exchangedOrders: 1,
      exchangeOrderRate: 0.333333,
      repurchaseRate: 0,
      existing: 0,
      buyersPerExisting: null,
    })
    // 28 days before 1 February begin on 4 January.
    expect(compare).toMatchObject({ paid: 0, orders: 0, aov: null, refundRate: null })
    expect((await run(shop, { ...february, compare: 'previous_year' })).compare?.paid).toBe(0)
  })

  test('divided by amount, times bought, and region; money back stands in its own interval', async () => {
    const found = await run(shop, { ...february, interval: 'day', bands: [25, 49.99], breakdowns: ['region'], limit: 1 })
    expect(found.bands).toEqual([
      { from: 0, to: 25, orders: 1, buyers: 1, paid: 20 },
      { from: 25, to: 49.99, orders: 1, buyers: 0, paid: 30 },
      { from: 49.99, to: null, orders: 1, buyers: 1, paid: 49.99 },
    ])
    expect(found.purchaseCounts.map(({ buyers }) => buyers)).toEqual([2, 0, 0, 0, 0])
    expect(found.breakdowns).toEqual([
      {
        by: 'region',
        rows: [
          { value: '北京', orders: 1, buyers: 1, paid: 49.99, refunded: 0 },
          { value: 'Other', other: true, orders: 2, buyers: 1, paid: 50, refunded: 5 },
        ],
      },
    ])
    expect(found.series.refunded.slice(0, 4)).toEqual([0, 0, 5, 0])
    expect(found.series.newBuyers.slice(0, 4)).toEqual([0, 1, 0, 0])
  })

  test('the people behind the numbers', async () => {
    const people = async (persons: object) => (await run(shop, { ...february, bands: [25, 49.99], persons })).persons
    expect(await people({})).toEqual(['a', 'b'])
    expect(await people({ of: 'new' })).toEqual(['b'])
    expect(await people({ of: 'old' })).toEqual(['a'])
    expect(await people({ of: 'refunded' })).toEqual(['b'])
    expect(await people({ band: 2 })).toEqual(['a'])
    expect(await people({ orders: 2 })).toEqual([])
    expect(await people({ interval: 1 })).toEqual(['b'])
    expect(await people({ by: 'region', value: '北京' })).toEqual(['a'])
  })

  test('visitors, filters, and two currencies', async () => {
    const visit = { person: 'z', event: 'page.viewed', timestamp: '2026-02-02T00:00:00Z' }
    expect((await run({ events: [...shop.events, visit] }, february)).totals).toMatchObject({ visitors: 1, buyersPerVisitor: 2 })
    expect((await run(shop, { ...february, where: { region: '北京' } })).totals).toMatchObject({ paid: 49.99, refunded: 0, oldBuyers: 1 })
    const yen = { person: 'j', event: 'order.paid', timestamp: '2026-02-02T00:00:00Z', properties: { amount: 5, currency: 'JPY' } }
    const both = { events: [...shop.events, yen] }
    await expect(run(both, february)).rejects.toMatchObject({ code: 'report.currencies_mixed', field: 'currency' })
    expect(await run(both, { ...february, currency: 'JPY' })).toMatchObject({ currency: 'JPY', totals: { paid: 5, orders: 1 } })
  })

  test.each([
    [{ bands: [5, 5] }, 'bands'],
    [{ interval: 'year' }, 'interval'],
    [{ compare: 'yesterday' }, 'compare'],
    [{ breakdowns: ['city'] }, 'breakdowns.0'],
    [{ persons: { band: 9 } }, 'persons.band'],
    [{ persons: { by: 'region' } }, 'persons.value'],
    [{ persons: { interval: 99 } }, 'persons.interval'],
    [{ dateTo: '2026-01-01' }, 'dateTo'],
    [{ amount: 'net' }, 'amount'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'trade', ...february, ...wrong })).rejects.toMatchObject({ field })
  })
})

test('random worlds: totals, series, bands, regions and people are what counting order by order gives', async () => {
  const days = fc.tuple(fc.integer({ min: 0, max: 89 }), fc.integer({ min: 0, max: 40 }))
  await fc.assert(
    fc.asyncProperty(anyOrders, days, async (orders, [first, length]) => {
      const last = first + length
      const world = await loadWorld(await workspace.newTenant(), worldOf(orders))
      const report = { type: 'trade', dateFrom: dayText(first), dateTo: dayText(last), bands: [50, 100], breakdowns: ['region'], limit: 2 }
      const found = await world.run<TradeResult>({ ...report, persons: { of: 'new' } })
      const lies = (hours: number) => dayOfHours(hours) >= first && dayOfHours(hours) <= last
      const inside = orders.filter(({ hours }) => lies(hours))
      const sold = inside.filter((one) => paidOf(one) > 0)
      const back = orders.filter(({ hours, refund }) => refund && lies(hours + refund.hours))
      const fresh = new Set(sold.filter((one) => one.person !== '' && nthOf(orders, one) === 1).map(({ person }) => person))
      const known = sold.filter(({ person }) => person !== '')
      expect(found.totals).toMatchObject({
        paid: sumOf(inside, paidOf) / 100,
        refunded: sumOf(back, ({ refund }) => refund?.amount ?? 0) / 100,
        orders: sold.length,
        freeOrders: inside.length - sold.length,
        anonymousOrders: sold.length - known.length,
        items: sumOf(sold, ({ items }) => items),
        buyers: different(known.map(({ person }) => person)),
        newBuyers: fresh.size,
        newPaid:
          sumOf(
            known.filter(({ person }) => fresh.has(person)),
            paidOf,
          ) / 100,
        refundedOrders: back.length,
        exchangedOrders: back.filter(({ refund }) => refund?.type === 'exchange').length,
      })
      expect(found.persons?.toSorted()).toEqual([...fresh].sort())
      expect(found.series.paid).toEqual(
        Array.from(
          { length: length + 1 },
          (_, i) =>
            sumOf(
              inside.filter(({ hours }) => dayOfHours(hours) === first + i),
              paidOf,
            ) / 100,
        ),
      )
      const band = (one: TestOrder) => [5000, 10_000].filter((bound) => paidOf(one) >= bound).length
      expect(found.bands.map((row) => row.orders)).toEqual([0, 1, 2].map((i) => sold.filter((one) => band(one) === i).length))
      const rows = found.breakdowns[0]?.rows ?? []
      expect(sumOf(rows, (row) => Math.round(row.paid * 100))).toBe(sumOf(sold, paidOf))
      expect(sumOf(rows, (row) => Math.round(row.refunded * 100))).toBe(sumOf(back, ({ refund }) => refund?.amount ?? 0))
      for (const row of rows.filter(({ other }) => !other))
        expect(row.buyers).toBe(different(known.filter(({ region }) => region === (row.value ?? '')).map(({ person }) => person)))
    }),
    { numRuns: runs(12) },
  )
})
