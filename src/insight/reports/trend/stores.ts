import { dayRange } from '#platform/time.ts'
import { canonicalCountSql, canonicalIdSql } from '../../stores/persons.ts'
import { type Asked, activeSource, personDaySource } from '../../stores/source.ts'
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

/** Rows of what, bucket, events and persons for every one of the events. */
export function countsOfStores(bind: Bindings, frame: Frame, report: TrendReport, dates: Dates, names: readonly string[]): string {
  const { scope } = frame
  scope.answeredBy(frame.among ? 'person_day' : 'active')
  const span = dayRange(dates.dateFrom, dates.dateTo, scope.calendar.timezone)
  const bucket = report.interval === 'period' ? "'period'" : bucketOfDaySql(scope.calendar, report.interval)
  const days = frame.among
    ? names.map((name) => daysOfPersons(bind, { ...frame, span }, name, bucket)).join(' union all ')
    : `select what, ${bucket} as bucket, groupBitmapMergeState(persons) as found, sum(active.times) as times from ${activeSource(bind, { ...frame, span, names })} as active group by what, bucket`
  const upto = 'over (partition by what order by bucket rows between unbounded preceding and current row)'
  const counted = report.cumulative
    ? `select what, bucket, groupBitmapMergeState(found) ${upto} as everybody, sum(times) ${upto} as total from (${days})`
    : `select what, bucket, found as everybody, times as total from (${days})`
  return `with ${frameSql(bind, frame)} select what, bucket, total as events, ${canonicalCountSql('everybody')} as persons from (${counted})`
}

const daysOfPersons = (bind: Bindings, asked: Asked, name: string, bucket: string): string =>
  `select ${bind.text(name)} as what, bucket, groupBitmapState(who) as found, sum(times) as times from (
    select ${bucket} as bucket, ${canonicalIdSql('person')} as who, times from ${personDaySource(bind, { ...asked, name })})
  where bitmapContains(among, who) group by bucket`
