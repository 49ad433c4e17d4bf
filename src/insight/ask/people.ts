import { employeeRules, nameRules, valueRules } from './bounds.ts'
import { isCount, isDated, ruleOf } from './conditions.ts'
import type { Document } from './parts.ts'
import type { Taking } from './taking.ts'

/** Who meets all that is said: conditions, what the company named, and what happened in the days. */
export function peopleReport(taking: Taking): Document | undefined {
  taking.one('who')
  taking.all('people')
  taking.one('counting')
  const rules = [...silent(taking), ...dated(taking), ...nameRules(taking), ...employeeRules(taking), ...valueRules(taking)]
  return rules.length === 0 ? undefined : { type: 'segment', rule: { and: rules }, persons: false }
}

function silent(taking: Taking): object[] {
  const { silentDays } = taking
  if (!taking.one('metric', ({ metric }) => metric.key === 'silent_customers')) return []
  taking.assume(
    `沉默：还是好友，${silentDays} 天或更久没有自己的行为`,
    `silent: still friends, with no act of their own for ${silentDays} days or more`,
  )
  return [{ follow: {} }, { attribute: { property: 'activeAt', op: 'days_ago', value: { gte: silentDays } } }]
}

/** Orders and events lie in the days that are said, and everything said of one order holds for the same one. */
function dated(taking: Taking): object[] {
  const products = taking.all('name', ({ of }) => of === 'product').map(({ id }) => id)
  const events = taking.all('event').filter(({ event }) => products.length === 0 || event !== 'order.paid')
  const rules = taking.all('rule').map(({ rule }) => rule)
  const turned = taking.all('without').map(({ of }) => of)
  const counted = rules.flatMap(({ orders }) => (isCount(orders) ? [orders] : []))
  const others = rules.filter(({ orders }) => !isCount(orders))
  const hasDays = events.length + products.length + counted.length > 0 || turned.some(isDated)
  const dates = hasDays ? taking.one('dates') : undefined
  const within = dates && { within: { dateFrom: dates.dateFrom, dateTo: dates.dateTo } }
  const ofProducts = products.length > 0 && { products }
  const orders = counted.length > 0 ? counted : ofProducts ? [{ count: { gte: 1 } }] : []
  return [
    ...events.map(({ event }) => ({ event: { event, ...within } })),
    ...orders.map((one) => ({ orders: { ...one, ...ofProducts, ...within } })),
    ...others,
    ...turned.map((one) => ({ not: ruleOf(one, within) })),
  ]
}
