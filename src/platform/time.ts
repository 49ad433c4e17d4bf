import { DateTime } from 'luxon'
import { appError } from './errors.ts'

/** Days, weeks and months are the tenant's; this file is the only place that turns zones into instants. */
export type DayRange = { from: Date; to: Date }

/** The instants of days `dateFrom` … `dateTo`, both inclusive, in `zone`: `from ≤ t < to`. */
export function dayRange(dateFrom: string, dateTo: string, zone: string): DayRange {
  const from = parseDay(dateFrom, zone, 'dateFrom')
  const to = parseDay(dateTo, zone, 'dateTo')
  if (to < from) throw appError('date.range_backwards', { message: 'dateTo lies before dateFrom.', field: 'dateTo' })
  return { from: from.toJSDate(), to: to.plus({ days: 1 }).toJSDate() }
}

/** `yyyy-MM-dd` → the first instant of that day in `zone`. */
export function parseDay(day: string, zone: string, field: string): DateTime {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(day) ? DateTime.fromISO(day, { zone }) : DateTime.invalid('format')
  if (!parsed.isValid) throw appError('date.invalid', { message: `"${day.slice(0, 40)}" is not a day (yyyy-MM-dd).`, field })
  return parsed.startOf('day')
}

/** The calendar day of an instant in `zone`. */
export const dayOf = (at: Date, zone: string): string => DateTime.fromJSDate(at, { zone }).toFormat('yyyy-MM-dd')

/** A moment as people write it, in `zone`: 03-12 14:30. */
export const momentOf = (at: Date, zone: string): string => DateTime.fromJSDate(at, { zone }).toFormat('MM-dd HH:mm')

export const addDays = (day: string, days: number): string => DateTime.fromISO(day, { zone: 'utc' }).plus({ days }).toFormat('yyyy-MM-dd')

/** Whole days from `from` to `to`. */
export const daysBetween = (from: string, to: string): number =>
  DateTime.fromISO(to, { zone: 'utc' }).diff(DateTime.fromISO(from, { zone: 'utc' }), 'days').days
