/** A merge between two originals. Active merges form a forest: each joins two groups that were apart. */
export type Merge = { id: number; keep: number; merge: number }

/**
 * Whom each member counts as, given the active merges among them: in the order of merging, the side that is kept gives its
 * canonical to both. A function of the active merges alone, so an undo is the same function with one merge fewer.
 */
export function canonicalsOf(members: Iterable<number>, merges: readonly Merge[]): Map<number, number> {
  const groups = new Map<number, Group>()
  for (const member of members) groups.set(member, { canonical: member, members: [member] })
  for (const { keep, merge } of [...merges].sort((a, b) => a.id - b.id)) join(groups, keep, merge)
  return new Map([...groups].map(([member, { canonical }]) => [member, canonical]))
}

type Group = { canonical: number; members: number[] }

/** The smaller group moves into the larger one, whoever is kept. */
function join(groups: Map<number, Group>, keep: number, merge: number): void {
  const kept = groups.get(keep)
  const merged = groups.get(merge)
  if (!kept || !merged || kept === merged) return
  const [large, small] = kept.members.length >= merged.members.length ? [kept, merged] : [merged, kept]
  large.canonical = kept.canonical
  large.members.push(...small.members)
  for (const member of small.members) groups.set(member, large)
}
