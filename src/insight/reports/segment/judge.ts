import Big from 'big.js'
import { conditionHolds, numberOf } from '#platform/events/where-holds.ts'
import { dayOf, daysBetween } from '#platform/time.ts'
import { minorFactor } from '../money.ts'
import { isMoney } from '../money-properties.ts'
import type { Matcher } from '../schema.ts'
import { attributeHolds } from './attribute.ts'
import { type Compare, meets } from './compare.ts'
import { judgeLatest } from './latest.ts'
import type { EventFact, Fact, FollowFact, GroupFact, Moment, OrdersFact, SequenceFact, Span, TagFact } from './node.ts'
import { ordersOf } from './orders-of.ts'
import { placeOf, seedOf } from './place.ts'
import { isInSlot } from './slot.ts'

export type KnownEvent = { name: string; id: string; ms: number; properties: Record<string, string> }
export type KnownFollow = {
  employee: number
  addedAt: number
  endedAt: number | null
  endedBy: string | null
  channel: number | null
  addWay: string | null
}
export type KnownStay = { group: number; joinedAt: number; leftAt: number | null }

/** Everything a rule can ask about one person. */
export type Person = {
  id: number
  attributes: Record<string, string>
  tags: readonly number[]
  follows: readonly KnownFollow[]
  stays: readonly KnownStay[]
  events: readonly KnownEvent[]
  /** What reports found about this person, by the leaf that asked them. */
  told?: ReadonlyMap<Fact, unknown>
}

/** What was found, and whether that is what the leaf asks for. */
export type Verdict = { holds: boolean; value: unknown }

/** One leaf about one person. The sets of `members.ts` are made by the databases; this is what they must agree with. */
export function judge(fact: Fact, person: Person, moment: Moment): Verdict {
  switch (fact.kind) {
    case 'attribute': {
      const value = person.attributes[fact.asked.property] ?? null
      return { holds: attributeHolds(fact.asked, value, moment.today), value }
    }
    case 'tag':
      return judgeTags(fact, person)
    case 'follow':
      return judgeFollows(fact, person, moment)
    case 'group':
      return judgeGroups(fact, person, moment)
    case 'event':
      return judgeEvents(fact, person, moment)
    case 'sequence':
      return judgeSequence(fact, person)
    case 'orders':
      return judgeOrders(fact, person, moment)
    case 'latest':
      return judgeLatest(fact, person.events)
    case 'random': {
      const value = placeOf(seedOf(fact.salt), person.id)
      return { holds: value >= fact.from && value < fact.to, value }
    }
    case 'people':
      return { holds: fact.ids.includes(person.id), value: person.told?.get(fact) ?? fact.ids.includes(person.id) }
  }
}

function judgeTags({ any, all, none }: TagFact, { tags }: Person): Verdict {
  const holds =
    (!any || any.some((tag) => tags.includes(tag))) &&
    (!all || all.every((tag) => tags.includes(tag))) &&
    !none?.some((tag) => tags.includes(tag))
  const asked = [...(any ?? []), ...(all ?? []), ...(none ?? [])]
  return { holds, value: { tags: [...new Set(asked)].filter((tag) => tags.includes(tag)) } }
}

function judgeFollows(fact: FollowFact, person: Person, moment: Moment): Verdict {
  const at = moment.at.getTime()
  const known = person.follows.filter((one) => one.addedAt <= at)
  const isLive = ({ endedAt }: KnownFollow) => endedAt === null || endedAt > at
  const mine = known.filter(({ employee }) => !fact.employees || fact.employees.includes(employee))
  const fitting = mine.filter(
    (one) =>
      (!fact.channels || fact.channels.includes(one.channel ?? 0)) &&
      (!fact.addWays || fact.addWays.includes(one.addWay ?? '')) &&
      (!fact.endedBy || (!isLive(one) && fact.endedBy.includes(one.endedBy ?? ''))) &&
      (!fact.days || meets(daysBefore(one.addedAt, moment), fact.days)),
  )
  const found = fact.state === 'ever' ? fitting : fitting.filter((one) => isLive(one) === (fact.state === 'live'))
  const holds = found.length > 0 && !(fact.state === 'ended' && mine.some(isLive))
  return { holds, value: { follows: mine.map((one) => ({ ...one, live: isLive(one) })) } }
}

function judgeGroups(fact: GroupFact, person: Person, moment: Moment): Verdict {
  const at = moment.at.getTime()
  const isMember = ({ leftAt }: KnownStay) => leftAt === null || leftAt > at
  const mine = person.stays.filter((one) => one.joinedAt <= at && (!fact.groups || fact.groups.includes(one.group)))
  const fitting = mine.filter((one) => !fact.days || meets(daysBefore(one.joinedAt, moment), fact.days))
  const found = fact.state === 'ever' ? fitting : fitting.filter((one) => isMember(one) === (fact.state === 'member'))
  const holds = found.length > 0 && !(fact.state === 'left' && mine.some(isMember))
  return { holds, value: { groups: mine.map((one) => ({ ...one, member: isMember(one) })) } }
}

const daysBefore = (ms: number, { zone, today }: Moment): number => daysBetween(dayOf(new Date(ms), zone), today)

const isWithin = (ms: number, { from, to }: Span): boolean => ms <= to && (from === undefined || ms >= from)

const fits = (event: KnownEvent, matcher: Matcher, person: Person): boolean =>
  (matcher.event === '*' || matcher.event === event.name) &&
  (!matcher.where || conditionHolds(matcher.where, event.properties, person.attributes))

function judgeEvents(fact: EventFact, person: Person, moment: Moment): Verdict {
  const found = person.events.filter(
    (one) =>
      isWithin(one.ms, fact) &&
      fits(one, { event: fact.event, where: fact.where }, person) &&
      (!fact.slot || isInSlot(fact.slot, one.ms, moment.zone)),
  )
  const days = new Set(found.map(({ ms }) => dayOf(new Date(ms), moment.zone))).size
  const sum = fact.sum && sumOf(found, fact.event, fact.sum.property, moment)
  const holds =
    (!fact.count || meets(found.length, fact.count)) &&
    (!fact.days || meets(days, fact.days)) &&
    (!fact.sum || !sum || meets(sum, boundsOf(fact.sum)))
  const last = found.reduce<number | null>((most, { ms }) => Math.max(most ?? ms, ms), null)
  return {
    holds,
    value: { count: found.length, days, ...(sum ? { sum: sum.toNumber() } : {}), last: last && new Date(last).toISOString() },
  }
}

/** The comparison without what it is a sum of. */
export const boundsOf = ({ property: _, ...bounds }: Compare & { property: string }): Compare => bounds

function sumOf(events: readonly KnownEvent[], name: string, property: string, { currency }: Moment): Big {
  const numbers = events.flatMap(({ properties }) => {
    const number = numberOf(properties[property] ?? '')
    return number ? [number] : []
  })
  const sum = numbers.reduce((all, one) => all.plus(one), new Big(0))
  return isMoney(name, property) ? sum.div(minorFactor(currency)) : sum
}

function judgeSequence({ steps, windowMs, ...span }: SequenceFact, person: Person): Verdict {
  const events = person.events.filter(({ ms }) => isWithin(ms, span)).sort((a, b) => a.ms - b.ms)
  const timesOf = (matcher: Matcher | undefined) => events.filter((one) => matcher && fits(one, matcher, person)).map(({ ms }) => ms)
  for (const start of timesOf(steps[0])) {
    const times = [start]
    for (const step of steps.slice(1)) {
      const next = timesOf(step).find((ms) => ms > (times.at(-1) ?? 0))
      if (next === undefined || next - start > windowMs) break
      times.push(next)
    }
    if (times.length === steps.length) return { holds: true, value: { times: times.map((ms) => new Date(ms).toISOString()) } }
  }
  return { holds: false, value: { times: null } }
}

function judgeOrders(fact: OrdersFact, person: Person, moment: Moment): Verdict {
  const found = ordersOf(person.events, moment.at.getTime()).filter(
    (one) =>
      isWithin(one.ms, fact) &&
      one.currency === fact.currency &&
      (!fact.products || one.products.some((code) => fact.products?.includes(code))),
  )
  const orders = found.filter(({ isOrder }) => isOrder)
  const minor = found.reduce((sum, { net }) => sum + net, 0)
  const amount = new Big(minor).div(minorFactor(fact.currency))
  const times = orders.map(({ ms }) => ms)
  const last = times.length > 0 ? daysBefore(Math.max(...times), moment) : null
  const first = times.length > 0 ? daysBefore(Math.min(...times), moment) : null
  const holds =
    (!fact.count || meets(orders.length, fact.count)) &&
    (!fact.amount || meets(amount, fact.amount)) &&
    (!fact.average || (orders.length > 0 && meetsAverage(amount, orders.length, fact.average))) &&
    (!fact.lastDaysAgo || meets(last, fact.lastDaysAgo)) &&
    (!fact.firstDaysAgo || meets(first, fact.firstDaysAgo))
  return {
    holds,
    value: { count: orders.length, amount: amount.toNumber(), currency: fact.currency, lastDaysAgo: last, firstDaysAgo: first },
  }
}

/** Compared as amounts against the bound times the count, because a third of a sum is no decimal. */
const meetsAverage = (amount: Big, count: number, asked: Compare): boolean =>
  meets(amount, Object.fromEntries(Object.entries(asked).map(([sign, bound]) => [sign, new Big(bound).times(count).toNumber()])))
