import { DateTime } from 'luxon'
import { appError } from '#platform/errors.ts'
import { dayRange } from '#platform/time.ts'
import type { Interval } from './schema.ts'
import type { Bindings } from './sql.ts'

/** How a report counts time: whose midnight, and where weeks begin. */
export type Calendar = { timezone: string; weekStart: 'monday' | 'sunday' }

/** A stretch of time on the axis: its name there, from ≤ t < to, and the key that `bucketSql` gives to instants in it. */
export type Bucket = { label: string; key: string; from: Date; to: Date }

const mostBuckets = 5000

/** The intervals that days dateFrom … dateTo touch, whole. */
export function bucketsOf(calendar: Calendar, interval: Interval, dateFrom: string, dateTo: string): Bucket[] {
  const range = dayRange(dateFrom, dateTo, calendar.timezone)
  const buckets: Bucket[] = []
  for (let start = startOf(calendar, interval, range.from); start.toJSDate() < range.to; start = next(calendar, interval, start)) {
    if (buckets.length === mostBuckets)
      throw appError('report.too_many_intervals', {
        message: `A report may have ${mostBuckets} intervals; ask for longer ones or fewer days.`,
        field: 'interval',
      })
    buckets.push(bucketAt(calendar, interval, start))
  }
  return buckets
}

/** `count` intervals one after the other, the first one holding `day`. */
export function bucketsFrom(calendar: Calendar, interval: Interval, day: Date, count: number): Bucket[] {
  const buckets: Bucket[] = []
  for (let start = startOf(calendar, interval, day); buckets.length < count; start = next(calendar, interval, start))
    buckets.push(bucketAt(calendar, interval, start))
  return buckets
}

const bucketAt = (calendar: Calendar, interval: Interval, start: DateTime): Bucket => ({
  label: interval === 'hour' ? start.toFormat("yyyy-MM-dd'T'HH:mm:ssZZ") : start.toFormat('yyyy-MM-dd'),
  key: interval === 'hour' ? String(start.toUnixInteger()) : start.toFormat('yyyy-MM-dd'),
  from: start.toJSDate(),
  to: next(calendar, interval, start).toJSDate(),
})

function startOf({ timezone, weekStart }: Calendar, interval: Interval, at: Date): DateTime {
  const local = DateTime.fromJSDate(at, { zone: timezone })
  if (interval !== 'week' || weekStart === 'monday') return local.startOf(interval)
  return local.plus({ days: 1 }).startOf('week').minus({ days: 1 }).startOf('day')
}

/** Days are stepped in local time, so that an hour put forward or back moves no boundary; hours are real hours. */
const next = (calendar: Calendar, interval: Interval, start: DateTime): DateTime =>
  interval === 'hour'
    ? start.plus({ hours: 1 })
    : startOf(
        calendar,
        interval,
        start
          .plus({ [interval]: 1 })
          .plus({ hours: 2 })
          .toJSDate(),
      )

/**
 * How many of these intervals are over, of which only what lies before `until` counts. Only said where one is not: its number may
 * still change, so it is no fall and stands in no mean.
 */
export function completeOf(buckets: readonly Bucket[], now: Date, until?: Date): { complete?: number } {
  const isOver = ({ to }: Bucket) => (until !== undefined && until < to ? until : to) <= now
  const complete = buckets.filter(isOver).length
  return complete < buckets.length ? { complete } : {}
}

/** The key of the bucket that the column `at` lies in, as text. */
export function bucketSql(bind: Bindings, { timezone, weekStart }: Calendar, interval: Interval): string {
  const zone = bind.text(timezone)
  switch (interval) {
    case 'hour':
      return `toString(toUnixTimestamp(toStartOfHour(at, ${zone})))`
    case 'day':
      return `toString(toDate(at, ${zone}))`
    case 'week':
      return `toString(toStartOfWeek(at, ${weekStart === 'monday' ? 1 : 0}, ${zone}))`
    case 'month':
      return `toString(toStartOfMonth(at, ${zone}))`
  }
}

/** The same of the column `local_day`, which the stores count by. */
export const bucketOfDaySql = ({ weekStart }: Calendar, interval: Interval): string =>
  interval === 'week'
    ? `toString(toStartOfWeek(local_day, ${weekStart === 'monday' ? 1 : 0}))`
    : `toString(${interval === 'month' ? 'toStartOfMonth(local_day)' : 'local_day'})`
