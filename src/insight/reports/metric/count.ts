import { bindings } from '../sql.ts'
import { measuredSql } from '../trend/measure.ts'
import { type Counted, countedOf, isMoneyPart, plainMeasure, Row } from './counted.ts'
import type { Metric, Part } from './definition.ts'
import { splitSql } from './dimensions.ts'
import type { Asking } from './rows/facts.ts'
import { rowsSql } from './rows/rows.ts'
import type { Spans } from './spans.ts'
import { countSpend } from './spend.ts'

const mostValues = 1000

export async function countPart(
  asking: Omit<Asking, 'bind'>,
  spans: Spans,
  metric: Metric,
  part: Part,
  dimension: string | undefined,
): Promise<Counted> {
  if (part.rows.kind === 'spend') return countSpend(asking, spans, dimension)
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
  return countedOf(asking.scope, part, rows)
}

/** Rows exploded to who, isNow, key, value, number, properties. Split, only the whole of the dates is asked for. */
export function splitRows(asking: Asking, spans: Spans, metric: Metric, part: Part, dimension: string | undefined, keys = "['']"): string {
  const rows = rowsSql(asking, spans, part)
  if (dimension === undefined)
    return `(select who, number, properties, isNow, arrayJoin(keys) as key, null::Nullable(String) as value from ${rows})`
  const split = splitSql(asking, metric, dimension)
  return `(select r.who as who, r.number as number, r.properties as properties, r.isNow as isNow, arrayJoin(arrayIntersect(r.keys, ${keys})) as key, ${split.value} as value
    from ${rows} as r ${split.join})`
}
