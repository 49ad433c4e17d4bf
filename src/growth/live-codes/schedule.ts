import { DateTime } from 'luxon'
import type { StoredWelcome } from '#growth/welcomes/schema.ts'

/** A time slot with the numbers of its employees; nobody named is everybody. */
export type Slot = { from: string; to: string; employees: number[]; welcome?: StoredWelcome | null | undefined }

export type Rota = {
  weekly: (Slot & { days: number[] })[]
  dates: { date: string; until?: string | null | undefined; slots: Slot[] }[]
}

export const always = (rota: Rota): boolean => rota.weekly.length === 0 && rota.dates.length === 0

/** Slots that hold this moment. Undefined: there is no rota for the moment, which means always on duty. */
export function slotsAt(rota: Rota, at: Date, zone: string): Slot[] | undefined {
  const moment = DateTime.fromJSDate(at, { zone })
  const today = moment.startOf('day')
  // A slot over midnight belongs to the day it begins.
  const started = [today.minus({ days: 1 }), today].flatMap((day) => slotsOf(rota, day).map((slot) => ({ slot, ...instantsOf(slot, day) })))
  const current = started.filter(({ start, end }) => start <= moment && moment < end).map(({ slot }) => slot)
  return current.length === 0 && rota.weekly.length === 0 && !isSpecial(rota, today) ? undefined : current
}

/** The next moment when `slotsAt` may answer differently; days far ahead are asked again when they come near. */
export function nextBoundary(rota: Rota, at: Date, zone: string): Date | undefined {
  if (always(rota)) return undefined
  const moment = DateTime.fromJSDate(at, { zone })
  const first = moment.startOf('day')
  const boundaries = Array.from({ length: 9 }, (_, offset) => first.plus({ days: offset - 1 })).flatMap((day) => [
    day,
    ...slotsOf(rota, day).flatMap((slot) => Object.values(instantsOf(slot, day))),
  ])
  const next = boundaries.filter((one) => one > moment).sort((a, b) => a.toMillis() - b.toMillis())[0]
  return next?.toJSDate()
}

/** The first instant of the next day in `zone`: caps begin anew. */
export const nextMidnight = (at: Date, zone: string): Date => DateTime.fromJSDate(at, { zone }).startOf('day').plus({ days: 1 }).toJSDate()

function slotsOf(rota: Rota, day: DateTime): Slot[] {
  const special = rota.dates.filter((one) => covers(one, day))
  if (special.length > 0) return special.flatMap(({ slots }) => slots)
  return rota.weekly.filter(({ days }) => days.includes(day.weekday))
}

const isSpecial = (rota: Rota, day: DateTime): boolean => rota.dates.some((one) => covers(one, day))

function covers({ date, until }: Rota['dates'][number], day: DateTime): boolean {
  const name = day.toFormat('yyyy-MM-dd')
  return name >= date && name <= (until ?? date)
}

function instantsOf({ from, to }: Slot, day: DateTime): { start: DateTime; end: DateTime } {
  return { start: timeOf(day, from), end: to <= from ? timeOf(day.plus({ days: 1 }), to) : timeOf(day, to) }
}

function timeOf(day: DateTime, clock: string): DateTime {
  if (clock === '24:00') return day.plus({ days: 1 }).startOf('day')
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  return day.set({ hour, minute, second: 0, millisecond: 0 })
}
