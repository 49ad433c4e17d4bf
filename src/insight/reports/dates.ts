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
  for (const bucket of intervalsAfter(calendar, interval, range.from)) {
    if (bucket.from >= range.to) break
    if (buckets.length === mostBuckets)
      throw appError('report.too_many_intervals', {
        message: `A report may have ${mostBuckets} intervals; ask for longer ones or fewer days.`,
        field: 'interval',
      })
    buckets.push(bucket)
  }
  return buckets
}

/** `count` intervals one after the other, the first one holding `day`. */
export function bucketsFrom(calendar: Calendar, interval: Interval, day: Date, count: number): Bucket[] {
  return intervalsAfter(calendar, interval, day).take(count).toArray()
}

/** Without end: the interval that holds an instant, and those after it. What luxon asks of a zone is dear, so each end is asked once. */
function* intervalsAfter(calendar: Calendar, interval: Interval, at: Date): Generator<Bucket, undefined> {
  for (let start = startOf(calendar, interval, at); ; ) {
    const end = next(calendar, interval, start)
    yield { ...namesOf(interval, start), from: start.toJSDate(), to: end.toJSDate() }
    start = end
  }
}

function namesOf(interval: Interval, start: DateTime): Pick<Bucket, 'label' | 'key'> {
  if (interval === 'hour') return { label: start.toFormat("yyyy-MM-dd'T'HH:mm:ssZZ"), key: String(start.toUnixInteger()) }
  const day = start.toFormat('yyyy-MM-dd')
  return { label: day, key: day }
}

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
