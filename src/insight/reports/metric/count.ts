import type Big from 'big.js'
import { z } from 'zod'
import { isMoney, onlyCurrency } from '../money.ts'
import { bindings } from '../sql.ts'
import { measuredSql, pointOf } from '../trend/measure.ts'
import type { Measure } from '../trend/schema.ts'
import type { Metric, Part } from './definition.ts'
import { splitSql } from './dimensions.ts'
import type { Asking } from './rows/facts.ts'
import { rowsSql } from './rows/rows.ts'
import type { Spans } from './spans.ts'
import { countSpend } from './spend.ts'

/** What one part comes to: for the whole of a span (key ''), for one of its intervals, for one value of the breakdown. */
export type Counted = {
  currency: string | undefined
  money: boolean
  at(isNow: boolean, key: string, value?: string | null): Big | null
  /** Values of the breakdown in this span, the biggest first. */
  values: (string | null)[]
}

const Row = z.object({
  isNow: z.number(),
  key: z.string(),
  value: z.string().nullable(),
  events: z.number(),
  persons: z.number(),
  measured: z.string().nullable(),
  known: z.number(),
  currencies: z.array(z.string()),
})

const mostValues = 1000

export async function countPart(
  asking: Omit<Asking, 'bind'>,
  spans: Spans,
  metric: Metric,
  part: Part,
  dimension: string | undefined,
): Promise<Counted> {
  if (part.rows.kind === 'spend') return countSpend(asking.scope, spans, dimension)
  const bind = bindings()
  const measure = plainMeasure(part.measure)
  const money = isMoneyPart(part)
  const rows = await asking.scope.ask({
    params: bind.params,
    row: Row,
    sql: `select isNow, key, value, count() as events, uniqExactIf(who, who != 0) as persons, ${measuredSql(measure)} as measured, count(number) as known,
        ${money ? "groupUniqArrayIf(10)(properties['currency'], number is not null)" : '[]'} as currencies
      from ${splitRows({ bind, ...asking }, spans, metric, part, dimension)} group by isNow, key, value
      ${dimension === undefined ? '' : `order by isNow desc, events desc, value limit ${mostValues} by isNow`}`,
  })
  const currency = money
    ? onlyCurrency(
        rows.flatMap(({ currencies }) => currencies),
        'where',
      )
    : undefined
  const placed = new Map(rows.map((row) => [placeOf(row.isNow === 1, row.key, row.value), row]))
  return {
    currency: money ? (currency ?? asking.scope.currency) : undefined,
    money,
    at: (isNow, key, value = null) => pointOf(measure, placed.get(placeOf(isNow, key, value)), currency),
    values: rows.filter((row) => row.isNow === 1 && row.key === '').map(({ value }) => value),
  }
}

const placeOf = (isNow: boolean, key: string, value: string | null): string => JSON.stringify([isNow, key, value])

const plainMeasure = (measure: Part['measure']): Measure => (measure.of === 'days' ? { of: 'median', property: '' } : measure)

export const isMoneyPart = ({ rows, measure }: Part): boolean =>
  rows.kind === 'spend' ||
  ('property' in measure &&
    'events' in rows &&
    typeof rows.events !== 'string' &&
    rows.events.every((event) => isMoney(event, measure.property)))

/** Rows exploded to who, isNow, key, value, number, properties. Split, only the whole of the dates is asked for. */
export function splitRows(asking: Asking, spans: Spans, metric: Metric, part: Part, dimension: string | undefined, keys = "['']"): string {
  const rows = rowsSql(asking, spans, part)
  if (dimension === undefined)
    return `(select who, number, properties, isNow, arrayJoin(keys) as key, null::Nullable(String) as value from ${rows})`
  const split = splitSql(asking, metric, dimension)
  return `(select r.who as who, r.number as number, r.properties as properties, r.isNow as isNow, arrayJoin(arrayIntersect(r.keys, ${keys})) as key, ${split.value} as value
    from ${rows} as r ${split.join})`
}
