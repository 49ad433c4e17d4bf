export type AbcClass = 'A' | 'B' | 'C'

/**
 * By revenue, the largest first: a product belongs to A while those before it bring less than the first bound of all revenue,
 * to B while they bring less than the second. What brought nothing is C. The names stand in the order of the list.
 */
export function abcClasses(amounts: readonly number[], [a, b]: readonly [number, number]): AbcClass[] {
  const order = amounts.map((amount, place) => ({ amount, place })).sort((x, y) => y.amount - x.amount || x.place - y.place)
  const total = amounts.reduce((sum, amount) => sum + Math.max(0, amount), 0)
  const classes: AbcClass[] = amounts.map(() => 'C')
  let before = 0
  for (const { amount, place } of order) {
    if (amount <= 0) break
    classes[place] = before < a * total ? 'A' : before < b * total ? 'B' : 'C'
    before += amount
  }
  return classes
}
