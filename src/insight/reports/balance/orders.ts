import { dayRange } from '#platform/time.ts'
import { isFriendSql, scanArrivals } from '../arrivals.ts'
import { scanOrders } from '../orders.ts'
import type { Scope } from '../scope.ts'
import type { Bindings } from '../sql.ts'
import type { BalanceReport } from './schema.ts'

/** Orders with the friendships of their buyers: who, ord, at, ms, paid, refunded, shop, nth, ties, isPrivate (a friend when they paid). */
export function ordersSql(bind: Bindings, scope: Scope, report: BalanceReport, span: { from?: Date; to?: Date }): string {
  const { tenantId, among, where } = scope.scan(report)
  return `(select o.who as who, o.ord as ord, o.at as at, o.ms as ms, o.paid as paid, o.refunded as refunded, o.currency as currency, o.shop as shop, o.nth as nth, f.ties as ties,
      ${isFriendSql('f.ties', 'o.ms')} as isPrivate
    from ${scanOrders(bind, { tenantId, among, where, currency: report.currency, ...span })} as o
    left any join ${scanArrivals(bind, { tenantId, among })} as f on o.who = f.who)`
}

export const datesOf = (scope: Scope, report: BalanceReport) => dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
