import Big from 'big.js'
import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { scanOrders, scanTrade } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import type { Span } from './query.ts'
import type { TradeDimension, TradeResult } from './schema.ts'

/** Which band an order's amount lies in: band n begins with bound n − 1, the first with nothing. */
export const bandSql = (bind: Bindings, bounds: readonly number[], factor: number): string =>
  bounds.map((bound) => `(paid >= ${bind.integer(Number(new Big(bound).times(factor).round(0, Big.roundUp)))})`).join(' + ')

export async function countBands(
  scope: Scope,
  { scan }: Span,
  bounds: readonly number[],
  factor: number,
  currency: string,
): Promise<TradeResult['bands']> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ band: z.int(), orders: z.int(), buyers: z.int(), amount: z.int() }),
    sql: `select toUInt32(${bandSql(bind, bounds, factor)}) as band, count() as orders, uniqExactIf(who, who != 0) as buyers, sum(paid) as amount
      from ${scanOrders(bind, scan)} where paid > 0 group by band`,
  })
  const found = new Map(rows.map((row) => [row.band, row]))
  return [0, ...bounds].map((from, i) => {
    const { orders = 0, buyers = 0, amount = 0 } = found.get(i) ?? {}
    return { from, to: bounds[i] ?? null, orders, buyers, paid: majorNumber(amount, currency) }
  })
}

/** Buyers with one, two, three, four, and five or more orders. */
export async function countPurchases(scope: Scope, { scan }: Span): Promise<TradeResult['purchaseCounts']> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ orders: z.int(), buyers: z.int() }),
    sql: `select least(number, 5) as orders, count() as buyers from (
        select who, count() as number from ${scanOrders(bind, scan)} where paid > 0 and who != 0 group by who) group by orders`,
  })
  const found = new Map(rows.map((row) => [row.orders, row.buyers]))
  return [1, 2, 3, 4, 5].map((orders) => ({ orders, buyers: found.get(orders) ?? 0 }))
}

type Divided = { value: string; orders: number; buyers: number; amount: number; refunded: number }

/** The values that brought most keep a row of their own. Orders without a value come under null. */
export async function countBreakdown(
  scope: Scope,
  { scan }: Span,
  by: TradeDimension,
  limit: number,
  currency: string,
): Promise<TradeResult['breakdowns'][number]> {
  const bind = bindings()
  // Who bought under several of the values beyond the limit is still one buyer of the rest.
  const top = `(select ${by} as top from ${scanOrders(bind, scan)} where paid > 0 group by top order by sum(paid) desc, top limit ${limit})`
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ value: z.string(), isTop: z.int(), orders: z.int(), buyers: z.int(), amount: z.int() }),
    sql: `select if(isTop, ${by}, '') as value, toUInt8(${by} in ${top}) as isTop, count() as orders, uniqExactIf(who, who != 0) as buyers, sum(paid) as amount
      from ${scanOrders(bind, scan)} where paid > 0 group by value, isTop order by isTop desc, amount desc, value`,
  })
  const back = await refundsBy(scope, { scan } as Span, by)
  const own = new Set(rows.filter(({ isTop }) => isTop === 1).map(({ value }) => value))
  const rest = [...back].reduce((sum, [value, amount]) => (own.has(value) ? sum : sum + amount), 0)
  const lines = rows.map((row) => ({ ...row, refunded: row.isTop === 1 ? (back.get(row.value) ?? 0) : rest }))
  // Money back under values that sold nothing in these days still belongs somewhere.
  if (rest !== 0 && !rows.some(({ isTop }) => isTop === 0))
    lines.push({ value: '', isTop: 0, orders: 0, buyers: 0, amount: 0, refunded: rest })
  return { by, rows: lines.map((line) => present(line, line.isTop === 0, currency)) }
}

async function refundsBy(scope: Scope, { scan }: Span, by: TradeDimension): Promise<Map<string, number>> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ value: z.string(), refunded: z.int() }),
    sql: `select ${by} as value, sum(amount) as refunded from ${scanTrade(bind, scan)} where name = 'order.refunded' group by value`,
  })
  return new Map(rows.map(({ value, refunded }) => [value, refunded]))
}

const present = ({ value, orders, buyers, amount, refunded }: Divided, other: boolean, currency: string) => ({
  value: other ? 'Other' : value || null,
  ...(other ? { other: true as const } : {}),
  orders,
  buyers,
  paid: majorNumber(amount, currency),
  refunded: majorNumber(refunded, currency),
})
