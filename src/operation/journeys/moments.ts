import { DateTime } from 'luxon'
import { type Duration, durationMs, type Repeat } from './definition.ts'

/** When a duration from an instant is over. */
export const after = (at: Date, duration: Duration): Date => new Date(at.getTime() + durationMs(duration))

/** So often people who wait for a rule are asked about again, because windows and calendars move without anything happening. */
const lookMs = 10 * 60_000

/** When that is next: the same moment for everybody, so that all who wait are one question. */
export const nextLook = (at: Date): Date => new Date((Math.floor(at.getTime() / lookMs) + 1) * lookMs)

/** The first instant after `at` at which the clocks of the zone show this time, on one of these days of the week. */
export function nextClock(at: Date, clock: string, zone: string, weekdays: readonly number[] = []): Date {
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  const today = DateTime.fromJSDate(at, { zone }).startOf('day')
  for (let ahead = 0; ; ahead++) {
    const day = today.plus({ days: ahead })
    // An hour that the clocks jump over that day becomes the one after it.
    const moment = day.set({ hour, minute })
    if (moment.toMillis() > at.getTime() && (weekdays.length === 0 || weekdays.includes(moment.weekday))) return moment.toJSDate()
  }
}

/** The next time a schedule is due after `at`; undefined when it never is again. The 31st of a shorter month is its last day. */
export function nextRepeat(at: Date, repeat: Repeat, zone: string): Date | undefined {
  switch (repeat.every) {
    case 'day':
      return nextClock(at, repeat.at, zone)
    case 'week':
      return nextClock(at, repeat.at, zone, repeat.weekdays)
    case 'once': {
      const moment = DateTime.fromISO(`${repeat.date}T${repeat.at}`, { zone })
      return moment.toMillis() > at.getTime() ? moment.toJSDate() : undefined
    }
    case 'month': {
      const [hour, minute] = repeat.at.split(':').map(Number)
      const month = DateTime.fromJSDate(at, { zone }).startOf('month')
      const moments = [0, 1].map((ahead) => {
        const one = month.plus({ months: ahead })
        return one.set({ day: Math.min(repeat.day, one.daysInMonth ?? 28), hour: hour ?? 0, minute: minute ?? 0 })
      })
      return moments.find((moment) => moment.toMillis() > at.getTime())?.toJSDate()
    }
  }
}

/** When a schedule that is due next at `due` comes round within these days. */
export function repeatsWithin(due: Date, repeat: Repeat, { from, to }: { from: Date; to: Date }, zone: string): Date[] {
  const found: Date[] = []
  const first = due >= from ? due : nextRepeat(new Date(from.getTime() - 1), repeat, zone)
  for (let at = first; at !== undefined && at < to; at = nextRepeat(at, repeat, zone)) found.push(at)
  return found
}
