import { normalBelow, normalQuantile } from './special.ts'

/** So many of so many. */
export type Share = { did: number; of: number }

export type Difference = {
  difference: number
  low: number
  high: number
  /** Of a table of two by two, from −1 to 1. */
  phi: number
  oddsRatio: number | null
  /** Two-sided, of no difference at all. */
  p: number
}

const z95 = normalQuantile(0.975)

/** The interval of one share, after Wilson: it stays within 0 and 1 and holds for few. */
export function wilson({ did, of }: Share, z = z95): { low: number; high: number } {
  const rate = did / of
  const middle = rate + (z * z) / (2 * of)
  const wide = z * Math.sqrt((rate * (1 - rate)) / of + (z * z) / (4 * of * of))
  const whole = 1 + (z * z) / of
  return { low: Math.max(0, (middle - wide) / whole), high: Math.min(1, (middle + wide) / whole) }
}

/** How much more often the one than the other; the interval after Newcombe, out of the two Wilson intervals. Null where one side is nobody. */
export function compareShares(one: Share, other: Share): Difference | null {
  if (one.of === 0 || other.of === 0) return null
  const [a, b] = [one.did / one.of, other.did / other.of]
  const [first, second] = [wilson(one), wilson(other)]
  const difference = a - b
  const pooled = (one.did + other.did) / (one.of + other.of)
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / one.of + 1 / other.of))
  const z = spread === 0 ? 0 : difference / spread
  return {
    difference,
    low: difference - Math.hypot(a - first.low, second.high - b),
    high: difference + Math.hypot(first.high - a, b - second.low),
    // Of a table of two by two phi is z over the root of how many there are.
    phi: z / Math.sqrt(one.of + other.of),
    oddsRatio: oddsRatio(one, other),
    p: 2 * normalBelow(-Math.abs(z)),
  }
}

function oddsRatio(one: Share, other: Share): number | null {
  const under = (one.of - one.did) * other.did
  return under === 0 ? null : (one.did * (other.of - other.did)) / under
}

/** The chance that a test of two such groups finds a difference of these rates, at 5 % two-sided. */
export function powerOf(rate: number, better: number, one: number, other: number): number {
  if (one === 0 || other === 0) return 0
  const pooled = (rate * other + better * one) / (one + other)
  const none = z95 * Math.sqrt(pooled * (1 - pooled) * (1 / one + 1 / other))
  const some = Math.sqrt((better * (1 - better)) / one + (rate * (1 - rate)) / other)
  return some === 0 ? 0 : normalBelow((Math.abs(better - rate) - none) / some)
}

/** Benjamini and Hochberg: of what is called found at q, that share is chance. */
export function adjustForMany(ps: readonly number[]): number[] {
  const order = ps.map((p, i) => ({ p, i })).sort((a, b) => b.p - a.p)
  const adjusted: number[] = [...ps]
  let least = 1
  for (const [rank, { p, i }] of order.entries()) {
    least = Math.min(least, (p * ps.length) / (ps.length - rank))
    adjusted[i] = least
  }
  return adjusted
}
