import type { Leaf } from '../reports/segment/leaves.ts'
import { leavesOf, type Rule } from '../reports/segment/rule.ts'

/** A segment as far as tags go: what its rule reads, and the tag that it writes. Tags and segments are called by their public ids. */
export type Tagging = { id: string; name: string; rule: Rule; writes: string | null }

/** Events that tell of tags. Whoever asks for any event asks for these. */
const tagEvents = ['*', 'customer.tagged', 'customer.untagged']
/** Read by a rule that counts taggings as events: every tag that is written. */
const anyTag = '*'

/**
 * The first circle: segments of which each reads, directly or through others, the tag that the one before it writes, and the first
 * reads the last one's. Such rules would give and take their tags without end.
 */
export function findTagCircle(segments: readonly Tagging[]): Tagging[] | undefined {
  const writers = segments.filter(({ writes }) => writes !== null)
  const reads = new Map(writers.map((one) => [one, tagsReadBy(one.rule, segments)]))
  const after = (one: Tagging) => writers.filter((next) => doesRead(reads.get(next) ?? new Set(), one.writes))
  const done = new Set<Tagging>()
  const follow = (one: Tagging, way: readonly Tagging[]): Tagging[] | undefined => {
    if (way.includes(one)) return way.slice(way.indexOf(one))
    if (done.has(one)) return undefined
    for (const next of after(one)) {
      const circle = follow(next, [...way, one])
      if (circle) return circle
    }
    done.add(one)
    return undefined
  }
  for (const one of writers) {
    const circle = follow(one, [])
    if (circle) return circle
  }
  return undefined
}

/** Where in a rule one of these tags is read, as `and.0.tag`. */
export function whereRead(rule: Rule, tags: readonly string[], segments: readonly Tagging[]): string | undefined {
  const found = leavesOf(rule).find(({ leaf }) => {
    const read = tagsReadBy(leaf, segments)
    return tags.some((tag) => doesRead(read, tag))
  })
  return found && [...found.path, Object.keys(found.leaf)[0]].join('.')
}

const doesRead = (read: ReadonlySet<string>, tag: string | null): boolean => tag !== null && (read.has(tag) || read.has(anyTag))

/** Rules of segments lead in no circle of their own, which saving them sees to. */
function tagsReadBy(rule: Rule, segments: readonly Tagging[]): Set<string> {
  return new Set(leavesOf(rule).flatMap(({ leaf }) => tagsOfLeaf(leaf, segments)))
}

function tagsOfLeaf(leaf: Leaf, segments: readonly Tagging[]): string[] {
  if ('tag' in leaf) return [...(leaf.tag.any ?? []), ...(leaf.tag.all ?? []), ...(leaf.tag.none ?? [])]
  if ('event' in leaf) return tagEvents.includes(leaf.event.event) ? [anyTag] : []
  if ('sequence' in leaf) return leaf.sequence.steps.some(({ event }) => tagEvents.includes(event)) ? [anyTag] : []
  if (!('segment' in leaf)) return []
  const saved = segments.find(({ id }) => id === leaf.segment)
  return saved ? [...tagsReadBy(saved.rule, segments)] : []
}
