import { parseDay } from '#platform/time.ts'
import { scanLines } from '../order-lines.ts'
import { scanOrders } from '../orders.ts'
import type { Scope } from '../scope.ts'
import type { Bindings } from '../sql.ts'
import type { ClvReport } from './schema.ts'

/**
 * The purchases the report looks at until `to`: who, at, amount (minor units), isUnknown, currency. Of a product line these are the
 * orders that hold one of its products, at what was paid (and, net, given back) for its own lines. An order that came without
 * lines, as programs send them, counts whole where it names nothing else; else what its line was worth is not known.
 */
export function purchasesSql(bind: Bindings, scope: Scope, report: ClvReport, to: Date): string {
  const from = report.dateFrom && parseDay(report.dateFrom, scope.calendar.timezone, 'dateFrom').toJSDate()
  const orders = scanOrders(bind, { ...scope.scan(report), ...(from ? { from } : {}), to, currency: report.currency })
  const isNet = report.amount === 'net'
  const whole = isNet ? 'paid - refunded' : 'paid'
  if (!report.products) return `(select who, at, ${whole} as amount, 0 as isUnknown, currency from ${orders})`
  const line = bind.texts(report.products)
  const lines = `select toString(ord) as ord, 1 as isKnown, countIf(kind = 'paid' and isOwn) > 0 as holds,
      sumIf(amount, kind = 'paid' and isOwn) ${isNet ? "- sumIf(amount, kind = 'refunded' and isOwn)" : ''} as own
    from (select ord, kind, amount, has(${line}, product) as isOwn from ${scanLines(bind, { tenantId: scope.ctx.tenantId })} where ord != 0)
    group by ord having countIf(kind = 'paid') > 0`
  return `(select o.who as who, o.at as at, o.currency as currency, l.isKnown = 0 and not hasAll(${line}, o.products) as isUnknown,
      multiIf(l.isKnown = 1, l.own, isUnknown, 0, o.${whole.replace('refunded', 'o.refunded')}) as amount
    from ${orders} as o left any join (${lines}) as l on o.ord = l.ord
    where if(l.isKnown = 1, l.holds, hasAny(o.products, ${line})))`
}
