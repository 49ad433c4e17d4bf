import { addDays, dayOf, dayRange, daysBetween } from '#platform/time.ts'
import { type Bucket, bucketsFrom, type Calendar } from '../reports/dates.ts'
import type { Period, TargetBody } from './schema.ts'

export type Dates = { dateFrom: string; dateTo: string }

/** The last period that is over: yesterday, last week, last month by the company's clock. */
export function lastPeriod(calendar: Calendar, period: Period, now: Date): Dates {
  const [current] = bucketsFrom(calendar, period, now, 1) as [Bucket]
  const [last] = bucketsFrom(calendar, period, new Date(current.from.getTime() - 1), 1) as [Bucket]
  return { dateFrom: last.key, dateTo: addDays(dayOf(current.from, calendar.timezone), -1) }
}

/** What was missed while nobody judged is told later, but not a year of it. */
const mostPeriods = 31

/** The periods that are over and not judged yet, in order; of what was never judged the last one. */
export function periodsToJudge(calendar: Calendar, period: Period, now: Date, judged: string | null): Dates[] {
  const periods = [lastPeriod(calendar, period, now)]
  while (judged !== null && periods.length < mostPeriods) periods.unshift(lastPeriod(calendar, period, startOf(calendar, periods[0])))
  return periods.filter(({ dateFrom }) => judged === null || judged < dateFrom)
}

const startOf = ({ timezone }: Calendar, dates: Dates | undefined): Date =>
  dayRange(dates?.dateFrom ?? '', dates?.dateTo ?? '', timezone).from

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
