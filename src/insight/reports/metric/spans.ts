import { dayRange } from '#platform/time.ts'
import { type Bucket, bucketSql, bucketsOf } from '../dates.ts'
import type { Scope } from '../scope.ts'
import type { Bindings } from '../sql.ts'
import type { Dates } from '../trend/groups.ts'
import { earlier } from '../trend/query.ts'
import type { MetricReport } from './schema.ts'

/** One stretch of dates with the intervals it touches; `key` '' stands for the whole of it. */
export type Span = { isNow: boolean; from: Date; to: Date; buckets: Bucket[] }
export type Spans = { now: Span; before: Span | undefined; interval: MetricReport['interval'] }

export function spansOf(scope: Scope, report: MetricReport): Spans {
  const span = ({ dateFrom, dateTo }: Dates, isNow: boolean): Span => ({
    isNow,
    ...dayRange(dateFrom, dateTo, scope.calendar.timezone),
    buckets: report.interval === 'period' ? [] : bucketsOf(scope.calendar, report.interval, dateFrom, dateTo),
  })
  const { interval } = report
  return { now: span(report, true), before: report.compare && span(earlier(report, report.compare), false), interval }
}

export const earliest = ({ now, before }: Spans): Date => before?.from ?? now.from

const instant = (bind: Bindings, at: Date): string => `fromUnixTimestamp64Milli(${bind.integer(at.getTime())}, 'UTC')`

/** Rows with an `at` → the same with isNow and the keys they count under; what lies in neither span is left out. */
export function inSpans(bind: Bindings, scope: Scope, { now, before, interval }: Spans, source: string): string {
  const within = ({ from, to }: Span) => `(at >= ${instant(bind, from)} and at < ${instant(bind, to)})`
  const keys = interval === 'period' ? "['']" : `['', ${bucketSql(bind, scope.calendar, interval)}]`
  return `(select who, properties, number, toUInt8(${within(now)}) as isNow, ${keys} as keys
    from ${source} where ${[now, ...(before ? [before] : [])].map(within).join(' or ')})`
}

/** The moments at which states are looked at, as an array of (ms, key, isNow). */
export function momentsSql(bind: Bindings, { now, before }: Spans): string {
  const moments = [now, ...(before ? [before] : [])].flatMap((span) => [
    { at: span.to, key: '', isNow: span.isNow },
    ...span.buckets.map(({ key, to }) => ({ at: new Date(Math.min(to.getTime(), span.to.getTime())), key, isNow: span.isNow })),
  ])
  const numbers = (type: string, values: number[]) => `arrayMap(x -> to${type}(x), ${bind.texts(values.map(String))})`
  return `arrayZip(${numbers(
    'Int64',
    moments.map(({ at }) => at.getTime()),
  )}, ${bind.texts(moments.map(({ key }) => key))}, ${numbers(
    'UInt8',
    moments.map(({ isNow }) => Number(isNow)),
  )})`
}
