import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { dayRange } from '#platform/time.ts'
import { canonicalSql } from '../../stores/persons.ts'
import { activeSource } from '../../stores/source.ts'
import type { Span } from '../../stores/span.ts'
import type { Bucket } from '../dates.ts'
import { type Frame, frameSql } from '../route.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { trendBuckets } from './buckets.ts'
import { type Group, topGroups } from './groups.ts'
import { seriesRows } from './measure.ts'
import type { TrendReport } from './schema.ts'
import { trendFrame } from './stores.ts'

type Point = NonNullable<TrendReport['persons']>

/** Who stands behind one point: asked where the point's number comes from, the stores or the events. */
export async function trendPeople(
  scope: Scope,
  report: TrendReport,
  asked: Point,
  groups: readonly (Group | undefined)[],
): Promise<string[]> {
  const bind = bindings()
  const bucket = trendBuckets(scope.calendar, report.interval, report.dateFrom, report.dateTo)[asked.interval]
  if (!bucket) throw appError('report.invalid', { message: 'There is no such interval.', field: 'persons.interval' })
  const series = report.series[asked.series]
  if (!series) throw appError('report.invalid', { message: 'There is no such series.', field: 'persons.series' })
  // Undivided there is one value, absent; whoever asks for another one finds nobody.
  const frame = asked.value == null && !asked.other ? trendFrame(scope, report, series) : undefined
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: frame
      ? storedSql(bind, frame, series.event, pointSpan(scope, report, bucket))
      : `select distinct who from ${seriesRows(bind, scope, report, report, series, groups)}
      where who != 0 and bucket ${report.cumulative ? '<=' : '='} ${bind.text(bucket.key)} ${valueSql(bind, asked)} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}

const valueSql = (bind: Bindings, { value, other }: Point): string => {
  if (other) return 'and other = 1'
  if (value === undefined) return ''
  return `and other = 0 and ${value === null ? 'value is null' : `value = ${bind.text(value)}`}`
}

function storedSql(bind: Bindings, frame: Frame, event: string, span: Span): string {
  const people = canonicalSql('found')
  return `with ${frameSql(bind, frame)} select arrayJoin(bitmapToArray(${frame.among ? `bitmapAnd(${people}, among)` : people})) as who
    from (select groupBitmapMergeState(persons) as found from ${activeSource(bind, { ...frame, span, names: [event] })}) order by who`
}

/** The part of an interval that lies in the dates; counted up, everything until its end. */
function pointSpan({ calendar }: Scope, { dateFrom, dateTo, cumulative }: TrendReport, bucket: Bucket): Span {
  const range = dayRange(dateFrom, dateTo, calendar.timezone)
  const from = cumulative || bucket.from < range.from ? range.from : bucket.from
  return { from, to: new Date(Math.min(bucket.to.getTime(), range.to.getTime())) }
}

export const groupsOf = async (scope: Scope, report: TrendReport): Promise<(Group | undefined)[]> =>
  report.breakdown ? await topGroups(scope, report) : [undefined]
