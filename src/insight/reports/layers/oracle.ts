import { DateTime } from 'luxon'
import type { TestEvent } from '../testing.ts'
import type { Bound, LayerKey, LayerRules, Rule } from './rules.ts'

type Facts = Record<Bound['fact'], number | undefined> & { lapsed: boolean; overdue: boolean }
export type Layered = {
  person: string
  layer: LayerKey
  health: 'ordinary' | 'loyal' | 'at_risk'
  reasons: string[]
  orders: number
  amount: number
}

/** Layers of a small world, person by person and event by event. */
export function layersOf(events: readonly TestEvent[], rules: LayerRules, asOf: string, zone: string): Layered[] {
  const names = [...new Set(events.map(({ person }) => person))].sort()
  return names.flatMap((person) => {
    const own = events.filter((one) => one.person === person).map((one) => ({ ...one, day: dayIn(one.timestamp, zone) }))
    const counted = own.filter(({ day, event }) => day <= asOf && (!others.has(event) || kept.has(event)))
    const known = counted.filter(({ event, day }) => kept.has(event) || apart(day, asOf) < 90)
    if (known.length === 0) return []
    const facts = factsOf(known, asOf)
    const layer = (['fan', 'member', 'ordinary'] as const).find((key) => meets(rules[key], facts)) ?? 'base'
    return [{ person, layer, orders: facts.orders ?? 0, amount: facts.amount ?? 0, ...healthOf(facts, rules) }]
  })
}

const kept = new Set([
  'order.paid',
  'order.refunded',
  'customer.followed',
  'customer.unfollowed',
  'group.joined',
  'group.left',
  'customer.referred',
])
const others = new Set(['order.refunded', 'customer.followed', 'customer.unfollowed', 'group.left', 'customer.tagged'])

const dayIn = (timestamp: string, zone: string): string => DateTime.fromISO(timestamp, { zone }).toISODate() ?? ''
const apart = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

function factsOf(known: readonly (TestEvent & { day: string })[], asOf: string): Facts {
  const of = (name: string) => known.filter(({ event }) => event === name)
  const acts = known.filter(({ event, day }) => !others.has(event) && apart(day, asOf) < 90)
  const amount = (name: string) => of(name).reduce((sum, { properties }) => sum + Number(properties?.amount), 0)
  const since = (list: readonly { day: string }[]) => (list.length === 0 ? undefined : Math.min(...list.map(({ day }) => apart(day, asOf))))
  const orders = of('order.paid')
  const days = orders.map(({ day }) => day).sort()
  const span = orders.length === 0 ? 0 : apart(days[0] ?? '', days.at(-1) ?? '')
  const friends = Math.max(0, of('customer.followed').length - of('customer.unfollowed').length)
  return {
    friends,
    groups: Math.max(0, of('group.joined').length - of('group.left').length),
    orders: orders.length,
    amount: (amount('order.paid') - amount('order.refunded')) / 100,
    daysSinceOrder: since(orders),
    activeDays30: new Set(acts.filter(({ day }) => apart(day, asOf) < 30).map(({ day }) => day)).size,
    activeDays90: new Set(acts.map(({ day }) => day)).size,
    daysSinceAct: since(acts),
    referrals: of('customer.referred').length,
    lapsed: of('customer.unfollowed').length > 0 && friends === 0,
    overdue: orders.length > 0 && (since(orders) ?? 0) > (span === 0 ? 180 : (2 * span) / (orders.length - 1)),
  }
}

const meets = (rule: Rule, facts: Facts): boolean =>
  rule.some((all) =>
    all.every(({ fact, op, value }) => {
      const known = facts[fact]
      return known !== undefined && (op === 'gte' ? known >= value : known <= value)
    }),
  )

function healthOf(facts: Facts, { health }: LayerRules): Pick<Layered, 'health' | 'reasons'> {
  if ((facts.orders ?? 0) === 0) return { health: 'ordinary', reasons: [] }
  const long = (days: number | undefined) => days === undefined || days > health.silentDays
  const risks = [
    ...(facts.lapsed ? ['unfollowed'] : []),
    ...(facts.overdue ? ['overdue'] : []),
    ...(long(facts.daysSinceAct) && long(facts.daysSinceOrder) ? ['silent'] : []),
  ]
  const loyalties = [...((facts.orders ?? 0) >= health.loyalOrders ? ['orders'] : []), ...((facts.referrals ?? 0) > 0 ? ['referral'] : [])]
  if (risks.length > 0) return { health: 'at_risk', reasons: risks }
  return { health: loyalties.length > 0 ? 'loyal' : 'ordinary', reasons: loyalties }
}
