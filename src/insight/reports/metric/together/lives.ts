import { asksPersons } from '#platform/events/where.ts'
import { type Bindings, bindings, scanEvents } from '../../sql.ts'
import { measuredSql } from '../../trend/measure.ts'
import { plainMeasure } from '../counted.ts'
import type { Facts, Rows } from '../definition.ts'
import { daysSql } from '../rows/events.ts'
import { type Asking, fitsSql } from '../rows/facts.ts'
import { earliest, inSpans, type Spans } from '../spans.ts'
import { type Asker, PartRow, type Placed, placesOf } from './question.ts'

type History = Extract<Rows, { kind: 'first' | 'gap' | 'since' | 'after' }>
type Told = Placed<History>

/**
 * What people did first, how long after, and whether something followed: one pass over their events in which every kind of fact
 * becomes a list of moments. Acts of any name are a pass of their own, so that the others read their names only.
 */
export const askLives: Asker = (asking, spans, parts) => {
  const isAny = ({ part }: Told) => factsOf(part.rows).some(({ events }) => typeof events === 'string')
  const told = parts.filter(isTold)
  return Object.values(Object.groupBy(told, (one) => (isAny(one) ? 'any' : 'named'))).map((some) => ({
    places: placesOf(some),
    ask: () => {
      const bind = bindings()
      return asking.scope.ask({ params: bind.params, row: PartRow, sql: livesSql({ bind, ...asking }, spans, some) })
    },
  }))
}

/** A property of somebody's first fact is measured by a question of its own. */
function isTold(placed: Placed): placed is Told {
  const { rows, measure } = placed.part
  return ['gap', 'since', 'after'].includes(rows.kind) || (rows.kind === 'first' && !('property' in measure))
}

const factsOf = (rows: History): Facts[] =>
  rows.kind === 'since' ? [rows.start, rows.end] : rows.kind === 'after' ? [rows.start, rows.then] : [rows]

function livesSql(asking: Asking, spans: Spans, told: readonly Told[]): string {
  const { bind, scope } = asking
  const facts = new Map(told.flatMap(({ part }) => factsOf(part.rows)).map((one) => [keyOf(one), one]))
  const lists = new Map([...facts.keys()].map((key, i) => [key, `times${i}`]))
  const listed = [...facts].map(([key, one]) => `arraySort(groupArrayIf(ms, toUInt8(${fitsSql(asking, one)}))) as ${lists.get(key)}`)
  const listOf = (one: Facts) => lists.get(keyOf(one)) ?? '[]'
  const told1 = told.map(({ place, part }) => momentsOf(bind, scope.ctx.now(), place, part.rows, listOf))
  const people = `(select who, ${listed.join(', ')} from ${scanFor(asking, spans, told, [...facts.values()])} where who != 0 group by who)`
  const rows = `(select who, fromUnixTimestamp64Milli(one.2, 'UTC') as at, one.1 as part, if(one.3 < 0, null, ${daysSql('one.3')}) as number
    from (select who, arrayJoin(arrayConcat(${told1.join(', ')})) as one from ${people}))`
  return `select part, isNow, key, null::Nullable(String) as value, count() as events, uniqExact(who) as persons, ${measuredSql(plainMeasure({ of: 'days' }))} as measured,
      count(number) as known, []::Array(String) as currencies
    from (select who, part, number, isNow, arrayJoin(keys) as key from ${inSpans(bind, scope, spans, rows, 'who, part, number')}) group by part, isNow, key`
}

const keyOf = (facts: Facts): string => JSON.stringify([facts.events, facts.where])

/** What a part tells of a person, as an array of (part, when, milliseconds it took or −1). */
function momentsOf(bind: Bindings, now: Date, place: number, rows: History, listOf: (facts: Facts) => string): string {
  const told = (at: string, took = '-1') => `(toUInt32(${place}), ${at}, toInt64(${took}))`
  if (rows.kind === 'first') return `arrayMap(t -> ${told('t')}, arraySlice(${listOf(rows)}, 1, 1))`
  if (rows.kind === 'gap')
    return `arrayMap((t, next) -> ${told('next', 'next - t')}, arrayPopBack(${listOf(rows)}), arrayPopFront(${listOf(rows)}))`
  if (rows.kind === 'since') {
    const [start, end] = [listOf(rows.start), listOf(rows.end)]
    return `arrayMap(t -> ${told('t', `t - ${start}[1]`)}, arrayFilter(t -> notEmpty(${start}) and t >= ${start}[1], arraySlice(${end}, 1, 1)))`
  }
  const window = bind.integer(rows.hours * 3_600_000)
  const settled = `t + ${window} <= ${bind.integer(now.getTime())}`
  const matched = rows.counted === 'matched' ? ` and arrayExists(then -> then > t and then <= t + ${window}, ${listOf(rows.then)})` : ''
  return `arrayMap(t -> ${told('t')}, arrayFilter(t -> ${settled}${matched}, ${listOf(rows.start)}))`
}

/** What followed may lie past the dates; only what came first needs all of the past. */
function scanFor({ bind, scope, report }: Asking, spans: Spans, told: readonly Told[], facts: readonly Facts[]): string {
  const follows = told.filter(({ part }) => part.rows.kind === 'after')
  const names = facts.flatMap(({ events }) => (typeof events === 'string' ? [] : events))
  return scanEvents(bind, {
    ...scope.scan(report),
    from: follows.length === told.length ? earliest(spans) : undefined,
    to: follows.length === 0 ? spans.now.to : undefined,
    names: facts.some(({ events }) => typeof events === 'string') ? undefined : [...new Set(names)],
    persons: facts.some(({ where }) => where !== undefined && asksPersons(where)),
  })
}
