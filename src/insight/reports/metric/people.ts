import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import type { Scope } from '../scope.ts'
import { bindings } from '../sql.ts'
import { splitRows } from './count.ts'
import type { Metric } from './definition.ts'
import type { MetricReport } from './schema.ts'
import type { Spans } from './spans.ts'

/** The persons of the rows that a part of the number counts. */
export async function metricPeople(
  scope: Scope,
  report: MetricReport,
  spans: Spans,
  metric: Metric,
  asked: NonNullable<MetricReport['persons']>,
): Promise<string[]> {
  const part = metric.parts[asked.part.charCodeAt(0) - 65]
  if (!part) throw appError('report.invalid', { message: `This metric has ${metric.parts.length} parts.`, field: 'persons.part' })
  if (part.rows.kind === 'spend') return []
  const key = asked.interval === undefined ? '' : spans.now.buckets[asked.interval]?.key
  if (key === undefined) throw appError('report.invalid', { message: 'There is no such interval.', field: 'persons.interval' })
  const bind = bindings()
  const dimension = asked.value === undefined ? undefined : report.breakdown?.dimension
  const keys = `[${bind.text(key)}]`
  const value =
    dimension === undefined
      ? ''
      : `and ${asked.value === null ? 'value is null' : `value = ${bind.text(inside(scope, dimension, asked.value))}`}`
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select distinct who from ${splitRows({ bind, scope, report }, spans, metric, part, dimension, keys)}
      where isNow = 1 and who != 0 and key = ${bind.text(key)} ${value} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}

const inside = ({ ctx }: Scope, dimension: string, value: string | null | undefined): string =>
  dimension === 'channel' && value?.startsWith('cha_') ? String(internalId(ctx, 'cha', value)) : String(value)
