import type { IdentityKind } from './schema.ts'
import { identityKey, isSingle, type StoredIdentity } from './values.ts'

/** Whose an identity is: the original it was given to, and whom that counts as now. */
export type Known = { original: number; canonical: number }

/** What deciding needs to know of a group of merged customers. */
export type Group = {
  canonical: number
  members: number[]
  /** Values of kinds that one person has one of, by kind and scope. */
  single: Map<string, Set<string>>
  /** Nothing but devices: a visitor nobody knows yet. */
  anonymous: boolean
}

export type PlannedMerge = { keep: number; merge: number; reason: string }
export type PlannedReview = { first: number; second: number; reason: string }

/** Identities strongest first. `about`: of which kind the one is that the row is about; the strongest when it does not say. */
export type PlanRow = { identities: readonly StoredIdentity[]; about?: IdentityKind | undefined }

export type Plan = {
  /** The original that each row is, in the order of the rows. New customers have negative numbers until they get their ids. */
  rows: number[]
  /** How many new customers there are: -1 … -created. */
  created: number
  /** New identities, each with its original. */
  attached: { identity: StoredIdentity; customer: number }[]
  merges: PlannedMerge[]
  reviews: PlannedReview[]
  /** Stored groups that the plan changes; they are locked before it is carried out. */
  changed: Set<number>
}

/** Pairs of originals that are on the review list or declared to be two persons, lower id first, as `1 2`. */
export type ReviewedPairs = ReadonlySet<string>

export const pairKey = (a: number, b: number): string => (a < b ? `${a} ${b}` : `${b} ${a}`)

/** Groups whose state a plan for these rows depends on: those that might get an identity or be merged. */
export function groupsAtStake(rows: readonly PlanRow[], known: ReadonlyMap<string, Known>): Set<number> {
  const groups = new Set<number>()
  for (const { identities } of rows) {
    const found = identities.map((identity) => known.get(identityKey(identity))?.canonical)
    const canonicals = new Set(found.filter((canonical) => canonical !== undefined))
    if (canonicals.size > 1 || (canonicals.size === 1 && found.includes(undefined)))
      for (const canonical of canonicals) groups.add(canonical)
  }
  return groups
}

/**
 * Decides, row by row, whose each identity is. The strongest known identity of a row says who it is; unknown ones are given
 * to the same customer; known ones of somebody else are a merge. Where that would give one person two values of a kind
 * people have one of, or where somebody said that the two are two, nothing is merged and the pair goes to review; the row then
 * is the one of them that owns what it is about.
 */
export function planIdentities(
  rows: readonly PlanRow[],
  stored: ReadonlyMap<string, Known>,
  groups: readonly Group[],
  reviewed: ReviewedPairs,
): Plan {
  const plan: Plan = { rows: [], created: 0, attached: [], merges: [], reviews: [], changed: new Set() }
  const given = new Map<string, number>()
  const byMember = new Map<number, Group>(groups.flatMap((group) => group.members.map((member) => [member, group])))
  const seenPairs = new Set(reviewed)

  const ownerOf = (identity: StoredIdentity): number | undefined =>
    given.get(identityKey(identity)) ?? stored.get(identityKey(identity))?.original

  const create = (): number => {
    const id = -++plan.created
    byMember.set(id, { canonical: id, members: [id], single: new Map(), anonymous: true })
    return id
  }

  const give = (identity: StoredIdentity, customer: number): void => {
    given.set(identityKey(identity), customer)
    plan.attached.push({ identity, customer })
    const group = byMember.get(customer)
    if (!group) return
    if (group.canonical > 0) plan.changed.add(group.canonical)
    if (identity.kind !== 'device') group.anonymous = false
    if (isSingle(identity)) group.single.set(slotOf(identity), (group.single.get(slotOf(identity)) ?? new Set()).add(identity.value))
  }

  const fits = (identity: StoredIdentity, customer: number): boolean => {
    const values = isSingle(identity) ? byMember.get(customer)?.single.get(slotOf(identity)) : undefined
    return values === undefined || values.size === 0 || values.has(identity.value)
  }

  const review = (a: number, b: number, reason: string): void => {
    const key = pairKey(a, b)
    if (seenPairs.has(key)) return
    seenPairs.add(key)
    plan.reviews.push({ first: a, second: b, reason })
  }

  const merge = (home: number, other: number, reason: string): void => {
    const [a, b] = [byMember.get(home), byMember.get(other)]
    if (!a || !b || a === b) return
    if (a.members.some((one) => b.members.some((two) => seenPairs.has(pairKey(one, two))))) return
    if (!compatible(a, b)) {
      review(home, other, reason)
      return
    }
    const keepsHome = a.anonymous === b.anonymous ? age(a.canonical) <= age(b.canonical) : !a.anonymous
    plan.merges.push(keepsHome ? { keep: home, merge: other, reason } : { keep: other, merge: home, reason })
    for (const group of [a, b]) if (group.canonical > 0) plan.changed.add(group.canonical)
    const [kept, gone] = keepsHome ? [a, b] : [b, a]
    kept.members.push(...gone.members)
    kept.anonymous &&= gone.anonymous
    for (const [slot, values] of gone.single) kept.single.set(slot, new Set([...(kept.single.get(slot) ?? []), ...values]))
    for (const member of gone.members) byMember.set(member, kept)
  }

  const homeOf = (identities: readonly StoredIdentity[]): number => {
    const [strongest] = identities
    const owner = strongest && ownerOf(strongest)
    if (owner !== undefined) return owner
    // A device says nothing about who holds it, so it never makes a new name somebody's.
    const candidate = identities.find((identity) => identity.kind !== 'device' && ownerOf(identity) !== undefined)
    const candidateOwner = candidate && ownerOf(candidate)
    if (candidateOwner !== undefined && identities.every((identity) => ownerOf(identity) !== undefined || fits(identity, candidateOwner)))
      return candidateOwner
    return create()
  }

  for (const { identities, about } of rows) {
    const home = homeOf(identities)
    for (const identity of identities) {
      const owner = ownerOf(identity)
      if (owner === home) continue
      if (owner === undefined && fits(identity, home)) give(identity, home)
      else if (owner === undefined) {
        const second = create()
        give(identity, second)
        review(home, second, identity.kind)
      } else if (identity.kind !== 'device' || byMember.get(owner)?.anonymous) merge(home, owner, identity.kind)
    }
    const subject = identities.find(({ kind }) => kind === about)
    plan.rows.push((subject && ownerOf(subject)) ?? home)
  }
  return plan
}

const slotOf = ({ kind, scope }: StoredIdentity): string => `${kind} ${scope}`

/** New customers are younger than stored ones. */
const age = (canonical: number): number => (canonical > 0 ? canonical : 2 ** 32 - canonical)

function compatible(a: Group, b: Group): boolean {
  for (const [slot, values] of a.single) {
    const others = b.single.get(slot)
    if (others && new Set([...values, ...others]).size > Math.max(values.size, others.size)) return false
  }
  return true
}
