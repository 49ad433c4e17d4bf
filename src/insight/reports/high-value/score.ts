import { type HighValuePart, highValueParts } from './schema.ts'

/** A customer's facts; null where there is nothing to tell, which scores nought. */
export type Facts = { who: number } & Record<HighValuePart, number | null>
export type Scored = { who: number; score: number; parts: Record<HighValuePart, number> }

/** For these less is better: days since the last order, days between orders, days between messages. */
const lessIsBetter: ReadonlySet<HighValuePart> = new Set(['recency', 'interval', 'speakingInterval'])

/**
 * Every part is the share of those with the fact who are not better, so that one very large order does not flatten everybody else;
 * equal customers share the better place. The score is the mean of the parts by their weights, from 0 to 100.
 */
export function scoreAll(all: readonly Facts[], weights: Record<HighValuePart, number>): Scored[] {
  const places = new Map(highValueParts.map((part) => [part, placesOf(all, part)]))
  const whole = highValueParts.reduce((sum, part) => sum + weights[part], 0)
  return all
    .map((facts) => {
      const parts = Object.fromEntries(highValueParts.map((part) => [part, places.get(part)?.(facts[part]) ?? 0])) as Record<
        HighValuePart,
        number
      >
      return { who: facts.who, parts, score: highValueParts.reduce((sum, part) => sum + parts[part] * weights[part], 0) / whole }
    })
    .sort((one, other) => other.score - one.score || one.who - other.who)
}

function placesOf(all: readonly Facts[], part: HighValuePart): (value: number | null) => number {
  const sign = lessIsBetter.has(part) ? -1 : 1
  const known = all.flatMap((facts) => (facts[part] === null ? [] : [facts[part] * sign])).sort((a, b) => a - b)
  const notBetter = new Map(known.map((value, i) => [value, i + 1]))
  return (value) => (value === null ? 0 : (100 * (notBetter.get(value * sign) ?? 0)) / known.length)
}
