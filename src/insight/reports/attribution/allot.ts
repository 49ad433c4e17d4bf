import Big from 'big.js'

/**
 * Divides a total by weights so that the parts, rounded to `places`, add up to it exactly: everybody gets the rounded-down part,
 * and the units left over go to the largest remainders (the earlier one of equals).
 */
export function allot(total: Big, weights: readonly number[], places: number): Big[] {
  const unit = new Big(10).pow(-places)
  const sum = weights.reduce((all, weight) => all + weight, 0)
  if (sum === 0) return weights.map(() => new Big(0))
  const exact = weights.map((weight) => total.times(weight).div(sum))
  const parts = exact.map((part) => part.round(places, Big.roundDown))
  const left = total.minus(parts.reduce((all, part) => all.plus(part), new Big(0)))
  const sign = left.lt(0) ? -1 : 1
  const units = left.abs().div(unit).round(0, Big.roundHalfUp).toNumber()
  const order = exact
    .map((part, i) => ({ i, rest: part.minus(parts[i] ?? 0).abs() }))
    .sort((a, b) => b.rest.cmp(a.rest) || a.i - b.i)
    .slice(0, units)
  for (const { i } of order) parts[i] = (parts[i] ?? new Big(0)).plus(unit.times(sign))
  return parts
}
