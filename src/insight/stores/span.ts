import { DateTime } from 'luxon'
import { addDays } from '#platform/time.ts'

/** from ≤ t < to; undefined has no end. */
export type Span = { from?: Date | undefined; to?: Date | undefined }

/** Local days, both inclusive. */
export type Days = { first: string; last: string }

/** A span in pieces: whole days whose stores are as good as the events, and what only the events know. */
export type Pieces = { days: Days[]; events: Span[] }

export const firstDay = '1970-01-01'
export const lastDay = '2149-06-06'

/** Days of a zone; a day begins with its first instant, also where midnight does not exist. */
const startOfDay = (day: string, zone: string): Date => DateTime.fromISO(day, { zone }).startOf('day').toJSDate()

const dayOf = (at: Date, zone: string): string => DateTime.fromJSDate(at, { zone }).toFormat('yyyy-MM-dd')

/** Divides a span at midnights of the zone and around dirty days. */
export function divide({ from, to }: Span, zone: string, dirty: readonly Days[]): Pieces {
  const whole = wholeDays({ from, to }, zone)
  if (!whole) return { days: [], events: [{ from, to }] }
  const days = without(whole, dirty)
  const gaps = gapsOf(whole, days).map(({ first, last }) => spanOf(first, last, zone))
  return {
    days,
    events: joined([
      ...(from && from < startOfDay(whole.first, zone) ? [{ from, to: startOfDay(whole.first, zone) }] : []),
      ...gaps,
      ...(to && startOfDay(addDays(whole.last, 1), zone) < to ? [{ from: startOfDay(addDays(whole.last, 1), zone), to }] : []),
    ]),
  }
}

function wholeDays({ from, to }: Span, zone: string): Days | undefined {
  const begun = from && dayOf(from, zone)
  const first = begun === undefined ? firstDay : startOfDay(begun, zone) < (from ?? 0) ? addDays(begun, 1) : begun
  const last = to ? addDays(dayOf(to, zone), -1) : lastDay
  return first <= last ? { first, last } : undefined
}

/** What is left of a stretch of days, in order. */
export function without(whole: Days, taken: readonly Days[]): Days[] {
  let left = [whole]
  for (const { first, last } of taken)
    left = left.flatMap((one) =>
      last < one.first || first > one.last
        ? [one]
        : [
            ...(first > one.first ? [{ first: one.first, last: addDays(first, -1) }] : []),
            ...(last < one.last ? [{ first: addDays(last, 1), last: one.last }] : []),
          ],
    )
  return left
}

const gapsOf = (whole: Days, days: readonly Days[]): Days[] => without(whole, days)

/** The first and the last day that a store can name hold everything before and after them. */
export const spanOf = (first: string, last: string, zone: string): Span => ({
  from: first === firstDay ? undefined : startOfDay(first, zone),
  to: last === lastDay ? undefined : startOfDay(addDays(last, 1), zone),
})

/** Pieces that touch become one. */
function joined(spans: Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans) {
    const before = result.at(-1)
    if (before?.to && before.to.getTime() === span.from?.getTime()) before.to = span.to
    else result.push({ ...span })
  }
  return result
}
