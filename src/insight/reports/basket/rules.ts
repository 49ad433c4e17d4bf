import type { Itemset } from './itemsets.ts'
import type { Rule } from './schema.ts'

type Wanted = { baskets: number; minConfidence: number; minLength: number; nameOf(item: number): string }

/** From each frequent set the rules with one item on the right: lhs ⇒ rhs. A subset of a frequent set is frequent, so its count is known. */
export function associationRules(itemsets: readonly Itemset[], { baskets, minConfidence, minLength, nameOf }: Wanted): Rule[] {
  const counts = new Map(itemsets.map(({ items, count }) => [items.join(' '), count]))
  return itemsets
    .filter(({ items }) => items.length >= Math.max(2, minLength))
    .flatMap(({ items, count }) =>
      items.flatMap((right): Rule[] => {
        const left = items.filter((item) => item !== right)
        const [ofLeft, ofRight] = [counts.get(left.join(' ')) ?? 0, counts.get(String(right)) ?? 0]
        // Compared as counts: 0.8 of 10 baskets are 8, whatever the division rounds to.
        if (count < minConfidence * ofLeft * (1 - Number.EPSILON * 4)) return []
        return [{ lhs: left.map(nameOf), rhs: [nameOf(right)], count, ...measures(count, ofLeft, ofRight, baskets) }]
      }),
    )
}

const measures = (count: number, left: number, right: number, baskets: number) => ({
  support: count / baskets,
  confidence: count / left,
  lift: (count * baskets) / (left * right),
  conviction: left === count ? null : (left * (baskets - right)) / (baskets * (left - count)),
})

/** By one measure, then by how often and by name, so that equal rules have one order. */
export function sortRules(rules: readonly Rule[], by: 'lift' | 'confidence' | 'support' | 'conviction'): Rule[] {
  const worth = (rule: Rule): number => rule[by] ?? Number.POSITIVE_INFINITY
  const name = (rule: Rule): string => `${rule.rhs[0]} ${rule.lhs.join(' ')}`
  return rules.toSorted(
    (a, b) => compare(worth(b), worth(a)) || b.count - a.count || compare(b.confidence, a.confidence) || (name(a) < name(b) ? -1 : 1),
  )
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)
