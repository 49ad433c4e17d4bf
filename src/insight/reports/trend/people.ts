import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import type { Scope } from '../scope.ts'
import { bindings } from '../sql.ts'
import { trendBuckets } from './buckets.ts'
import { type Group, topGroups } from './groups.ts'
import { seriesRows } from './measure.ts'
import type { TrendReport } from './schema.ts'

/** Who stands behind one point: the rows that the point counts, asked for their persons. */
export async function trendPeople(
  scope: Scope,
  report: TrendReport,
  asked: NonNullable<TrendReport['persons']>,
  groups: readonly (Group | undefined)[],
): Promise<string[]> {
  const bind = bindings()
  const bucket = trendBuckets(scope.calendar, report.interval, report.dateFrom, report.dateTo)[asked.interval]
  if (!bucket) throw appError('report.invalid', { message: 'There is no such interval.', field: 'persons.interval' })
  const series = report.series[asked.series]
  if (!series) throw appError('report.invalid', { message: 'There is no such series.', field: 'persons.series' })
  const value = asked.other
    ? 'and other = 1'
    : asked.value === undefined
      ? ''
      : `and other = 0 and ${asked.value === null ? 'value is null' : `value = ${bind.text(asked.value)}`}`
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select distinct who from ${seriesRows(bind, scope, report, report, series, groups)}
      where who != 0 and bucket ${report.cumulative ? '<=' : '='} ${bind.text(bucket.key)} ${value} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}

export const groupsOf = async (scope: Scope, report: TrendReport): Promise<(Group | undefined)[]> =>
  report.breakdown ? await topGroups(scope, report) : [undefined]
