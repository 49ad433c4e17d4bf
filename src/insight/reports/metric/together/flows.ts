import { asksPersons } from '#platform/events/where.ts'
import { bindings, decimalSql, propertySql, scanEvents } from '../../sql.ts'
import type { Facts } from '../definition.ts'
import { type Asking, fitsSql } from '../rows/facts.ts'
import { earliest, inSpans, type Spans } from '../spans.ts'
import { type Asker, isOf, PartRow, type Placed, placesOf, placesSql } from './question.ts'

type Flow = Placed<{ kind: 'flow' } & Facts>

/** Counts and sums of events in one pass over all of them; those of named events apart, so that they do not read the others. */
export const askFlows: Asker = (asking, spans, parts) => {
  const flows = parts.filter(isOf('flow')).filter(({ part }) => ['count', 'persons', 'per_person', 'sum', 'avg'].includes(part.measure.of))
  return Object.values(Object.groupBy(flows, ({ part }) => (typeof part.rows.events === 'string' ? 'any' : 'named'))).map((some) => ({
    places: placesOf(some),
    ask: () => {
      const bind = bindings()
      return asking.scope.ask({ params: bind.params, row: PartRow, sql: flowsSql({ bind, ...asking }, spans, some) })
    },
  }))
}

function flowsSql(asking: Asking, spans: Spans, flows: readonly Flow[]): string {
  const source = inSpans(
    asking.bind,
    asking.scope,
    spans,
    `(select *, ${numberSql(asking, flows)} as number from ${factsOf(asking, spans, flows)})`,
    'who, properties, number, part',
  )
  return `select part, isNow, key, null::Nullable(String) as value, count() as events, uniqExactIf(who, who != 0) as persons, toString(sum(number)) as measured, count(number) as known,
      groupUniqArrayIf(10)(properties['currency'], number is not null) as currencies
    from (select who, properties, number, part, isNow, arrayJoin(keys) as key from ${source}) group by part, isNow, key`
}

/** Events as who, at, ms, name, id, properties, part: once for each part they fit. */
function factsOf(asking: Asking, spans: Spans, parts: readonly Flow[]): string {
  const { bind, scope, report } = asking
  const names = parts.flatMap(({ part }) => (typeof part.rows.events === 'string' ? [] : part.rows.events))
  const isAny = parts.some(({ part }) => typeof part.rows.events === 'string')
  const scan = {
    ...scope.scan(report),
    from: earliest(spans),
    to: spans.now.to,
    names: isAny ? undefined : [...new Set(names)],
    persons: parts.some(({ part }) => part.rows.where !== undefined && asksPersons(part.rows.where)),
  }
  const fits = parts.map(({ part }) => `toUInt8(${fitsSql(asking, part.rows)})`)
  return `(select who, at, ms, name, id, properties, arrayJoin(arrayFilter((place, fits) -> fits, ${placesSql(parts)}, [${fits.join(', ')}])) as part from ${scanEvents(bind, scan)})`
}

/** What each part measures: one property at most. */
function numberSql({ bind }: Asking, flows: readonly Flow[]): string {
  const byProperty = Map.groupBy(flows, ({ part }) => ('property' in part.measure ? part.measure.property : undefined))
  const cases = [...byProperty].flatMap(([property, some]) =>
    property === undefined ? [] : [`has(${placesSql(some)}, part), ${decimalSql(propertySql(bind, property))}`],
  )
  const none = decimalSql("''")
  return cases.length === 0 ? none : `multiIf(${cases.join(', ')}, ${none})`
}
