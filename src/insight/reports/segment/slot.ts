import { DateTime } from 'luxon'
import type { Bindings } from '../sql.ts'
import type { Slot } from './leaves.ts'

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** Whether a moment lies in the slot, by the clock on the wall of that zone. */
export function isInSlot({ hours, weekdays }: Slot, ms: number, zone: string): boolean {
  const at = DateTime.fromMillis(ms, { zone })
  if (weekdays && !weekdays.includes(at.weekday)) return false
  if (!hours) return true
  const [from, to, minute] = [minutesOf(hours.from), minutesOf(hours.to), at.hour * 60 + at.minute]
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

/** The same to ClickHouse, of the column `at`. */
export function slotSql(bind: Bindings, { hours, weekdays }: Slot, zone: string): string {
  const local = bind.text(zone)
  const minute = `(toHour(at, ${local}) * 60 + toMinute(at, ${local}))`
  const sides = hours && [`${minute} >= ${bind.integer(minutesOf(hours.from))}`, `${minute} < ${bind.integer(minutesOf(hours.to))}`]
  return [
    ...(weekdays ? [`toDayOfWeek(at, 0, ${local}) in (${weekdays.map((day) => bind.integer(day)).join(', ')})`] : []),
    ...(sides && hours ? [`(${sides.join(hours.from < hours.to ? ' and ' : ' or ')})`] : []),
  ].join(' and ')
}
