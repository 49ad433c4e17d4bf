import Big from 'big.js'
import { sql } from 'kysely'
import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { scanOrders, scanTrade } from '../orders.ts'
import { pageEvents } from '../page-name.ts'
import type { Scope } from '../scope.ts'
import { bindings, scanEvents } from '../sql.ts'
import type { Span } from './query.ts'
import type { TradeTotals } from './schema.ts'

const Orders = z.object({
  orders: z.int(),
  freeOrders: z.int(),
  anonymousOrders: z.int(),
  items: z.number(),
  buyers: z.int(),
  newBuyers: z.int(),
  twice: z.int(),
  paid: z.int(),
  newPaid: z.int(),
  oldPaid: z.int(),
  currencies: z.array(z.string()),
})

const Refunds = z.object({
  refunded: z.int(),
  exchanged: z.int(),
  refundedOrders: z.int(),
  exchangedOrders: z.int(),
  currencies: z.array(z.string()),
})

/** Sums in minor units, with the currencies found; `present` says them in the one currency there is. */
export async function readTotals(scope: Scope, span: Span) {
  const [orders, refunds, existing, visitors] = await Promise.all([
    readOrders(scope, span),
    readRefunds(scope, span),
    countExisting(scope, span),
    countVisitors(scope, span),
  ])
  return {
    currencies: [...orders.currencies, ...refunds.currencies],
    present: (currency: string): TradeTotals => presentTotals({ ...orders, ...refunds, existing, visitors }, currency),
  }
}

/** Buyer by buyer first, because who is new is new with every order of the dates. */
async function readOrders(scope: Scope, { scan }: Span): Promise<z.infer<typeof Orders>> {
  const bind = bindings()
  const [row] = await scope.ask({
    params: bind.params,
    row: Orders,
    sql: `select sum(number) as orders, sum(free) as freeOrders, sumIf(number, who = 0) as anonymousOrders, toFloat64(sum(pieces)) as items,
        countIf(who != 0 and number > 0) as buyers, countIf(who != 0 and isNew) as newBuyers, countIf(who != 0 and number > 1) as twice,
        sum(amount) as paid, sumIf(amount, who != 0 and isNew) as newPaid, sumIf(amount, who != 0 and not isNew) as oldPaid,
        arrayDistinct(arrayFlatten(groupArray(coins))) as currencies
      from (select who, countIf(paid > 0) as number, countIf(paid <= 0) as free, sum(paid) as amount, sumIf(items, paid > 0) as pieces,
          countIf(nth = 1) > 0 as isNew, groupUniqArray(10)(currency) as coins
        from ${scanOrders(bind, scan)} group by who)`,
  })
  return row ?? { ...emptyOrders }
}

const emptyOrders = Object.fromEntries(Object.keys(Orders.shape).map((key) => [key, key === 'currencies' ? [] : 0])) as unknown as z.infer<
  typeof Orders
>

async function readRefunds(scope: Scope, { scan }: Span): Promise<z.infer<typeof Refunds>> {
  const bind = bindings()
  const [row] = await scope.ask({
    params: bind.params,
    row: Refunds,
    sql: `select sum(amount) as refunded, sumIf(amount, refundType = 'exchange') as exchanged,
        uniqExact(${whichOrder}) as refundedOrders, uniqExactIf(${whichOrder}, refundType = 'exchange') as exchangedOrders,
        groupUniqArray(10)(currency) as currencies
      from ${scanTrade(bind, scan)} where name = 'order.refunded'`,
  })
  return row ?? { refunded: 0, exchanged: 0, refundedOrders: 0, exchangedOrders: 0, currencies: [] }
}

/** A credit note that names no order stands for one of its own, however many pieces it came in. */
const whichOrder = "if(orderless and refund != '', concat('r', refund), ord)"

/** From PostgreSQL, which alone knows who followed whom at a moment. */
async function countExisting({ ctx, ...scope }: Scope, { scan: { to } }: Span): Promise<number> {
  const { among } = scope.scan({})
  const { rows } = await sql<{ existing: number }>`
    select count(distinct canonical_id)::int as existing from follows
    where tenant_id = ${ctx.tenantId} and added_at < ${to} and (ended_at is null or ended_at >= ${to})
      and (${among === undefined} or canonical_id = any(${among ?? []}::int[]))`.execute(ctx.db)
  return rows[0]?.existing ?? 0
}

async function countVisitors(scope: Scope, { scan: { from, to } }: Span): Promise<number> {
  const bind = bindings()
  const [row] = await scope.ask({
    params: bind.params,
    row: z.object({ visitors: z.int() }),
    sql: `select uniqExactIf(who, who != 0) as visitors from ${scanEvents(bind, { ...scope.scan({}), from, to, names: pageEvents })}`,
  })
  return row?.visitors ?? 0
}

type Sums = z.infer<typeof Orders> & z.infer<typeof Refunds> & { existing: number; visitors: number }

function presentTotals(sums: Sums, currency: string): TradeTotals {
  const major = (minor: number) => majorNumber(minor, currency)
  const each = (minor: number, by: number) => (by === 0 ? null : major(Math.round(minor / by)))
  return {
    paid: major(sums.paid),
    refunded: major(sums.refunded),
    net: major(sums.paid - sums.refunded),
    orders: sums.orders,
    freeOrders: sums.freeOrders,
    anonymousOrders: sums.anonymousOrders,
    items: sums.items,
    buyers: sums.buyers,
    newBuyers: sums.newBuyers,
    oldBuyers: sums.buyers - sums.newBuyers,
    newPaid: major(sums.newPaid),
    oldPaid: major(sums.oldPaid),
    // Of known buyers only: what nobody known paid is nobody's average.
    aov: each(sums.newPaid + sums.oldPaid, sums.buyers),
    orderValue: each(sums.paid, sums.orders),
    upt: ratio(sums.items, sums.orders),
    refundedOrders: sums.refundedOrders,
    exchangedOrders: sums.exchangedOrders,
    refundRate: ratio(sums.refunded, sums.paid),
    refundOrderRate: ratio(sums.refundedOrders, sums.orders),
    exchangeRate: ratio(sums.exchanged, sums.paid),
    exchangeOrderRate: ratio(sums.exchangedOrders, sums.orders),
    repurchaseRate: ratio(sums.twice, sums.buyers),
    existing: sums.existing,
    visitors: sums.visitors,
    buyersPerExisting: ratio(sums.buyers, sums.existing),
    buyersPerVisitor: ratio(sums.buyers, sums.visitors),
  }
}

/** Six digits are enough for a share; nothing divided by nothing is no number. */
export const ratio = (part: number, whole: number): number | null =>
  whole === 0 ? null : Number(new Big(part).div(whole).round(6).toString())
