/** What is counted of the people of one channel, or of several together. Money in minor units. */
export type Tally = {
  spend: Map<string, number>
  adds: number
  newCustomers: number
  payingCustomers: number
  /** By whole days since arrival. */
  revenue: Map<number, number>
  youngestMs: number
  old: number[]
  kept: number[]
}

export type Place = { key: string; name: string; parent: string | null }
export type Branch = Place & { depth: number; tally: Tally }

export const emptyTally = (retentions: number): Tally => ({
  spend: new Map(),
  adds: 0,
  newCustomers: 0,
  payingCustomers: 0,
  revenue: new Map(),
  youngestMs: 0,
  old: Array(retentions).fill(0),
  kept: Array(retentions).fill(0),
})

/** A person has one channel, so that everything of several channels is the sum of theirs. */
export function addTally(a: Tally, b: Tally): Tally {
  const add = <Key>(one: ReadonlyMap<Key, number>, other: ReadonlyMap<Key, number>) =>
    new Map([...new Set([...one.keys(), ...other.keys()])].map((key) => [key, (one.get(key) ?? 0) + (other.get(key) ?? 0)]))
  return {
    spend: add(a.spend, b.spend),
    adds: a.adds + b.adds,
    newCustomers: a.newCustomers + b.newCustomers,
    payingCustomers: a.payingCustomers + b.payingCustomers,
    revenue: add(a.revenue, b.revenue),
    youngestMs: Math.max(a.youngestMs, b.youngestMs),
    old: a.old.map((count, i) => count + (b.old[i] ?? 0)),
    kept: a.kept.map((count, i) => count + (b.kept[i] ?? 0)),
  }
}

/** The tree from its roots down, every channel with everything below it; channels nobody knows (any more) are roots. */
export function growTree(places: readonly Place[], tallies: ReadonlyMap<string, Tally>, none: Tally): Branch[] {
  const known = new Set(places.map(({ key }) => key))
  const strangers = [...tallies.keys()].filter((key) => key !== '' && !known.has(key)).sort()
  const all = [...places, ...strangers.map((key) => ({ key, name: key, parent: null }))]
  const children = Map.groupBy(all, ({ parent }) => parent)
  const walk = (place: Place, depth: number): Branch[] => {
    const below = (children.get(place.key) ?? []).map((child) => walk(child, depth + 1))
    const sum = below.reduce((tally, [child]) => (child ? addTally(tally, child.tally) : tally), tallies.get(place.key) ?? none)
    return [{ ...place, depth, tally: sum }, ...below.flat()]
  }
  return (children.get(null) ?? []).flatMap((root) => walk(root, 0))
}

/** The keys of a channel and everything below it. */
export function keysBelow(places: readonly Place[], key: string): string[] {
  const below = places.filter(({ parent }) => parent === key).flatMap((place) => keysBelow(places, place.key))
  return [key, ...below]
}
