import { addDays, dayOf, parseDay } from '#platform/time.ts'
import type { Rhythm } from './schema.ts'

/** The next moment of a rhythm after `now`, by the company's clock. An hour that the clocks skip is the next one. */
export function nextMoment(rhythm: Rhythm, now: Date, timezone: string): Date {
  const today = dayOf(now, timezone)
  for (let ahead = 0; ahead <= 62; ahead++) {
    const day = parseDay(addDays(today, ahead), timezone, 'rhythm')
    const fits = rhythm.every === 'day' || (rhythm.every === 'week' ? day.weekday === rhythm.weekday : day.day === rhythm.day)
    const moment = day.set({ hour: rhythm.hour }).toJSDate()
    if (fits && moment > now) return moment
  }
  throw new Error('a rhythm without a moment in two months')
}
