import { addDays, daysBetween } from '#platform/time.ts'
import type { CalendarItem, Collision } from './schema.ts'

type Rules = { frequency: { most: number; days: number } | null; perDay: number | null }

/**
 * Plans that get in each other's way: for everybody and for the same people alike. Moments are seen, not received: they only share a day. Journeys
 * let people in by their own policy, and marketing tasks are for colleagues: neither gets in anybody's way.
 */
export function collisionsOf(plans: readonly CalendarItem[], { frequency, perDay }: Rules): Collision[] {
  const items = plans.filter(({ kind }) => kind !== 'journey' && kind !== 'marketing_task')
  const found: Collision[] = []
  for (const [day, list] of Map.groupBy(items, (one) => one.day)) {
    for (const group of sameAudience(list)) found.push({ kind: 'same_day', day, ids: group.map(({ id }) => id) })
    const messages = list.filter(isReceived)
    if (perDay !== null && messages.length > perDay)
      for (const group of sameAudience(messages))
        if (group.length > perDay) found.push({ kind: 'platform_limit', day, ids: group.map(({ id }) => id) })
  }
  if (frequency) found.push(...overFrequency(items, frequency))
  return found.sort((a, b) => a.day.localeCompare(b.day) || a.kind.localeCompare(b.kind))
}

const isReceived = ({ kind }: CalendarItem): boolean => kind === 'message'

/** Groups of two and more that the same people hear; a plan for everybody belongs to each. */
function sameAudience(items: readonly CalendarItem[]): CalendarItem[][] {
  const sorts = Map.groupBy(items, ({ kind }) => kind)
  return [...sorts.values()].flatMap((sort) => {
    const everybody = sort.filter(({ audience }) => audience === '')
    const named = [
      ...Map.groupBy(
        sort.filter(({ audience }) => audience !== ''),
        ({ audience }) => audience,
      ).values(),
    ]
    const groups = named.length === 0 ? [everybody] : named.map((group) => [...everybody, ...group])
    return groups.filter((group) => group.length > 1)
  })
}

/** The day on which one more comes than the days before it allow, for the same people. */
function overFrequency(items: readonly CalendarItem[], { most, days }: { most: number; days: number }): Collision[] {
  const messages = items.filter(isReceived).toSorted((a, b) => a.at.localeCompare(b.at))
  return messages.flatMap((one) => {
    const from = addDays(one.day, 1 - days)
    const lately = messages.filter(
      (other) =>
        other.at <= one.at &&
        daysBetween(from, other.day) >= 0 &&
        (other.audience === one.audience || other.audience === '' || one.audience === ''),
    )
    return lately.length > most ? [{ kind: 'frequency' as const, day: one.day, ids: lately.map(({ id }) => id) }] : []
  })
}
