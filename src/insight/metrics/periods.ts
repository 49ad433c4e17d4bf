import { addDays, dayOf, daysBetween } from '#platform/time.ts'
import { type Bucket, bucketsFrom, type Calendar } from '../reports/dates.ts'
import type { Period, TargetBody } from './schema.ts'

export type Dates = { dateFrom: string; dateTo: string }

/** The last period that is over: yesterday, last week, last month by the company's clock. */
export function lastPeriod(calendar: Calendar, period: Period, now: Date): Dates {
  const [current] = bucketsFrom(calendar, period, now, 1) as [Bucket]
  const [last] = bucketsFrom(calendar, period, new Date(current.from.getTime() - 1), 1) as [Bucket]
  return { dateFrom: last.key, dateTo: addDays(dayOf(current.from, calendar.timezone), -1) }
}

export type Target = Pick<TargetBody, 'period'> & { since: string; value: number }

/**
 * What a metric should come to within these dates. What adds up is shared out by days, so that half a month has half of the
 * month's target; what is a level or a ratio should be that all the time. The finest period that was set decides.
 */
export function targetOf(targets: readonly Target[], adds: boolean, { dateFrom, dateTo }: Dates): number | null {
  const period = (['day', 'week', 'month'] as const).find((one) =>
    targets.some((target) => target.period === one && target.since <= dateTo),
  )
  if (!period) return null
  const own = targets.filter((target) => target.period === period).sort((one, other) => (one.since < other.since ? 1 : -1))
  const on = (day: string) => own.find(({ since }) => since <= day)
  const days = Array.from({ length: daysBetween(dateFrom, dateTo) + 1 }, (_, i) => addDays(dateFrom, i))
  if (!adds) return on(dateTo)?.value ?? null
  if (days.some((day) => on(day) === undefined)) return null
  return Math.round(days.reduce((sum, day) => sum + (on(day)?.value ?? 0) / daysIn(period, day), 0) * 100) / 100
}

const daysIn = (period: Period, day: string): number =>
  period === 'day' ? 1 : period === 'week' ? 7 : new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate()
