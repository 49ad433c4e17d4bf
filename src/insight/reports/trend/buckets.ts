import { dayRange } from '#platform/time.ts'
import { type Bucket, bucketSql, bucketsOf, type Calendar } from '../dates.ts'
import type { Bindings } from '../sql.ts'
import type { TrendReport } from './schema.ts'

type Interval = TrendReport['interval']

/** `period` is one stretch of all the dates: different people of a month are not the sum of those of its days. */
export const trendBuckets = (calendar: Calendar, interval: Interval, dateFrom: string, dateTo: string): Bucket[] =>
  interval === 'period'
    ? [{ label: dateFrom, key: 'period', ...dayRange(dateFrom, dateTo, calendar.timezone) }]
    : bucketsOf(calendar, interval, dateFrom, dateTo)

export const trendBucketSql = (bind: Bindings, calendar: Calendar, interval: Interval): string =>
  interval === 'period' ? "'period'" : bucketSql(bind, calendar, interval)
