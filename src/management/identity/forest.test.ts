import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '#platform/random.ts'
import { canonicalsOf, type Merge } from './forest.ts'

/** As the store does it: only the groups that a merge or undo touches are looked at. */
function createStore(originals: number) {
  const canonical = Array.from({ length: originals }, (_, id) => id)
  const members = canonical.map((id) => [id])
  const merges = new Map<number, Merge>()
  const of = new Map<number, Set<Merge>>()
  const apply = (ids: number[], standing: Merge[]): void => {
    for (const id of ids) members[canonical[id] ?? 0] = []
    for (const [id, to] of canonicalsOf(ids, standing)) {
      canonical[id] = to
      members[to]?.push(id)
    }
  }
  const groupOf = (id: number): number[] => members[canonical[id] ?? 0] ?? []
  const mergesAmong = (ids: number[]): Merge[] => [...new Set(ids.flatMap((id) => [...(of.get(id) ?? [])]))]
  return {
    canonical,
    merges,
    merge(merge: Merge): void {
      const ids = [...groupOf(merge.keep), ...groupOf(merge.merge)]
      merges.set(merge.id, merge)
      for (const id of [merge.keep, merge.merge]) of.set(id, (of.get(id) ?? new Set()).add(merge))
      apply(ids, mergesAmong(ids))
    },
    undo(merge: Merge): void {
      const ids = [...groupOf(merge.keep)]
      merges.delete(merge.id)
      for (const id of [merge.keep, merge.merge]) of.get(id)?.delete(merge)
      apply(ids, mergesAmong(ids))
    },
  }
}

/** The model: all merges that stand, one after the other, each relabels one side. */
function model(originals: number, merges: Iterable<Merge>): number[] {
  const canonical = Array.from({ length: originals }, (_, id) => id)
  for (const { keep, merge } of [...merges].sort((a, b) => a.id - b.id)) {
    const [kept = 0, gone = 0] = [canonical[keep], canonical[merge]]
    canonical.forEach((one, id) => {
      if (one === gone) canonical[id] = kept
    })
  }
  return canonical
}

describe('the merge map', () => {
  test('a hundred thousand random merges and undos leave what the standing merges alone would make', () => {
    const originals = 3000
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const next = seededRandom(String(seed)).below
        const store = createStore(originals)
        for (let id = 1; id <= 100_000; id++) {
          const [keep, merge] = [next(originals), next(originals)]
          const standing = store.merges.size
          const undoes = standing > 0 && (standing > originals / 2.5 || next(5) < 2)
          if (undoes) {
            const undone = [...store.merges.values()][next(standing)]
            if (undone) store.undo(undone)
          } else if (store.canonical[keep] !== store.canonical[merge]) store.merge({ id, keep, merge })
          if (id % 5000 === 0) expect(store.canonical).toEqual(model(originals, store.merges.values()))
        }
      }),
      { numRuns: 1 },
    )
  })

  test('an undo in the middle splits the group in exactly two, each with its own face', () => {
    const merges = [
      { id: 1, keep: 1, merge: 2 },
      { id: 2, keep: 3, merge: 4 },
      { id: 3, keep: 3, merge: 2 },
    ]
    expect([...canonicalsOf([1, 2, 3, 4], merges)]).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
      [4, 3],
    ])
    expect([...canonicalsOf([1, 2, 3, 4], merges.slice(0, 2))]).toEqual([
      [1, 1],
      [2, 1],
      [3, 3],
      [4, 3],
    ])
    expect([...canonicalsOf([1, 2, 3, 4], merges.slice(1))]).toEqual([
      [1, 1],
      [2, 3],
      [3, 3],
      [4, 3],
    ])
  })
})
