import { decimalSql, propertySql } from '../../sql.ts'
import type { Measure } from '../../trend/schema.ts'
import type { Part, Rows } from '../definition.ts'
import { earliest, inSpans, type Spans } from '../spans.ts'
import { type Asking, factsSql } from './facts.ts'

type Of<Kind extends Rows['kind']> = Extract<Rows, { kind: Kind }>

export const daysSql = (milliseconds: string): string => `toDecimal256OrNull(toString((${milliseconds}) / 86400000.), 20)`

const numberSql = ({ bind }: Asking, measure: Part['measure']): string =>
  'property' in measure ? decimalSql(propertySql(bind, (measure as Extract<Measure, { property: string }>).property)) : decimalSql("''")

export function flowRows(asking: Asking, spans: Spans, rows: Of<'flow'>, measure: Part['measure']): string {
  const facts = factsSql(asking, rows, { from: earliest(spans), to: spans.now.to })
  return inSpans(asking.bind, asking.scope, spans, `(select *, ${numberSql(asking, measure)} as number from ${facts})`)
}

export function firstRows(asking: Asking, spans: Spans, rows: Of<'first'>, measure: Part['measure']): string {
  const facts = factsSql(asking, rows, { to: spans.now.to })
  const first = `(select who, min(f.at) as at, argMin(f.properties, (f.ms, f.id)) as properties from ${facts} as f where who != 0 group by who)`
  return inSpans(asking.bind, asking.scope, spans, `(select *, ${numberSql(asking, measure)} as number from ${first})`)
}

/** Often enough in the whole of the dates, or in one interval, each counted by itself. */
export function repeatRows(asking: Asking, spans: Spans, rows: Of<'repeat'>, measure: Part['measure']): string {
  const flow = flowRows(asking, spans, { kind: 'flow', events: rows.events, ...(rows.where ? { where: rows.where } : {}) }, measure)
  return `(select who, any(properties) as properties, any(number) as number, isNow, [key] as keys
    from (select who, properties, number, isNow, arrayJoin(keys) as key from ${flow}) where who != 0
    group by who, isNow, key having count() >= ${asking.bind.integer(rows.atLeast)})`
}

export function gapRows(asking: Asking, spans: Spans, rows: Of<'gap'>): string {
  const facts = factsSql(asking, rows, { to: spans.now.to })
  const gaps = `(select who, at, properties, ms, lagInFrame(ms, 1, 0) over (partition by who order by ms, id rows between unbounded preceding and current row) as last from ${facts} where who != 0)`
  return inSpans(
    asking.bind,
    asking.scope,
    spans,
    `(select who, at, properties, ${daysSql('ms - last')} as number from ${gaps} where last != 0)`,
  )
}

export function sinceRows(asking: Asking, spans: Spans, { start, end }: Of<'since'>): string {
  const first = (sql: string) =>
    `(select who, min(f.at) as at, min(f.ms) as first, argMin(f.properties, (f.ms, f.id)) as properties from ${sql} as f where who != 0 group by who)`
  const starts = first(factsSql(asking, start, { to: spans.now.to }))
  const ends = first(factsSql(asking, end, { to: spans.now.to }))
  return inSpans(
    asking.bind,
    asking.scope,
    spans,
    `(select e.who as who, e.at as at, s.properties as properties, ${daysSql('e.first - s.first')} as number
      from ${ends} as e inner join ${starts} as s on e.who = s.who where e.first >= s.first)`,
  )
}

/** A start that has time left is neither yes nor no: also those already followed are left out, or only the quick would count. */
export function afterRows(asking: Asking, spans: Spans, { start, then, hours, counted }: Of<'after'>): string {
  const { bind, scope } = asking
  const window = bind.integer(hours * 3_600_000)
  const starts = factsSql(asking, start, { from: earliest(spans), to: spans.now.to })
  const thens = factsSql(asking, then, { from: earliest(spans) })
  const joined = `(select s.who as who, s.at as at, s.ms as ms, s.properties as properties, t.ms > s.ms and t.ms <= s.ms + ${window} as matched
    from (select * from ${starts} where who != 0) as s asof left join (select who, ms from ${thens}) as t on s.who = t.who and s.ms < t.ms)`
  const settled = `ms + ${window} <= ${bind.integer(scope.ctx.now().getTime())}`
  const kept = counted === 'matched' ? `matched and ${settled}` : settled
  return inSpans(bind, scope, spans, `(select who, at, properties, ${decimalSql("''")} as number from ${joined} where ${kept})`)
}

/** The other's filter is its own: a task that was late under a colleague was late. */
export function linkedRows(asking: Asking, spans: Spans, { by, other, kept, ...facts }: Of<'linked'>, measure: Part['measure']): string {
  const { bind, scope, report } = asking
  const own = `(select *, ${numberSql(asking, measure)} as number from ${factsSql(asking, facts, { from: earliest(spans), to: spans.now.to })})`
  const [mine, theirs] = [bind.text(by), bind.text(other.by)]
  const everything = { ...asking, scope: { ...scope, scan: () => ({ tenantId: scope.scan(report).tenantId }) } }
  const others = `(select f.properties[${theirs}] as link, argMin(f.who, (f.ms, f.id)) as named, 1 as has
    from ${factsSql(everything, other, {})} as f where link != '' group by link)`
  const kind = { with: 'l.has = 1', without: 'l.has = 0', other: '1' }[kept]
  const who = kept === 'other' ? `if(o.properties[${mine}] = '', o.who, l.named)` : 'o.who'
  return inSpans(
    bind,
    scope,
    spans,
    `(select ${who} as who, o.at as at, o.properties as properties, o.number as number
      from ${own} as o left any join ${others} as l on o.properties[${mine}] = l.link where ${kind})`,
  )
}
