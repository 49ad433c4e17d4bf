import { LuDecomposition, Matrix } from 'ml-matrix'

/** A journey: the touchpoints in order, how many ended in a conversion and how many in none. */
export type Journey = { touches: readonly number[]; conversions: number; nulls: number }

export type Markov = {
  /** Share of journeys that convert; null without any journey. */
  base: number | null
  /** By touchpoint: which share of the conversions would be lost without it. */
  effects: number[]
}

/**
 * The chain of first order: from the start over touchpoints to a conversion or to nothing, with the frequencies of the journeys.
 * A touchpoint repeated is a step to itself, which changes no probability of arriving. Without touchpoint i every journey that
 * comes to it ends in nothing, so what is lost is the chance to come to i, times the chance to convert from there; both stand
 * in the inverse of I − Q, so that one inversion answers for all touchpoints.
 */
export function removalEffects(journeys: readonly Journey[], touchpoints: number): Markov {
  const seen = journeys.filter(({ touches, conversions, nulls }) => touches.length > 0 && conversions + nulls > 0)
  if (seen.length === 0) return { base: null, effects: Array(touchpoints).fill(0) }
  const { starts, steps, converts, leaves } = countSteps(seen, touchpoints)
  const total = starts.reduce((sum, one) => sum + one, 0)
  const visits = visitsBetween(steps, leaves)
  const convertFrom = visits.map((row) => row.reduce((sum, times, j) => sum + times * ((converts[j] ?? 0) / (leaves[j] || 1)), 0))
  const base = starts.reduce((sum, count, i) => sum + (count / total) * (convertFrom[i] ?? 0), 0)
  const effects = convertFrom.map((converting, i) => {
    const times = starts.reduce((sum, count, j) => sum + (count / total) * (visits[j]?.[i] ?? 0), 0)
    return base === 0 ? 0 : ((times / (visits[i]?.[i] ?? 1)) * converting) / base
  })
  return { base, effects }
}

function countSteps(journeys: readonly Journey[], touchpoints: number) {
  const starts: number[] = Array(touchpoints).fill(0)
  const converts: number[] = Array(touchpoints).fill(0)
  const leaves: number[] = Array(touchpoints).fill(0)
  const steps = Array.from({ length: touchpoints }, (): number[] => Array(touchpoints).fill(0))
  const add = (list: number[] = [], at: number, times: number) => {
    list[at] = (list[at] ?? 0) + times
  }
  for (const { touches, conversions, nulls } of journeys) {
    const times = conversions + nulls
    add(starts, touches[0] ?? 0, times)
    add(converts, touches.at(-1) ?? 0, conversions)
    for (const [i, one] of touches.entries()) {
      add(leaves, one, times)
      const next = touches[i + 1]
      if (next !== undefined) add(steps[one], next, times)
    }
  }
  return { starts, steps, converts, leaves }
}

/** How often a journey that is at row comes to column, the first time included. */
function visitsBetween(steps: readonly number[][], leaves: readonly number[]): number[][] {
  const n = steps.length
  const stays = new Matrix(n, n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) stays.set(i, j, (i === j ? 1 : 0) - (steps[i]?.[j] ?? 0) / (leaves[i] || 1))
  return new LuDecomposition(stays).solve(Matrix.eye(n)).to2DArray()
}
