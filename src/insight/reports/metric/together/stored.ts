import { canonicalSql } from '../../../stores/persons.ts'
import { activeSource } from '../../../stores/source.ts'
import { bucketOfDaySql } from '../../dates.ts'
import { type Frame, frameSql, storesFor } from '../../route.ts'
import { type Bindings, bindings } from '../../sql.ts'
import { type Spans, spansOfBoth } from '../spans.ts'
import { type Asker, isOf, PartRow, type Placed, placesOf, placesSql } from './question.ts'

type Flow = Placed<{ kind: 'flow'; events: readonly string[] | 'any' }>

/** Flows of whole events: how many, and how many people, by day. That the stores know. */
export const isStored = (placed: Placed): placed is Flow => {
  const { rows, measure } = placed.part
  return (
    rows.kind === 'flow' && rows.events !== 'acts' && rows.where === undefined && ['count', 'persons', 'per_person'].includes(measure.of)
  )
}

/** Undefined where only the events know: filters, other zones, and some people only. */
export function frameOf({ scope, report }: Parameters<Asker>[0]): Frame | undefined {
  const interval = report.interval === 'period' ? 'day' : report.interval
  const frame = storesFor(scope, { where: report.where, matchers: [], interval })
  return frame && frame.among === undefined ? frame : undefined
}

export const askStored: Asker = (asking, spans, parts) => {
  const flows = parts.filter(isOf('flow')).filter(isStored)
  const frame = flows.length > 0 ? frameOf(asking) : undefined
  if (!frame) return []
  frame.scope.answeredBy('active')
  const ask = () => {
    const bind = bindings()
    return frame.scope.ask({ params: bind.params, row: PartRow, sql: storedSql(bind, frame, spans, flows) })
  }
  return [{ places: placesOf(flows), ask }]
}

function storedSql(bind: Bindings, frame: Frame, spans: Spans, flows: readonly Flow[]): string {
  const names = flows.map(({ part }) => (part.rows.events === 'any' ? ['*'] : part.rows.events))
  const fits = names.map((list) => `has(${bind.texts(list)}, what)`)
  const keys = spans.interval === 'period' ? "['']" : `['', ${bucketOfDaySql(frame.scope.calendar, spans.interval)}]`
  const days = spansOfBoth(spans).map(({ isNow, from, to }) => {
    const source = activeSource(bind, { ...frame, span: { from, to }, names: names.flat() })
    return `select arrayJoin(arrayFilter((place, fits) -> fits, ${placesSql(flows)}, [${fits.join(', ')}])) as part, ${isNow ? 1 : 0} as isNow, ${keys} as keys, persons, times from ${source} as active`
  })
  return `with ${frameSql(bind, frame)} select part, isNow, key, null::Nullable(String) as value, total as events, bitmapCardinality(${canonicalSql('found')}) as persons,
      null::Nullable(String) as measured, 0 as known, []::Array(String) as currencies
    from (select part, isNow, arrayJoin(keys) as key, groupBitmapMergeState(persons) as found, sum(days.times) as total
      from (${days.join(' union all ')}) as days group by part, isNow, key)`
}
