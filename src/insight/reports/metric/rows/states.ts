import { followNames, groupNames } from '../definition.ts'
import { inSpans, momentsSql, type Spans } from '../spans.ts'
import { type Asking, factsSql } from './facts.ts'

const none = "toDecimal256OrNull('', 20)"

/** Beginnings and ends of friendships (or of being in a group) at each moment: who, moment, addedMs, properties. */
function liveAt(asking: Asking, spans: Spans, of: 'follow' | 'group'): string {
  const names = of === 'follow' ? followNames : groupNames
  const other = of === 'follow' ? 'employee' : 'chat'
  const facts = factsSql(asking, { events: names }, { to: spans.now.to })
  const begins = asking.bind.text(String(names[0]))
  return `(select who, moment, last.1 as addedMs, argMaxProperties as properties from (
    select who, argMaxProperties, arrayJoin(${momentsSql(asking.bind, spans)}) as moment, arrayLast(mark -> mark.1 < moment.1, marks) as last
    from (select who, argMax(f.properties, (f.ms, f.name = ${begins})) as argMaxProperties, arraySort(groupArray((f.ms, toUInt8(f.name = ${begins})))) as marks
      from ${facts} as f where who != 0 group by who, f.properties['${other}']))
    where last.2 = 1)`
}

const counted = (source: string): string =>
  `(select who, properties, ${none} as number, moment.3 as isNow, [moment.2] as keys from ${source})`

export const liveRows = (asking: Asking, spans: Spans, of: 'follow' | 'group'): string => counted(liveAt(asking, spans, of))

/** Days of one's own acts, looked at from each moment that lies at most so many days later. */
function activeAt(asking: Asking, spans: Spans, days: number): string {
  const { bind, scope } = asking
  const reach = bind.integer(days * 86_400_000)
  const from = new Date(Math.min(...[spans.now, spans.before].flatMap((span) => (span ? [span.from.getTime()] : []))) - days * 86_400_000)
  const facts = factsSql(asking, { events: 'acts' }, { from, to: spans.now.to })
  const days1 = `(select who, min(ms) as ms, any(properties) as properties from ${facts} where who != 0 group by who, toDate(at, ${bind.text(scope.calendar.timezone)}))`
  return `(select who, properties, arrayJoin(arrayFilter(one -> ms < one.1 and ms >= one.1 - ${reach}, ${momentsSql(bind, spans)})) as moment from ${days1})`
}

export const activeRows = (asking: Asking, spans: Spans, days: number): string => counted(activeAt(asking, spans, days))

export const silentRows = (asking: Asking, spans: Spans, days: number): string =>
  counted(
    `(select who, properties, moment from ${liveAt(asking, spans, 'follow')} where (who, moment) not in (select who, moment from ${activeAt(asking, spans, days)}))`,
  )

export function validRows(asking: Asking, spans: Spans): string {
  const acts = factsSql(asking, { events: 'acts' }, { to: spans.now.to })
  return counted(`(select l.who as who, l.properties as properties, l.moment as moment
    from ${liveAt(asking, spans, 'follow')} as l asof join (select who, ms from ${acts} where who != 0) as a on l.who = a.who and l.addedMs <= a.ms
    where a.ms < l.moment.1)`)
}

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
