import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { loadWorld, type World } from '../testing.ts'
import { dayText } from '../testing-orders.ts'
import type { ClvResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

type Line = { product: 'tea' | 'cup' | 'pot'; paid: number; back: number }
type Order = { id: number; person: string; day: number; lines: Line[]; hasLines: boolean }

const line = fc.record({
  product: fc.constantFrom('tea' as const, 'cup' as const, 'pot' as const),
  paid: fc.constantFrom(0, 100, 2500, 9900),
  back: fc.constantFrom(0, 0, 50, 100),
})
const orders: fc.Arbitrary<Order[]> = fc
  .array(
    fc.record({
      person: fc.constantFrom('a', 'b', 'c', 'd'),
      day: fc.nat(80),
      lines: fc.array(line, { minLength: 1, maxLength: 3 }),
      hasLines: fc.boolean(),
    }),
    { minLength: 4, maxLength: 24 },
  )
  .map((list) => list.map((one, i) => ({ ...one, id: i + 1 })))

const sum = (list: readonly Line[], value: (one: Line) => number) => list.reduce((total, one) => total + value(one), 0)
const productsOf = ({ lines }: Order) => [...new Set(lines.map(({ product }) => product))]

const worldOf = (list: readonly Order[]): World => ({
  events: list.flatMap((order) => {
    const of = (event: string, amount: number) => ({
      person: order.person,
      event,
      timestamp: `${dayText(order.day)}T12:00:00+08:00`,
      properties: { order: order.id, amount, currency: 'CNY', ...(event === 'order.paid' ? { products: productsOf(order) } : {}) },
    })
    const back = sum(order.lines, (one) => one.back)
    return [
      of(
        'order.paid',
        sum(order.lines, ({ paid }) => paid),
      ),
      ...(back > 0 ? [of('order.refunded', back)] : []),
    ]
  }),
})

const mirrorOf = (tenant: number, list: readonly Order[]) =>
  list
    .filter(({ hasLines }) => hasLines)
    .flatMap(({ id, day, lines }) =>
      lines.flatMap(({ product, paid, back }, i) => {
        const row = {
          tenant,
          ord: id,
          at: Date.parse(`${dayText(day)}T12:00:00+08:00`),
          product,
          quantity: '1',
          currency: 'CNY',
          version: 1,
        }
        const own = { ...row, kind: 'paid', document: id, line: i + 1, amount: paid }
        return back > 0 ? [own, { ...row, kind: 'refunded', document: id, line: i + 1, amount: back }] : [own]
      }),
    )

/** What each buyer of the line bought of it, order by order; null where nobody can know. */
function buyersByHand(list: readonly Order[], products: readonly string[], isNet: boolean) {
  const isOwn = ({ product }: Line) => products.includes(product)
  const worthOf = ({ hasLines, lines }: Order): number | null => {
    const own = hasLines ? lines.filter(isOwn) : lines
    return hasLines || lines.every(isOwn) ? sum(own, ({ paid, back }) => paid - (isNet ? back : 0)) : null
  }
  const chosen = list.filter(({ lines }) => lines.some(isOwn))
  return [...Map.groupBy(chosen, ({ person }) => person)].map(([person, own]) => {
    const days = [...new Set(own.map(({ day }) => day))].sort((a, b) => a - b)
    const repeats = own.filter(({ day }) => day > (days[0] ?? 0)).map(worthOf)
    const isUnknown = repeats.includes(null)
    const spent = isUnknown ? 0 : repeats.reduce<number>((total, one) => total + (one ?? 0), 0)
    const frequency = days.length - 1
    return { person, frequency, isUnknown, meanValue: frequency > 0 && spent > 0 ? spent / 100 / frequency : null }
  })
}

test('a product line is worth what its own lines are, order by order on random worlds', async () => {
  await fc.assert(
    fc.asyncProperty(orders, fc.subarray(['tea', 'cup', 'pot'], { minLength: 1 }), fc.boolean(), async (list, products, isNet) => {
      const ctx = await workspace.newTenant()
      const ask = ctx.clickhouse.ask
      ctx.clickhouse.ask = async (q) => {
        try {
          return await ask(q)
        } catch (e) {
          console.log(q.sql, JSON.stringify(q.params))
          throw e
        }
      }
      const world = await loadWorld(ctx, worldOf(list))
      await ctx.clickhouse.insert('order_lines', mirrorOf(ctx.tenantId, list))
      const report = { type: 'clv', calibrationEnd: '2026-04-01', horizon: 4, products, rows: true, minRepeatShare: 0 }
      const found = await world.run<ClvResult>({ ...report, amount: isNet ? 'net' : 'gross' })
      const wanted = buyersByHand(list, products, isNet)
      expect(found.customers).toBe(wanted.length)
      expect(found.unpriced).toBe(wanted.filter(({ isUnknown }) => isUnknown).length)
      if (found.refused) return
      for (const { person, frequency, meanValue } of wanted)
        expect(found.rows?.find((row) => row.person === person)).toMatchObject({ frequency, meanValue })
    }),
    { numRuns: runs(12) },
  )
})
