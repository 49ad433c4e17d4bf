import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { abcClasses } from './classes.ts'
import type { ProductsResult } from './schema.ts'

let workspace: TestWorkspace
let ctx: Context
beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(async () => {
  workspace.setNow('2026-02-20T12:00:00+08:00')
  ctx = await workspace.newTenant()
})

const start = Date.parse('2026-02-01T00:00:00+08:00')
const people = ['a', 'b', 'c', 'd']

/** A line of an order (or of a refund), and an act on a product; hours count from 1 February in Shanghai. */
type Line = {
  person: string
  hours: number
  product: string
  amount: number
  quantity?: number
  ord?: number
  back?: boolean
  title?: string
}
type Act = { person: string; hours: number; product: string; cart?: boolean }

async function shop(lines: readonly Line[], acts: readonly Act[] = []) {
  // The people get the numbers 1, 2, … as the world names them, so that lines can say whose they are.
  const named: TestEvent[] = people.map((person) => ({ person, event: 'app.opened', timestamp: '2020-01-01T00:00:00Z' }))
  const told = acts.map(({ person, hours, product, cart }) => ({
    person,
    event: cart ? 'cart.added' : 'product.viewed',
    timestamp: new Date(start + hours * 3_600_000).toISOString(),
    properties: { product },
  }))
  const world = await loadWorld(ctx, { events: [...named, ...told] })
  await ctx.clickhouse.insert(
    'order_lines',
    lines.map(({ person, hours, product, amount, quantity = 1, ord, back, title }, i) => ({
      tenant: ctx.tenantId,
      kind: back ? 'refunded' : 'paid',
      document: ord ?? i + 1,
      ord: ord ?? i + 1,
      line: i + 1,
      person: people.indexOf(person) + 1,
      at: start + hours * 3_600_000,
      product,
      title: title ?? '',
      quantity: String(quantity),
      amount,
      currency: 'CNY',
      version: 1,
    })),
  )
  return (report: object = {}) => world.run<ProductsResult>({ type: 'products', dateFrom: '2026-02-01', dateTo: '2026-02-14', ...report })
}

const lines: Line[] = [
  { person: 'a', hours: 30, product: 'P1', title: '白茶', amount: 8000, quantity: 2, ord: 7 },
  { person: 'a', hours: 30, product: 'P2', amount: 1500, ord: 7 },
  { person: 'b', hours: 40, product: 'P1', title: '老白茶', amount: 4000, ord: 8 },
  { person: '', hours: 50, product: 'P3', amount: 500, quantity: 0.5, ord: 9 },
  { person: 'b', hours: 60, product: 'P1', amount: 1000, quantity: 0, ord: 8, back: true },
  { person: 'c', hours: -300, product: 'P1', amount: 999 },
]

describe('products', () => {
  test('ranking, classes, totals and what went before', async () => {
    const found = await (await shop(lines))({ compare: 'previous_period' })
    expect(found).toMatchObject({ currency: 'CNY', tracked: false, products: 3 })
    expect(found.totals).toMatchObject({ orders: 3, buyers: 2, quantity: 4.5, amount: 140, refunded: 10, refundRate: 0.071429 })
    expect(
      found.rows.map(({ product, title, orders, buyers, quantity, amount, refunded, share, abc }) => [
        product,
        title,
        orders,
        buyers,
        quantity,
        amount,
        refunded,
        share,
        abc,
      ]),
    ).toEqual([
      ['P1', '老白茶', 2, 2, 3, 120, 10, 0.857143, 'A'],
      ['P2', 'P2', 1, 1, 1, 15, 0, 0.107143, 'B'],
      ['P3', 'P3', 1, 0, 0.5, 5, 0, 0.035714, 'C'],
    ])
    expect(found.rows[0]?.compare).toMatchObject({ orders: 1, amount: 9.99 })
    expect(found.compare?.amount).toBe(9.99)
    expect(found.classes).toEqual([
      { abc: 'A', products: 1, amount: 120, share: 0.857143 },
      { abc: 'B', products: 1, amount: 15, share: 0.107143 },
      { abc: 'C', products: 1, amount: 5, share: 0.035714 },
    ])
    expect(found.series.amount.slice(0, 4)).toEqual([0, 135, 5, 0])
  })

  test('one product, sorted, limited, filtered', async () => {
    const ask = await shop(lines)
    expect(await ask({ product: 'P2' })).toMatchObject({ products: 1, rows: [{ product: 'P2' }], totals: { orders: 1, amount: 15 } })
    expect((await ask({ sort: 'quantity', limit: 2 })).rows.map(({ product }) => product)).toEqual(['P1', 'P2'])
    expect((await ask({ where: { title: { contains: '老' } } })).totals).toMatchObject({ orders: 1, amount: 40 })
    expect((await ask({ among: ['a'] })).totals).toMatchObject({ buyers: 1, amount: 95 })
  })

  test('from looking to buying, within the window; a title stands for the code; who may still buy is open', async () => {
    const ask = await shop(lines, [
      { person: 'a', hours: 10, product: 'P1' },
      { person: 'a', hours: 11, product: '白茶', cart: true },
      { person: 'b', hours: 20, product: 'P2' },
      { person: 'c', hours: 13 * 24, product: 'P1' },
      { person: 'd', hours: 1, product: 'P9' },
    ])
    const found = await ask({ windowDays: 7 })
    expect(found.tracked).toBe(true)
    expect(found.rows.find(({ product }) => product === 'P1')).toMatchObject({
      viewers: 2,
      carted: 1,
      viewToCart: 0.5,
      cartToOrder: 1,
      viewToOrder: 0.5,
      open: 1,
    })
    expect(found.rows.find(({ product }) => product === 'P9')).toMatchObject({ viewers: 1, orders: 0, viewToOrder: 0, abc: 'C' })
    expect(found.totals).toMatchObject({ viewers: 4, viewToOrder: 0.25 })
    expect((await ask({ persons: { of: 'viewed_not_bought', product: 'P1' } })).persons).toEqual(['c'])
    expect((await ask({ persons: { of: 'carted' } })).persons).toEqual(['a'])
    expect((await ask({ persons: { of: 'buyers', product: 'P1' } })).persons).toEqual(['a', 'b'])
    expect((await ask({ persons: { of: 'refunded' } })).persons).toEqual(['b'])
  })

  test.each([
    [{ abc: [0.9, 0.5] }, 'abc'],
    [{ sort: 'name' }, 'sort'],
    [{ windowDays: 0 }, 'windowDays'],
    [{ product: '' }, 'product'],
    [{ persons: { of: 'all' } }, 'persons.of'],
    [{ limit: 0 }, 'limit'],
    [{ interval: 'year' }, 'interval'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(ctx, { type: 'products', dateFrom: '2026-02-01', dateTo: '2026-02-14', ...wrong })).rejects.toMatchObject({
      field,
    })
  })

  test('classes: the product that crosses a bound still belongs to it, nothing sold is C', () => {
    expect(abcClasses([50, 30, 15, 5, 0], [0.8, 0.95])).toEqual(['A', 'A', 'B', 'C', 'C'])
    expect(abcClasses([5, 100], [0.8, 0.95])).toEqual(['C', 'A'])
    expect(abcClasses([], [0.8, 0.95])).toEqual([])
  })
})

test('random worlds: sales and conversion of each product are what counting by hand gives', async () => {
  const product = fc.constantFrom('x', 'y')
  const hours = fc.integer({ min: -48, max: 30 * 24 })
  const anyLine = fc.record({
    person: fc.constantFrom(...people, ''),
    hours,
    product,
    amount: fc.integer({ min: 0, max: 9999 }),
    back: fc.boolean(),
  })
  const anyAct = fc.record({ person: fc.constantFrom(...people), hours, product, cart: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyLine, { maxLength: 20 }),
      fc.array(anyAct, { maxLength: 20 }),
      fc.integer({ min: 1, max: 9 }),
      async (sold, acts, windowDays) => {
        ctx = await workspace.newTenant()
        const ask = await shop(sold, acts)
        const found = await ask({ windowDays })
        const inside = (one: { hours: number }) => one.hours >= 0 && one.hours < 14 * 24
        const after = (one: Act, then: { person: string; hours: number }) =>
          then.person === one.person && then.hours >= one.hours && then.hours <= one.hours + windowDays * 24
        const whoDid = (list: readonly Act[], then: readonly { person: string; hours: number }[]) =>
          new Set(list.filter((one) => inside(one) && then.some((next) => after(one, next))).map(({ person }) => person))
        const rate = (part: number, whole: number) => (whole === 0 ? null : Math.round((part / whole) * 1e6) / 1e6)
        const nowHours = (Date.parse('2026-02-20T12:00:00+08:00') - start) / 3_600_000
        const all = { viewers: new Set<string>(), bought: new Set<string>(), open: new Set<string>(), notBought: new Set<string>() }
        for (const row of found.rows) {
          const own = sold.filter((line) => line.product === row.product)
          const paid = own.filter((line) => !line.back)
          expect(row.orders).toBe(paid.filter(inside).length)
          expect(row.buyers).toBe(new Set(paid.filter((line) => inside(line) && line.person !== '').map(({ person }) => person)).size)
          expect(Math.round(row.amount * 100)).toBe(paid.filter(inside).reduce((sum, { amount }) => sum + amount, 0))
          expect(Math.round(row.refunded * 100)).toBe(
            own.filter((line) => line.back && inside(line)).reduce((sum, { amount }) => sum + amount, 0),
          )
          const [views, carts] = [false, true].map((cart) => acts.filter((act) => act.product === row.product && act.cart === cart)) as [
            Act[],
            Act[],
          ]
          const viewers = new Set(views.filter(inside).map(({ person }) => person))
          const carted = new Set(carts.filter(inside).map(({ person }) => person)).size
          const bought = whoDid(views, paid)
          const lately = views.filter((one) => inside(one) && one.hours + windowDays * 24 > nowHours).map(({ person }) => person)
          const open = new Set(lately).difference(bought)
          expect(row).toMatchObject({ viewers: viewers.size, views: views.filter(inside).length, carted, open: open.size })
          expect([row.viewToCart, row.viewToOrder, row.cartToOrder]).toEqual([
            rate(whoDid(views, carts).size, viewers.size),
            rate(bought.size, viewers.size),
            rate(whoDid(carts, paid).size, carted),
          ])
          all.viewers = all.viewers.union(viewers)
          all.bought = all.bought.union(bought)
          all.open = all.open.union(open)
          all.notBought = all.notBought.union(viewers.difference(bought))
        }
        const { viewers, bought, open, notBought } = all
        expect(found.totals).toMatchObject({ viewers: viewers.size, viewToOrder: rate(bought.size, viewers.size), open: open.size })
        expect((await ask({ windowDays, persons: { of: 'viewed_not_bought' } })).persons).toEqual([...notBought].toSorted())
      },
    ),
    { numRuns: runs(12) },
  )
})
