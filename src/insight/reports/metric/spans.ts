import { dayOf, dayRange } from '#platform/time.ts'
import { type Bucket, bucketSql, bucketsOf, completeOf } from '../dates.ts'
import type { Scope } from '../scope.ts'
import type { Bindings } from '../sql.ts'
import type { Dates } from '../trend/groups.ts'
import { earlier } from '../trend/query.ts'
import type { MetricReport } from './schema.ts'

/** One stretch of dates with the intervals it touches; `key` '' stands for the whole of it. */
export type Span = { isNow: boolean; from: Date; to: Date; buckets: Bucket[] }
export type Spans = { now: Span; before: Span | undefined; interval: MetricReport['interval']; complete: { complete?: number } }

export function spansOf(scope: Scope, report: MetricReport): Spans {
  const span = ({ dateFrom, dateTo }: Dates, isNow: boolean): Span => ({
    isNow,
    ...dayRange(dateFrom, dateTo, scope.calendar.timezone),
    buckets: report.interval === 'period' ? [] : bucketsOf(scope.calendar, report.interval, dateFrom, dateTo),
  })
  const now = span(report, true)
  const before = report.compare && span(earlier(report, report.compare), false)
  return { now, before, interval: report.interval, complete: completeOf(now.buckets, scope.ctx.now(), now.to) }
}

export const earliest = ({ now, before }: Spans): Date => before?.from ?? now.from

const instant = (bind: Bindings, at: Date): string => `fromUnixTimestamp64Milli(${bind.integer(at.getTime())}, 'UTC')`

export const spansOfBoth = ({ now, before }: Spans): Span[] => [now, ...(before ? [before] : [])]

/** Rows with an `at` → the same columns with isNow and the keys they count under; what lies in neither span is left out. */
export function inSpans(bind: Bindings, scope: Scope, spans: Spans, source: string, columns = 'who, properties, number'): string {
  const within = ({ from, to }: Span) => `(at >= ${instant(bind, from)} and at < ${instant(bind, to)})`
  const keys = spans.interval === 'period' ? "['']" : `['', ${bucketSql(bind, scope.calendar, spans.interval)}]`
  return `(select ${columns}, toUInt8(${within(spans.now)}) as isNow, ${keys} as keys
    from ${source} where ${spansOfBoth(spans).map(within).join(' or ')})`
}

/** The moments at which states are looked at, as an array of (ms, key, isNow, the last day before it). All are midnights. */
export function momentsSql(bind: Bindings, { calendar }: Scope, spans: Spans): string {
  const moments = spansOfBoth(spans).flatMap((span) => [
    { at: span.to, key: '', isNow: span.isNow },
    ...span.buckets.map(({ key, to }) => ({ at: new Date(Math.min(to.getTime(), span.to.getTime())), key, isNow: span.isNow })),
  ])
  const listed = (type: string, values: (string | number)[]) => `arrayMap(x -> to${type}(x), ${bind.texts(values.map(String))})`
  const columns = [
    listed(
      'Int64',
      moments.map(({ at }) => at.getTime()),
    ),
    bind.texts(moments.map(({ key }) => key)),
    listed(
      'UInt8',
      moments.map(({ isNow }) => Number(isNow)),
    ),
    listed(
      'Date',
      moments.map(({ at }) => dayOf(new Date(at.getTime() - 1), calendar.timezone)),
    ),
  ]
  return `arrayZip(${columns.join(', ')})`
}
