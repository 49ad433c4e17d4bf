import { dayRange } from '#platform/time.ts'
import { canonicalIdSql, canonicalSql } from '../../stores/persons.ts'
import { activeSource, personDaySource } from '../../stores/source.ts'
import { bucketOfDaySql } from '../dates.ts'
import { type Frame, frameSql, storesFor } from '../route.ts'
import type { Scope } from '../scope.ts'
import type { Bindings } from '../sql.ts'
import type { Dates } from './groups.ts'
import type { TrendReport } from './schema.ts'

type Series = TrendReport['series'][number]

/** How many events and how many people, undivided: that the stores know. */
export function trendFrame(scope: Scope, report: TrendReport, series: Series): Frame | undefined {
  if (report.breakdown || 'property' in series.measure) return undefined
  return storesFor(scope, { where: report.where, matchers: [series], interval: report.interval === 'period' ? 'day' : report.interval })
}

/** bucket, value, other, events, persons, measured, known, currencies: as the events would have it. */
export function seriesOfStores(bind: Bindings, frame: Frame, report: TrendReport, dates: Dates, { event }: Series): string {
  const { scope } = frame
  scope.answeredBy(frame.among ? 'person_day' : 'active')
  const span = dayRange(dates.dateFrom, dates.dateTo, scope.calendar.timezone)
  const bucket = report.interval === 'period' ? "'period'" : bucketOfDaySql(scope.calendar, report.interval)
  const days = frame.among
    ? `select bucket, groupBitmapState(who) as found, sum(times) as times from (
        select ${bucket} as bucket, ${canonicalIdSql('person')} as who, times from ${personDaySource(bind, { ...frame, span, name: event })})
      where bitmapContains(among, who) group by bucket`
    : `select ${bucket} as bucket, groupBitmapMergeState(persons) as found, sum(active.times) as times from ${activeSource(bind, { ...frame, span, names: [event] })} as active group by bucket`
  const upto = 'over (order by bucket rows between unbounded preceding and current row)'
  const counted = report.cumulative
    ? `select bucket, groupBitmapMergeState(found) ${upto} as everybody, sum(times) ${upto} as total from (${days})`
    : `select bucket, found as everybody, times as total from (${days})`
  return `with ${frameSql(bind, frame)} select bucket, null::Nullable(String) as value, 0 as other, total as events,
    bitmapCardinality(${canonicalSql('everybody')}) as persons, null::Nullable(String) as measured, 0 as known, []::Array(String) as currencies from (${counted})`
}
