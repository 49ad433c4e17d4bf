export type Minimum = { at: number[]; value: number; converged: boolean }
type Point = { x: number[]; fx: number }

/** Logarithms of parameters stay within these walls: beyond them a parameter is as good as nought or endless. */
const wall = 14
const stretches = [1, 0.5, 0.2, 0.1, 0.05, 0.02]
const mostSteps = 400
const enough = 1e-12

/**
 * The least of a function of positive parameters, looked for in their logarithms by the downhill simplex (Nelder, Mead 1965). The
 * simplex is laid anew, smaller, around the best point until it finds nothing better: one run alone may collapse in a narrow valley.
 */
export function minimisePositive(ask: (parameters: number[]) => number, start: readonly number[], sizes = stretches): Minimum {
  const cost = (x: number[]): number => walled(ask, x)
  let best = pointAt(cost, start.map(Math.log))
  let converged = false
  for (const stretch of sizes) {
    const found = descend(cost, best, stretch)
    converged = best.fx - found.fx < 1e-9 * (1 + Math.abs(best.fx))
    best = found
    if (converged && stretch <= 0.1) break
  }
  return { at: best.x.map(Math.exp), value: best.fx, converged: converged && best.x.every((one) => Math.abs(one) < wall) }
}

const enoughToStart = 20_000

/** A fit to many rows begins at the fit to every so many-th of them, because each look at all costs a tenth of a second. */
export function minimiseOver<Row>(
  rows: readonly Row[],
  costOf: (rows: readonly Row[]) => (parameters: number[]) => number,
  start: readonly number[],
): Minimum {
  const every = Math.ceil(rows.length / enoughToStart)
  if (every <= 1) return minimisePositive(costOf(rows), start)
  const rough = minimisePositive(costOf(rows.filter((_, i) => i % every === 0)), start)
  return minimisePositive(costOf(rows), rough.at, [0.05, 0.01])
}

function walled(ask: (parameters: number[]) => number, x: readonly number[]): number {
  const beyond = x.reduce((sum, one) => sum + Math.max(0, Math.abs(one) - wall), 0)
  const value = ask(x.map((one) => Math.exp(Math.max(-wall, Math.min(wall, one)))))
  return (Number.isFinite(value) ? value : 1e300) + beyond * 1e3
}

const pointAt = (cost: (x: number[]) => number, x: number[]): Point => ({ x, fx: cost(x) })

function descend(cost: (x: number[]) => number, from: Point, stretch: number): Point {
  const corners = from.x.map((_, i) =>
    pointAt(
      cost,
      from.x.map((one, k) => (k === i ? one + stretch : one)),
    ),
  )
  const simplex = [from, ...corners].sort(byCost)
  for (let step = 0; step < mostSteps && !isFlat(simplex); step++) {
    const better = replacement(cost, simplex)
    if (better) simplex[simplex.length - 1] = better
    else shrink(cost, simplex)
    simplex.sort(byCost)
  }
  return simplex[0] ?? from
}

const byCost = (one: Point, other: Point): number => one.fx - other.fx

function isFlat(simplex: readonly Point[]): boolean {
  const [best, worst] = [simplex[0], simplex.at(-1)]
  if (!best || !worst) return true
  return worst.fx - best.fx < enough * (1 + Math.abs(best.fx)) && worst.x.every((one, i) => Math.abs(one - (best.x[i] ?? 0)) < 1e-6)
}

/** The worst corner mirrored through the others, farther if that is the best yet, nearer if it is no good; undefined if nothing helps. */
function replacement(cost: (x: number[]) => number, simplex: readonly Point[]): Point | undefined {
  const worst = simplex.at(-1) as Point
  const others = simplex.slice(0, -1)
  const centre = worst.x.map((_, i) => others.reduce((sum, { x }) => sum + (x[i] ?? 0), 0) / others.length)
  const along = (share: number): Point =>
    pointAt(
      cost,
      centre.map((one, i) => one + share * (one - (worst.x[i] ?? 0))),
    )
  const mirrored = along(1)
  if (mirrored.fx < (simplex[0]?.fx ?? 0)) {
    const farther = along(2)
    return farther.fx < mirrored.fx ? farther : mirrored
  }
  if (mirrored.fx < (others.at(-1)?.fx ?? 0)) return mirrored
  const nearer = along(mirrored.fx < worst.fx ? 0.5 : -0.5)
  return nearer.fx < Math.min(mirrored.fx, worst.fx) ? nearer : undefined
}

function shrink(cost: (x: number[]) => number, simplex: Point[]): void {
  const best = simplex[0] as Point
  for (const [i, { x }] of simplex.entries())
    if (i > 0)
      simplex[i] = pointAt(
        cost,
        x.map((one, k) => (one + (best.x[k] ?? 0)) / 2),
      )
}
