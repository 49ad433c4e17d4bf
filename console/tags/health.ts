import type { Tag, TagGroup } from '#console/tags/queries.ts'

export interface TagProblem {
  tag: Tag
  group: TagGroup
}

/** What makes tags rot: nobody carries them, or the same word stands in two places and people choose either. */
export function tagProblems(groups: TagGroup[]): { unused: TagProblem[]; duplicates: TagProblem[] } {
  const all = groups.flatMap((group) => group.tags.map((tag) => ({ tag, group })))
  const names = Map.groupBy(all, ({ tag }) => tag.name.trim().toLowerCase().normalize('NFKC'))
  return {
    unused: all.filter(({ tag }) => tag.customers === 0),
    duplicates: [...names.values()].filter((same) => same.length > 1).flat(),
  }
}
