import Big from 'big.js'
import type { DistributionReport, DistributionResult } from './schema.ts'

type Bins = DistributionReport['bins']

/** The edges between bins, going up. Counted things have a bin for each number, amounts have bins of a round width. */
export function edgesOf(bins: Bins, counted: boolean, lowest: Big | null, highest: Big | null): Big[] {
  const chosen = bins ?? (counted ? { method: 'each' as const, most: 10 } : { method: 'auto' as const, most: 10 })
  if (chosen.method === 'fixed') return chosen.edges.map((one) => new Big(one))
  if (chosen.method === 'each') return Array.from({ length: chosen.most + 1 }, (_, i) => new Big(i + 1))
  return lowest && highest ? roundEdges(lowest, highest, chosen.most) : []
}

/** Edges at multiples of 1, 2 or 5 times a power of ten, from below the lowest to above the highest. */
function roundEdges(lowest: Big, highest: Big, most: number): Big[] {
  for (let power = -8; power < 20; power++)
    for (const step of [1, 2, 5]) {
      const width = new Big(10).pow(power).times(step)
      const first = floor(lowest.div(width)).times(width)
      const count = Number(floor(highest.minus(first).div(width)).plus(1).toFixed())
      if (count <= most) return Array.from({ length: count + 1 }, (_, i) => first.plus(width.times(i)))
    }
  return [lowest]
}

function floor(value: Big): Big {
  const cut = value.round(0, 0)
  return cut.gt(value) ? cut.minus(1) : cut
}

/** Open ends are bins only where the edges do not already hold everything: given edges, and counts without an end. */
export function binsOf(edges: readonly Big[], openBelow: boolean, openAbove: boolean): DistributionResult['bins'] {
  const numbers = edges.map((one) => Number(one.toFixed()))
  const between = numbers.slice(0, -1).map((from, i) => ({ from, to: numbers[i + 1] ?? null }))
  const [first, last] = [numbers[0] ?? null, numbers.at(-1) ?? null]
  return [...(openBelow ? [{ from: null, to: first }] : []), ...between, ...(openAbove ? [{ from: last, to: null }] : [])]
}

/** Which ends are open: given edges have people on both sides, counts begin at one and have no end, round edges hold all. */
export const openEnds = (bins: Bins, counted: boolean): { below: boolean; above: boolean } => {
  const method = bins?.method ?? (counted ? 'each' : 'auto')
  return { below: method === 'fixed', above: method !== 'auto' }
}
