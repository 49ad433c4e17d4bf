import { logGamma } from '../special.ts'
import { minimiseOver } from './minimise.ts'

/** So many repeat buyers with `x` repeat purchases of `mean` each. */
export type Spender = { x: number; mean: number; n: number }
export type Spend = { p: number; q: number; v: number }
export type SpendFit = Spend & { logLikelihood: number }

/**
 * Gamma-gamma (Fader, Hardie 2005): the amount of a purchase varies around the customer's own mean (gamma p), and those means vary
 * between customers (inverse gamma q, v). Amounts are taken in their own mean, so that one start suits fen and lakhs.
 */
export function fitGammaGamma(spenders: readonly Spender[]): SpendFit {
  const [count, sum] = spenders.reduce(([n, total], one) => [n + one.n, total + one.n * one.mean], [0, 0])
  const scale = sum / count
  const scaled = spenders.map(({ x, mean, n }) => ({ x, mean: mean / scale, n, log: Math.log(mean / scale) }))
  const largest = spenders.reduce((most, { x }) => Math.max(most, x), 0)
  const costOf = (rows: readonly (typeof scaled)[number][]) => {
    const all = rows.reduce((sum, { n }) => sum + n, 0)
    return ([p = 1, q = 1, v = 1]: number[]): number => -likelihood({ p, q, v }, rows, largest) / all
  }
  const { at } = minimiseOver(scaled, costOf, [3, 3, 1])
  const [p = 1, q = 1, v = 1] = at
  return { p, q, v: v * scale, logLikelihood: likelihood({ p, q, v }, scaled, largest) - count * Math.log(scale) }
}

function likelihood({ p, q, v }: Spend, spenders: readonly (Spender & { log: number })[], largest: number): number {
  const ofCount = Float64Array.from({ length: largest + 1 }, (_, x) =>
    x === 0 ? 0 : logGamma(p * x + q) - logGamma(p * x) - logGamma(q) + q * Math.log(v) + p * x * Math.log(x),
  )
  let sum = 0
  for (const { x, mean, n, log } of spenders) sum += n * ((ofCount[x] ?? 0) + (p * x - 1) * log - (p * x + q) * Math.log(v + x * mean))
  return sum
}

/** Null where the amounts have no mean that could be expected (q ≤ 1). */
export const populationMean = ({ p, q, v }: Spend): number | null => (q > 1 ? (p * v) / (q - 1) : null)

/** The amount of the next purchase, between the customer's own mean and everybody's. */
export const expectedSpend = ({ p, q, v }: Spend, x: number, mean: number): number => (p * (v + x * mean)) / (p * x + q - 1)
