import { DateTime } from 'luxon'
import type { Policy } from './schema.ts'

export type QuietHours = NonNullable<Policy['quietHours']['marketing']>

/** When the quiet hours end that `now` lies in; undefined outside of them. On the wall clock of the zone, whatever it is put to. */
export function quietUntil(hours: QuietHours | null, now: Date, zone: string): Date | undefined {
  if (!hours) return undefined
  const there = DateTime.fromJSDate(now, { zone })
  const clock = there.toFormat('HH:mm')
  const overnight = hours.to <= hours.from
  const isQuiet = overnight ? clock >= hours.from || clock < hours.to : clock >= hours.from && clock < hours.to
  if (!isQuiet) return undefined
  const [hour = 0, minute = 0] = hours.to.split(':').map(Number)
  const endsTomorrow = overnight && clock >= hours.from
  const end = there.plus({ days: endsTomorrow ? 1 : 0 }).set({ hour, minute, second: 0, millisecond: 0 })
  // A clock that is put back shows the same minutes twice: the end must lie ahead.
  return end > there ? end.toJSDate() : there.plus({ minutes: 1 }).toJSDate()
}
