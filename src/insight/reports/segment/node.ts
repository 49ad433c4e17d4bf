import type { Condition } from '#platform/events/where.ts'
import type { Matcher } from '../schema.ts'
import type { AttributeLeaf } from './attribute-schema.ts'
import type { Compare } from './compare.ts'
import type { Leaf, Slot } from './leaves.ts'

/** When a rule is asked, and whose calendar and money it speaks of. */
export type Moment = { at: Date; zone: string /** The day of `at`. */; today: string; currency: string }

/** A rule with its names looked up: ids are the inside's, days are instants, saved segments stand in their place. */
export type Node =
  | { kind: 'and' | 'or'; of: Node[] }
  | { kind: 'not'; of: Node }
  | { kind: 'segment'; said: string; name: string; of: Node }
  | { kind: 'fact'; said: Leaf; fact: Fact }

/** from ≤ t ≤ to, in milliseconds. */
export type Span = { from: number | undefined; to: number }

export type EventFact = Span & {
  kind: 'event'
  event: string
  where: Condition | undefined
  slot: Slot | undefined
  count: Compare | undefined
  days: Compare | undefined
  sum: (Compare & { property: string }) | undefined
}
export type SequenceFact = Span & { kind: 'sequence'; steps: Matcher[]; windowMs: number }
export type OrdersFact = Span & {
  kind: 'orders'
  currency: string
  products: string[] | undefined
  count: Compare | undefined
  amount: Compare | undefined
  average: Compare | undefined
  lastDaysAgo: Compare | undefined
  firstDaysAgo: Compare | undefined
}
/** What the last word up to `to` says. */
export type LatestFact = {
  kind: 'latest'
  of: 'points' | 'member_level'
  to: number
  value: Compare | undefined
  is: string[] | undefined
  isNot: string[] | undefined
}
export type FollowFact = {
  kind: 'follow'
  state: 'live' | 'ended' | 'ever'
  employees: number[] | undefined
  channels: number[] | undefined
  addWays: string[] | undefined
  endedBy: string[] | undefined
  days: Compare | undefined
}
export type GroupFact = { kind: 'group'; state: 'member' | 'left' | 'ever'; groups: number[] | undefined; days: Compare | undefined }
export type TagFact = { kind: 'tag'; any: number[] | undefined; all: number[] | undefined; none: number[] | undefined }
export type RandomFact = { kind: 'random'; salt: string; from: number; to: number }
export type AttributeFact = { kind: 'attribute'; asked: AttributeLeaf }

/** People somebody listed, or a report that ranks everybody; `tell` is what it found about one. */
export type PeopleFact = { kind: 'people'; ids: number[]; tell?: (person: number) => Promise<unknown> }

export type Fact =
  | AttributeFact
  | TagFact
  | FollowFact
  | GroupFact
  | EventFact
  | SequenceFact
  | OrdersFact
  | LatestFact
  | RandomFact
  | PeopleFact

export function factsOf(node: Node): Fact[] {
  if (node.kind === 'fact') return [node.fact]
  if (node.kind === 'not' || node.kind === 'segment') return factsOf(node.of)
  return node.of.flatMap(factsOf)
}
