import { DateTime } from 'luxon'
import type { TestEvent } from '../testing.ts'

export type Buyer = { person: string; frequency: number; recencyDays: number; ageDays: number; spent: number; later: number }

/** Buyers of a small world by walking through every payment: what ClickHouse is held against. */
export function buyersOf(events: readonly TestEvent[], cut: string, zone: string, holdoutEnd: string): Buyer[] {
  const people = [...new Set(events.map(({ person }) => person))].sort()
  return people.flatMap((person) => {
    const paid = events.filter((one) => one.person === person && one.event === 'order.paid')
    const dayOf = ({ timestamp }: TestEvent) => DateTime.fromISO(timestamp, { zone }).toISODate() ?? ''
    const days = [...new Set(paid.map(dayOf))].sort()
    const known = days.filter((day) => day <= cut)
    const [first] = known
    if (first === undefined) return []
    const repeats = paid.filter((one) => dayOf(one) > first && dayOf(one) <= cut)
    return [
      {
        person,
        frequency: known.length - 1,
        recencyDays: apart(first, known.at(-1) ?? first),
        ageDays: apart(first, cut),
        spent: repeats.reduce((sum, { properties }) => sum + Number(properties?.amount ?? 0), 0),
        later: days.filter((day) => day > cut && day <= holdoutEnd).length,
      },
    ]
  })
}

const apart = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** The likelihood of one customer as the paper writes it, by numerical integration over how soon they stop and how fast they buy. */
export function integratedLikelihood(
  { r, alpha, a, b }: { r: number; alpha: number; a: number; b: number },
  x: number,
  tx: number,
  T: number,
  steps = 400,
): number {
  const betas = quantilesOf(steps, (u) => u ** (a - 1) * (1 - u) ** (b - 1), 1)
  const rates = quantilesOf(steps, (rate) => rate ** (r - 1) * Math.exp(-alpha * rate), 60 / alpha)
  let sum = 0
  for (const [p, share] of betas)
    for (const [rate, weight] of rates) {
      const alive = (1 - p) ** x * rate ** x * Math.exp(-rate * T)
      const gone = x > 0 ? p * (1 - p) ** (x - 1) * rate ** x * Math.exp(-rate * tx) : 0
      sum += share * weight * (alive + gone)
    }
  return sum
}

/** Midpoints of a density up to `end` with their shares; steps that shrink, because densities of shape below one rise towards nought. */
function quantilesOf(steps: number, density: (at: number) => number, end: number): [number, number][] {
  const points = Array.from({ length: steps }, (_, i) => {
    const [low, high] = [(i / steps) ** 8, ((i + 1) / steps) ** 8]
    const at = ((low + high) / 2) * end
    return [at, density(at) * (high - low)] as [number, number]
  })
  const total = points.reduce((sum, [, share]) => sum + share, 0)
  return points.map(([at, share]) => [at, share / total])
}
