import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import type { Asking } from './asking.ts'
import { readPerson } from './facts.ts'
import { judge, type KnownFollow, type KnownStay, type Person } from './judge.ts'
import type { Leaf } from './leaves.ts'
import type { Moment, Node } from './node.ts'

/** The rule's own tree, with yes or no at every place and what was found at its ends. */
export type Explained = { holds: boolean } & (
  | { and: Explained[] }
  | { or: Explained[] }
  | { not: Explained }
  | { segment: string; name: string; rule: Explained }
  | { leaf: Leaf; value: unknown }
)

export async function explainFor(asking: Asking, node: Node, person: number): Promise<Explained> {
  return present(asking.ctx, explain(node, await readPerson(asking, node, person), asking.moment))
}

export function explain(node: Node, person: Person, moment: Moment): Explained {
  if (node.kind === 'fact') return { leaf: node.said, ...judge(node.fact, person, moment) }
  if (node.kind === 'not') {
    const not = explain(node.of, person, moment)
    return { not, holds: !not.holds }
  }
  if (node.kind === 'segment') {
    const rule = explain(node.of, person, moment)
    return { segment: node.said, name: node.name, rule, holds: rule.holds }
  }
  const parts = node.of.map((one) => explain(one, person, moment))
  return node.kind === 'and'
    ? { and: parts, holds: parts.every(({ holds }) => holds) }
    : { or: parts, holds: parts.some(({ holds }) => holds) }
}

/** Ids of the inside leave as public ones. */
function present(ctx: Context, tree: Explained): Explained {
  if ('and' in tree) return { ...tree, and: tree.and.map((one) => present(ctx, one)) }
  if ('or' in tree) return { ...tree, or: tree.or.map((one) => present(ctx, one)) }
  if ('not' in tree) return { ...tree, not: present(ctx, tree.not) }
  if ('segment' in tree) return { ...tree, rule: present(ctx, tree.rule) }
  return { ...tree, value: presentValue(ctx, tree.value) }
}

function presentValue(ctx: Context, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('tags' in value) return { tags: (value.tags as number[]).map((id) => publicId(ctx, 'tag', id)) }
  if ('follows' in value) return { follows: (value.follows as (KnownFollow & { live: boolean })[]).map((one) => presentFollow(ctx, one)) }
  if ('groups' in value) return { groups: (value.groups as (KnownStay & { member: boolean })[]).map((one) => presentStay(ctx, one)) }
  return value
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

const presentFollow = (ctx: Context, { employee, addedAt, endedAt, endedBy, addWay, channel, live }: KnownFollow & { live: boolean }) => ({
  employee: publicId(ctx, 'emp', employee),
  channel: channel === null ? null : publicId(ctx, 'cha', channel),
  addedAt: iso(addedAt),
  endedAt: iso(endedAt),
  endedBy,
  addWay,
  live,
})

const presentStay = (ctx: Context, { group, joinedAt, leftAt, member }: KnownStay & { member: boolean }) => ({
  group: publicId(ctx, 'grp', group),
  joinedAt: iso(joinedAt),
  leftAt: iso(leftAt),
  member,
})
