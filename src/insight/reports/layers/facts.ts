import { addDays, dayRange } from '#platform/time.ts'
import { referrals } from '../passing-on.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, scanEvents } from '../sql.ts'
import type { Bound, LayerRules, Rule } from './rules.ts'
import type { LayersReport } from './schema.ts'

const kept = [
  'order.paid',
  'order.amended',
  'order.refunded',
  'customer.followed',
  'customer.unfollowed',
  'group.joined',
  'group.left',
  ...referrals,
]

/**
 * What was known of each customer at the end of a day: orders and friendships since ever, own acts of the last 90 days. One row a
 * customer: who, the facts of rules.ts (amount in minor units), `lapsed` (a friend once, none now) and `overdue` (bought before, and
 * twice the own mean pause, or half a year after a single order, has passed).
 */
export function factsSql(bind: Bindings, scope: Scope, report: LayersReport, asOf: string, minorPerMajor: number): string {
  const { timezone } = scope.calendar
  const zone = bind.text(timezone)
  const { to } = dayRange(asOf, asOf, timezone)
  const recent = dayRange(addDays(asOf, -89), asOf, timezone).from
  const month = bind.integer(dayRange(addDays(asOf, -29), asOf, timezone).from.getTime())
  const scan = scope.scan(report)
  const facts = `select who, name, ms, toDate(at, ${zone}) as day, toInt64OrZero(properties['amount']) as amount, properties['currency'] as currency, 0 as act
    from ${scanEvents(bind, { ...scan, to, names: kept })}`
  const acts = `select who, '' as name, ms, toDate(at, ${zone}) as day, 0 as amount, '' as currency, 1 as act
    from ${scanEvents(bind, { ...scan, from: recent, to })} as e where not has(${bind.texts(scope.settings.notActs)}, e.name)`
  const money =
    report.currency === undefined
      ? ''
      : `and (name not in ('order.paid', 'order.amended', 'order.refunded') or currency = ${bind.text(report.currency)})`
  const asOfDay = `toDate(${bind.text(asOf)})`
  const since = (condition: string) => `if(countIf(${condition}) = 0, null, dateDiff('day', maxIf(day, ${condition}), ${asOfDay}))`
  return `(select who, greatest(countIf(name = 'customer.followed') - countIf(name = 'customer.unfollowed'), 0) as friends,
      greatest(countIf(name = 'group.joined') - countIf(name = 'group.left'), 0) as groups,
      countIf(name = 'order.paid') as orders,
      (sumIf(f.amount, name in ('order.paid', 'order.amended')) - sumIf(f.amount, name = 'order.refunded')) as spent, spent / ${Math.trunc(minorPerMajor)} as amount,
      ${since("name = 'order.paid'")} as daysSinceOrder,
      uniqExactIf(day, act = 1 and ms >= ${month}) as activeDays30, uniqExactIf(day, act = 1) as activeDays90, ${since('act = 1')} as daysSinceAct,
      countIf(has(${bind.texts(referrals)}, name)) as referrals,
      countIf(name = 'customer.unfollowed') > 0 and friends = 0 as lapsed,
      dateDiff('day', minIf(day, name = 'order.paid'), maxIf(day, name = 'order.paid')) as span,
      orders > 0 and daysSinceOrder > if(span = 0, 180, 2 * span / (orders - 1)) as overdue,
      groupUniqArrayIf(5)(currency, currency != '') as currencies
    from (${facts} union all ${acts}) as f where who != 0 ${money} group by who)`
}

/** Names of facts and operators are ours; values are parameters. */
const boundSql = (bind: Bindings, { fact, op, value }: Bound): string =>
  `ifNull(${fact} ${op === 'gte' ? '>=' : '<='} toFloat64(${bind.text(String(value))}), 0)`

const ruleSql = (bind: Bindings, rule: Rule): string =>
  `(${rule.map((all) => all.map((one) => boundSql(bind, one)).join(' and ')).join(' or ')})`

export const layerSql = (bind: Bindings, { fan, member, ordinary }: LayerRules): string =>
  `multiIf(${ruleSql(bind, fan)}, 'fan', ${ruleSql(bind, member)}, 'member', ${ruleSql(bind, ordinary)}, 'ordinary', 'base')`

/** Why a customer is at risk, or loyal, in the words of rules.ts; risk goes before loyalty. Only buyers can be either. */
export function reasonsSql(bind: Bindings, { health }: LayerRules): { risks: string; loyalties: string } {
  const silent = `ifNull(daysSinceAct > ${bind.integer(health.silentDays)}, 1) and ifNull(daysSinceOrder > ${bind.integer(health.silentDays)}, 1)`
  const pick = (pairs: [string, string][]) =>
    `if(orders = 0, [], arrayFilter(reason -> reason != '', [${pairs.map(([condition, reason]) => `if(${condition}, '${reason}', '')`).join(', ')}]))`
  return {
    risks: pick([
      ['lapsed', 'unfollowed'],
      ['overdue', 'overdue'],
      [silent, 'silent'],
    ]),
    loyalties: pick([
      [`orders >= ${bind.integer(health.loyalOrders)}`, 'orders'],
      ['referrals > 0', 'referral'],
    ]),
  }
}
