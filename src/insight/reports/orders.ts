import { z } from 'zod'
import { asksPersons } from '#platform/events/where.ts'
import { tradeNames } from '../stores/trails.ts'
import { onlyCurrency } from './money.ts'
import { momentsOfTrails, trailsFor } from './route.ts'
import type { Scope } from './scope.ts'
import { type Bindings, bindings, conditionSql, type Scan, scanEvents } from './sql.ts'

/** What a report of trade says about its orders: `where` looks at the payment, `currency` chooses one of several. */
export type TradeScan = Scan & { currency?: string | undefined }

const itemsSql = "toDecimal128OrZero(properties['items'], 6)"

/**
 * Every payment, correction and refund as a row of its own, at its own time: who, at, ms, name, ord, amount (minor units), items,
 * currency, region, channel, employee, shop, products, refund, refundType, orderless. `where` looks at each of them by itself.
 */
export const scanTrade = (bind: Bindings, scan: TradeScan): string =>
  `(select who, at, ms, name, ord, amount, ${itemsSql} as items, currency,
    properties['region'] as region, channel, properties['employeeName'] as employee, ${shopSql} as shop,
    ${productsSql} as products, properties['refundNo'] as refund, properties['type'] as refundType, properties['order'] = '' as orderless
  from ${scanEvents(bind, { ...scan, names: tradeNames })} as e ${currencySql(bind, scan)})`

/**
 * What known people paid, corrected and gave back, summed as far as a store holds it: who, name, currency, last (the millisecond of
 * the last), times, amount (minor units). Somebody has as many rows as it takes.
 */
export function scanSpending(bind: Bindings, scope: Scope, { currency, known: _, ...scan }: TradeScan): string {
  const trails = trailsFor(scope, { ...scan, names: tradeNames }, [])
  if (!trails)
    return `(select who, name, currency, ms as last, toUInt64(1) as times, amount from ${scanTrade(bind, { ...scan, currency, known: true })})`
  scope.answeredBy('trails')
  const wanted = currency === undefined ? '' : `where currency = ${bind.text(currency)}`
  return `(select who, name, currency, moments[-1] as last, length(moments) as times, arraySum(amounts) as amount
    from ${momentsOfTrails(bind, { ...trails, amounts: true })} ${wanted})`
}

const shopSql = "if(properties['shopName'] != '', properties['shopName'], if(properties['shop'] in ('', '0'), '', properties['shop']))"
const productsSql = "JSONExtract(properties['products'], 'Array(String)')"

const currencySql = (bind: Bindings, { currency }: TradeScan): string =>
  currency === undefined ? '' : `where e.currency = ${bind.text(currency)}`

/**
 * One row for each paid order, at its time of payment: who, ord, at, ms, paid (with later corrections), refunded (whenever it was),
 * items, currency, region, channel, employee, shop, products, and nth: which of the person's orders with an amount it is, over all
 * time and whatever `where` says (0 for an order at price zero). `from`, `to` and `where` choose payments; their corrections and
 * refunds follow them. Nobody known is who = 0.
 */
export function scanOrders(bind: Bindings, { from, to, where, ...scan }: TradeScan): string {
  const within = [
    ...(from ? [`at >= fromUnixTimestamp64Milli(${bind.integer(from.getTime())}, 'UTC')`] : []),
    ...(to ? [`at < fromUnixTimestamp64Milli(${bind.integer(to.getTime())}, 'UTC')`] : []),
    ...(where ? ['chosen = 1'] : []),
  ]
  const one = (sql: string) => `anyIf(${sql}, name = 'order.paid')`
  const chosen = where ? `maxIf(${conditionSql(bind, where)}, name = 'order.paid')` : '1'
  const persons = scan.persons === true || (where !== undefined && asksPersons(where))
  const orders = `select ${one('e.who')} as who, e.ord as ord, ${one('e.at')} as at, ${one('e.ms')} as ms,
      sumIf(e.amount, name != 'order.refunded') as paid, sumIf(e.amount, name = 'order.refunded') as refunded,
      ${one(itemsSql)} as items, ${one('e.currency')} as currency, ${one("properties['region']")} as region,
      ${one('e.channel')} as channel, ${one("properties['employeeName']")} as employee, ${one(shopSql)} as shop,
      ${one(productsSql)} as products, ${chosen} as chosen
    from ${scanEvents(bind, { ...scan, names: tradeNames, persons })} as e ${currencySql(bind, scan)}
    group by ord having countIf(name = 'order.paid') > 0`
  const counted = `select *, if(paid > 0, toUInt32(sum(paid > 0) over (partition by who order by ms, ord rows unbounded preceding)), 0) as nth from (${orders})`
  return `(select * from (${counted}) ${within.length > 0 ? `where ${within.join(' and ')}` : ''})`
}

/**
 * The currencies of some orders, as `find` reads them; where the company was only ever paid in one, nobody's orders need be looked at,
 * and that one is told of no orders too.
 */
export async function currenciesOf(scope: Scope, find: () => Promise<string[]>): Promise<string[]> {
  const ever = await distinctCurrencies(scope, (bind) => `paid_currencies where tenant = ${bind.integer(scope.ctx.tenantId)}`)
  return ever.length > 1 ? find() : ever
}

export const isTrade = (event: string): boolean => tradeNames.some((name) => name === event)

/** Of the column currency of a subquery. */
export async function distinctCurrencies(scope: Scope, source: (bind: Bindings) => string): Promise<string[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ currency: z.string() }),
    sql: `select distinct currency from ${source(bind)}`,
  })
  return rows.map(({ currency }) => currency)
}

/** The one currency of what was found, else the one asked for, else the tenant's; amounts of two have no sum. */
export const tradeCurrency = (scope: Scope, report: { currency?: string | undefined }, found: readonly string[]): string =>
  onlyCurrency(found, 'currency') ?? report.currency ?? scope.currency
