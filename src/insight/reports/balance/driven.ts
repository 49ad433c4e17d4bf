import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, scanEvents } from '../sql.ts'
import { datesOf, ordersSql } from './orders.ts'
import type { BalanceReport, BalanceResult } from './schema.ts'

/** What reaches somebody in the private domain, or what they do there; told by the features, the archive, or the events API. */
export const privateTouches = [
  'message.sent',
  'employee_message.sent',
  'message.received',
  'welcome.sent',
  'group_message.sent',
  'material.opened',
  'link.opened',
  'live_code.viewed',
  'acquisition_link.opened',
  'coupon.used',
]

/** Orders of shops, and which of them came within the days after a private touch of their buyer. */
export async function countDriven(scope: Scope, report: BalanceReport, currency: string): Promise<BalanceResult['driven']> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ shop: z.string(), orders: z.number(), driven: z.number(), amount: z.number(), drivenAmount: z.number() }),
    sql: `select shop, count() as orders, countIf(isDriven) as driven, sum(net) as amount, sumIf(net, isDriven) as drivenAmount
      from ${drivenSql(bind, scope, report)} group by shop order by orders desc, shop`,
  })
  const money = (minor: number) => majorNumber(minor, currency)
  return rows.map(({ amount, drivenAmount, ...row }) => ({ ...row, amount: money(amount), drivenAmount: money(drivenAmount) }))
}

/** One row an order of a shop: who, shop, net, isDriven. */
export function drivenSql(bind: Bindings, scope: Scope, report: BalanceReport): string {
  const dates = datesOf(scope, report)
  const { tenantId, among } = scope.scan(report)
  const touches = `(select who, ms from ${scanEvents(bind, { tenantId, among, names: privateTouches, to: dates.to })}
    where who != 0 and properties['byEmployee'] != 'true')`
  return `(select o.who as who, o.shop as shop, o.paid - o.refunded as net, t.ms != 0 and t.ms >= o.ms - ${bind.integer(report.touchDays * 86_400_000)} as isDriven
    from (select * from ${ordersSql(bind, scope, report, dates)} where shop != '') as o asof left join ${touches} as t on o.who = t.who and o.ms > t.ms)`
}
