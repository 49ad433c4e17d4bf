import { type Facts, followNames, groupNames, spoke } from '../definition.ts'
import { inSpans, momentsSql, type Spans, spansOfBoth } from '../spans.ts'
import { flowRows } from './events.ts'
import { type Asking, factsSql } from './facts.ts'

const none = "toDecimal256OrNull('', 20)"

/**
 * Friendships (or stays in a group) from their beginning until the next thing that happened to them: who, since, until, properties. One
 * is live at a moment that lies after `since` and not after `until`.
 */
export function stretchesSql(asking: Asking, spans: Spans, of: 'follow' | 'group'): string {
  const names = of === 'follow' ? followNames : groupNames
  const other = of === 'follow' ? 'employee' : 'chat'
  const facts = factsSql(asking, { events: names }, { to: spans.now.to })
  const begins = asking.bind.text(String(names[0]))
  return `(select who, properties, stretch.1 as since, stretch.2 as until from (
    select who, argMax(f.properties, (f.ms, f.name = ${begins})) as properties, arraySort(groupArray((f.ms, toUInt8(f.name = ${begins})))) as marks,
      arrayJoin(arrayFilter(s -> s.3 = 1, arrayZip(marks.1, arrayPushBack(arrayPopFront(marks.1), ${endless}), marks.2))) as stretch
    from ${facts} as f where who != 0 group by who, f.properties['${other}']))`
}

const endless = '9223372036854775807'

/** The moments at which one is live. */
export const liveMoments = (moments: string): string => `arrayFilter(m -> since < m.1 and until >= m.1, ${moments})`

/** who, moment, properties of whoever is there. */
const liveAt = (asking: Asking, spans: Spans, of: 'follow' | 'group'): string =>
  `(select who, properties, arrayJoin(${liveMoments(momentsSql(asking.bind, asking.scope, spans))}) as moment from ${stretchesSql(asking, spans, of)})`

/** Friendships with the customer's first own act since they began (`acted`, 0 for none). */
export function actedSql(asking: Asking, spans: Spans): string {
  const acts = factsSql(asking, { events: 'acts' }, { to: spans.now.to })
  return `(select s.who as who, s.properties as properties, s.since as since, s.until as until, a.ms as acted from ${stretchesSql(asking, spans, 'follow')} as s
    asof left join (select who, ms from ${acts} where who != 0) as a on s.who = a.who and s.since <= a.ms)`
}

const counted = (source: string): string =>
  `(select who, properties, ${none} as number, moment.3 as isNow, [moment.2] as keys from ${source})`

export const liveRows = (asking: Asking, spans: Spans, of: 'follow' | 'group'): string => counted(liveAt(asking, spans, of))

/** Members who are friends at that moment too, or who spoke in the time that ends with it. */
export function membersRows(asking: Asking, spans: Spans, who: 'friends' | 'spoke'): string {
  const among =
    who === 'friends'
      ? `(who, moment) in (select who, moment from ${liveAt(asking, spans, 'follow')})`
      : `(who, moment.3, moment.2) in (select who, isNow, arrayJoin(keys) from ${flowRows(asking, spans, { kind: 'flow', events: [spoke] }, { of: 'persons' })})`
  return counted(`(select who, properties, moment from ${liveAt(asking, spans, 'group')} where ${among})`)
}

/** The first time decides: from then on they are somebody who did it. */
export function everRows(asking: Asking, spans: Spans, facts: Facts): string {
  const first = `(select who, min(f.ms) as ms, argMin(f.properties, (f.ms, f.id)) as properties
    from ${factsSql(asking, { events: facts.events, ...(facts.where ? { where: facts.where } : {}) }, { to: spans.now.to })} as f where who != 0 group by who)`
  const moments = `arrayFilter(m -> ms < m.1, ${momentsSql(asking.bind, asking.scope, spans)})`
  return counted(`(select who, properties, arrayJoin(${moments}) as moment from ${first})`)
}

/** Rows of whoever is a friend when the interval ends that they count under. */
export const friendsOf = (asking: Asking, spans: Spans, rows: string): string =>
  `(select who, properties, number, isNow, [key] as keys from (select who, properties, number, isNow, arrayJoin(keys) as key from ${rows})
    where (who, isNow, key) in (select who, moment.3, moment.2 from ${liveAt(asking, spans, 'follow')}))`

/** From when acts matter to moments that look so many days back. An hour's change of clocks is less than the day on top. */
export const lookBack = (spans: Spans, days: number): Date =>
  new Date(Math.min(...spansOfBoth(spans).map(({ from }) => from.getTime())) - (days + 1) * 86_400_000)

/** The moments whose last so many days hold `day`. */
export const activeMoments = (moments: string, days: number | string): string =>
  `arrayFilter(m -> day <= m.4 and day > m.4 - ${days}, ${moments})`

/** Days of one's own acts, looked at from each moment that lies at most so many days later. */
function activeAt(asking: Asking, spans: Spans, days: number): string {
  const { bind, scope } = asking
  const facts = factsSql(asking, { events: 'acts' }, { from: lookBack(spans, days), to: spans.now.to })
  const own = `(select who, toDate(at, ${bind.text(scope.calendar.timezone)}) as day, any(properties) as properties from ${facts} where who != 0 group by who, day)`
  return `(select who, properties, arrayJoin(${activeMoments(momentsSql(bind, scope, spans), bind.integer(days))}) as moment from ${own})`
}

export const activeRows = (asking: Asking, spans: Spans, days: number): string => counted(activeAt(asking, spans, days))

export const silentRows = (asking: Asking, spans: Spans, days: number): string =>
  counted(
    `(select who, properties, moment from ${liveAt(asking, spans, 'follow')} where (who, moment) not in (select who, moment from ${activeAt(asking, spans, days)}))`,
  )

export const validRows = (asking: Asking, spans: Spans): string =>
  counted(`(select who, properties, arrayJoin(${liveMoments(momentsSql(asking.bind, asking.scope, spans))}) as moment, acted from ${actedSql(asking, spans)}
    where acted > 0) where acted < moment.1`)

/** An end after which no employee is left, told at that end. Handing over ends nothing. */
export function churnedRows(asking: Asking, spans: Spans): string {
  const { bind, scope } = asking
  const facts = factsSql(asking, { events: followNames }, { to: spans.now.to })
  const marks = `(select who, arraySort(m -> (m.1, m.2), groupArray((f.ms, toUInt8(f.name = 'customer.followed'), f.properties['employee'], f.properties['by'], f.properties))) as marks,
      groupUniqArray(f.properties['employee']) as employees
    from ${facts} as f where who != 0 group by who)`
  const ends = `(select who, arrayJoin(arrayFilter(m -> m.2 = 0 and m.4 != 'transfer'
      and not arrayExists(e -> arrayLast(x -> x.3 = e and x.1 <= m.1, marks).2 = 1, employees), marks)) as mark from ${marks})`
  return inSpans(
    bind,
    scope,
    spans,
    `(select who, fromUnixTimestamp64Milli(mark.1, 'UTC') as at, mark.5 as properties, ${none} as number from ${ends})`,
  )
}
