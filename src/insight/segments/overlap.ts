import { countBits, idsOf } from '../reports/segment/bits.ts'
import type { Overlap } from './schema.ts'

/** How sets of people overlap; `counts` are the sizes of the sets. */
export function overlapOfSets(sets: readonly Uint32Array[]): Pick<Overlap, 'parts' | 'pairs'> & { counts: number[] } {
  const counts = sets.map(countBits)
  const parts = partsOf(sets)
  const pairs = sets.flatMap((_, first) =>
    sets.slice(first + 1).map((_, i) => {
      const second = first + 1 + i
      const both = parts.reduce((sum, part) => (part.in.includes(first) && part.in.includes(second) ? sum + part.count : sum), 0)
      const [a = 0, b = 0] = [counts[first], counts[second]]
      return { first, second, both, ofFirst: shareOf(both, a), ofSecond: shareOf(both, b), jaccard: shareOf(both, a + b - both) }
    }),
  )
  return { counts, parts, pairs }
}

const shareOf = (count: number, all: number): number | null => (all === 0 ? null : count / all)

/** Each person is in exactly one part: those of the sets they are in. */
function partsOf(sets: readonly Uint32Array[]): Overlap['parts'] {
  const maskOf = (id: number) => sets.reduce((mask, bits, i) => mask | ((((bits[id >>> 5] ?? 0) >>> (id & 31)) & 1) << i), 0)
  const counts = new Uint32Array(2 ** sets.length)
  for (const id of idsOf(unionOf(sets))) {
    const mask = maskOf(id)
    counts[mask] = (counts[mask] ?? 0) + 1
  }
  return [...counts].flatMap((count, mask) => (count > 0 ? [{ in: sets.flatMap((_, i) => ((mask >> i) & 1 ? [i] : [])), count }] : []))
}

const unionOf = (sets: readonly Uint32Array[]): Uint32Array =>
  new Uint32Array(Math.max(...sets.map(({ length }) => length))).map((_, i) => sets.reduce((word, bits) => word | (bits[i] ?? 0), 0))
