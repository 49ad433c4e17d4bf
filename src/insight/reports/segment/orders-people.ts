import Big from 'big.js'
import { minorFactor } from '../money.ts'
import { scanTrade } from '../orders.ts'
import { type Bindings, bindings } from '../sql.ts'
import { type Asking, peopleOf } from './asking.ts'
import { complement, type People } from './bits.ts'
import { type Compare, compareSql, countSql, meets } from './compare.ts'
import type { OrdersFact } from './node.ts'

/** Who ordered so often, for so much, so lately. Whoever never did has a count and an amount of 0, and no last day. */
export async function ordersPeople(asking: Asking, fact: OrdersFact): Promise<People> {
  const bind = bindings()
  const holdsForNone =
    !fact.average &&
    !fact.lastDaysAgo &&
    !fact.firstDaysAgo &&
    (!fact.count || meets(0, fact.count)) &&
    (!fact.amount || meets(0, fact.amount))
  const conditions = orderConditions(bind, asking, fact)
  const found = await peopleOf(
    asking,
    bind,
    `select who from ${ordersSql(bind, asking, fact)} where who != 0 group by who having ${holdsForNone ? `not (${conditions})` : conditions}`,
  )
  return holdsForNone ? complement(found) : found
}

/**
 * A row for each paid order with what corrections and refunds up to the moment left of it, and one for each refund that names no
 * order. A refund by product names its order, so the others are out where products are asked for.
 */
export function ordersSql(
  bind: Bindings,
  { ctx, moment, few }: Asking,
  { from, to, currency, products }: Pick<OrdersFact, 'from' | 'to' | 'currency' | 'products'>,
): string {
  const scan = scanTrade(bind, {
    tenantId: ctx.tenantId,
    to: new Date(moment.at.getTime() + 1),
    currency,
    ...(few ? { originals: few.originals } : {}),
  })
  const paid = "name = 'order.paid'"
  const where = [
    `ms <= ${bind.integer(to)}`,
    ...(from === undefined ? [] : [`ms >= ${bind.integer(from)}`]),
    ...(products ? [`hasAny(bought, ${bind.texts(products)})`] : []),
  ]
  return `(select * from (
    select if(countIf(${paid}) > 0, anyIf(t.who, ${paid}), any(t.who)) as who, if(countIf(${paid}) > 0, anyIf(t.ms, ${paid}), any(t.ms)) as ms,
      sum(if(name = 'order.refunded', -t.amount, t.amount)) as net, anyIf(t.products, ${paid}) as bought, countIf(${paid}) > 0 as isOrder
    from ${scan} as t group by ord having isOrder or max(orderless) = 1
  ) where ${where.join(' and ')})`
}

function orderConditions(bind: Bindings, { moment }: Asking, fact: OrdersFact): string {
  const factor = minorFactor(fact.currency)
  const daysAgo = (which: 'max' | 'min') =>
    `dateDiff('day', toDate(fromUnixTimestamp64Milli(${which}If(ms, isOrder)), ${bind.text(moment.zone)}), toDate(${bind.text(moment.today)}))`
  const someOrder = 'countIf(isOrder) > 0'
  const parts = [
    ...(fact.count ? [countSql(bind, 'countIf(isOrder)', fact.count)] : []),
    ...(fact.amount ? [compareSql(bind, 'sum(net)', fact.amount, factor)] : []),
    ...(fact.average ? [someOrder, ...averageSql(bind, fact.average, factor)] : []),
    ...(fact.lastDaysAgo ? [someOrder, countSql(bind, daysAgo('max'), fact.lastDaysAgo)] : []),
    ...(fact.firstDaysAgo ? [someOrder, countSql(bind, daysAgo('min'), fact.firstDaysAgo)] : []),
  ]
  return parts.join(' and ')
}

const averageSigns = { eq: '=', ne: '!=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/** The sum against so many times the bound: a third of an amount is no decimal. */
const averageSql = (bind: Bindings, asked: Compare, factor: number): string[] =>
  Object.entries(asked).map(
    ([sign, bound]) =>
      `toDecimal256(sum(net), 20) ${averageSigns[sign as keyof Compare]} toDecimal256(${bind.text(new Big(bound ?? 0).times(factor).toFixed())}, 20) * countIf(isOrder)`,
  )
