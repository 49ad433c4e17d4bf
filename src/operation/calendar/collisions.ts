import { addDays, daysBetween } from '#platform/time.ts'
import { type Lifted, receiveWindow } from '../outbound/limits.ts'
import type { Policy } from '../outbound/schema.ts'
import type { CalendarItem, CalendarLimit, Collision } from './schema.ts'

type Rules = { frequency: { most: number; days: number } | null; platform: Policy['platformPeriod'] | null; lifted?: Lifted }

/**
 * Plans that get in each other's way: for everybody and for the same people alike. Moments are seen, not received: they only share a day. Journeys
 * let people in by their own policy, and marketing tasks are for colleagues: neither gets in anybody's way.
 */
export function collisionsOf(plans: readonly CalendarItem[], { frequency, platform, lifted }: Rules): Collision[] {
  const items = plans.filter(({ kind }) => kind !== 'journey' && kind !== 'marketing_task')
  const found: Collision[] = []
  for (const [day, list] of Map.groupBy(items, (one) => one.day))
    for (const group of sameAudience(list)) found.push({ kind: 'same_day', day, ids: group.map(({ id }) => id) })
  if (platform)
    for (const { most, heard } of fillings(items, platform, lifted)) {
      const day = heard[most]?.day
      if (day) found.push({ kind: 'platform_limit', day, ids: heard.map(({ id }) => id) })
    }
  if (frequency) found.push(...overFrequency(items, frequency))
  return found.sort((a, b) => a.day.localeCompare(b.day) || a.kind.localeCompare(b.kind))
}

type Filling = { most: number; heard: CalendarItem[] }

/** By WeCom's own days, weeks or months: what the same people would get, in its order, and how much may be. */
function fillings(items: readonly CalendarItem[], period: Policy['platformPeriod'], lifted?: Lifted): Filling[] {
  const sent = items.filter(({ kind }) => kind === 'message' || kind === 'group_message').toSorted((a, b) => a.at.localeCompare(b.at))
  const windows = Map.groupBy(sent, ({ at }) => receiveWindow(period, new Date(at), lifted).since.getTime())
  return [...windows.values()].flatMap((list) => {
    const [first] = list
    if (!first) return []
    const { most } = receiveWindow(period, new Date(first.at), lifted)
    const shared = sameAudience(list).map((group) => group.toSorted((a, b) => a.at.localeCompare(b.at)))
    return (shared.length > 0 ? shared : [[first]]).map((heard) => ({ most, heard }))
  })
}

/** The fullest day, week and month, whichever of them WeCom holds the company to. */
export function limitsOf(
  items: readonly CalendarItem[],
  { platform, at, lifted }: { platform: Policy['platformPeriod']; at: Date; lifted: Lifted },
): CalendarLimit[] {
  return (['day', 'week', 'month'] as const).map((period) => {
    const [fullest] = fillings(items, period, lifted).sort((a, b) => b.heard.length - b.most - (a.heard.length - a.most))
    return {
      period,
      applies: period === platform,
      most: fullest?.most ?? receiveWindow(period, at, lifted).most,
      planned: fullest?.heard.length ?? 0,
      day: fullest?.heard.at(-1)?.day ?? null,
    }
  })
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
