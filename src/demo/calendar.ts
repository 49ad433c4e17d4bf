import { DateTime } from 'luxon'
import type { Random } from '#platform/random.ts'
import { campaigns, hours, weekdays } from './company.ts'

/** What a story is made of. The same plan is the same story. */
export type Plan = { seed: string; customers: number; days: number; until: Date; timezone: string }

type Day = { start: number; length: number; weight: number }

export type Calendar = { until: number; days: readonly Day[] }

/** The days of the story with how much happens on each: a company grows, rests on Mondays and has its campaigns. Today is not over. */
export function calendarOf({ seed: _, days: count, until, timezone }: Plan): Calendar {
  const today = DateTime.fromJSDate(until, { zone: timezone }).startOf('day')
  const days = Array.from({ length: count }, (_, place) => {
    const ago = count - 1 - place
    const day = today.minus({ days: ago })
    const length = day.plus({ days: 1 }).toMillis() - day.toMillis()
    const growth = 0.7 + (0.6 * place) / count
    const more = campaigns.find(([daysAgo]) => daysAgo === ago)?.[1] ?? 0
    const lived = ago === 0 ? shareLived((until.getTime() - day.toMillis()) / length) : 1
    return { start: day.toMillis(), length, weight: growth * (weekdays[day.weekday - 1] ?? 1) * (1 + more) * lived }
  })
  return { until: until.getTime(), days }
}

const hoursTotal = hours.reduce((sum, hour) => sum + hour, 0)

/** The part of a day's life that lies before `part` of its hours. */
const shareLived = (part: number): number =>
  hours.reduce((sum, hour, place) => sum + hour * Math.min(1, Math.max(0, part * 24 - place)), 0) / hoursTotal

/** Some moment of the story, more likely when more happens. */
export function someMoment(random: Random, { days, until }: Calendar): number {
  const day = weighted(random, days, ({ weight }) => weight)
  for (let tries = 0; tries < 20; tries++) {
    const at = day.start + ((weightedPlace(random, hours) + random.next()) / 24) * day.length
    if (at < until) return Math.floor(at)
  }
  return Math.floor(day.start + random.next() * (until - day.start))
}

/** `at`, moved to an hour of the same day when people are awake; what lies after the story stays there. */
export function atWakingHour(random: Random, at: number, { days }: Calendar): number {
  const day = days.find(({ start, length }) => at >= start && at < start + length)
  return day ? Math.floor(day.start + ((weightedPlace(random, hours) + random.next()) / 24) * day.length) : at
}

export function weighted<Item>(random: Random, items: readonly Item[], weight: (item: Item) => number): Item {
  const item = items[weightedPlace(random, items.map(weight))]
  if (item === undefined) throw new Error('nothing to choose from')
  return item
}

function weightedPlace(random: Random, weights: readonly number[]): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0)
  const place = weights.findIndex((weight) => {
    left -= weight
    return left < 0
  })
  return place < 0 ? weights.length - 1 : place
}

/** Waiting times: mostly short, now and then long. */
export const waiting = (random: Random, mean: number): number => -Math.log(1 - random.next()) * mean
