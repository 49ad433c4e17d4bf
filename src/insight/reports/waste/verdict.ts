import { compareShares, powerOf, type Share } from '../proportions.ts'

/** Minor units by currency: amounts of two have no sum. */
export type Costs = ReadonlyMap<string, number>

/** What is known of a thing that cost money or reached people. */
export type Known = {
  costs: Costs
  views: number
  added: number
  closed: Share
  heldOut: Share
  /** Somebody ordered, also where the window is not over. */
  ordered: number
}

/** How well the others of its kind do. */
export type Others = {
  /** Orders a person touched, and persons a view. */
  orderRate: number
  addRate: number
  /** What a person costs, in each currency of which that is known. */
  costPerPerson: Costs
}

export type Verdict = {
  verdict: 'no_effect' | 'too_little_data'
  power: number
  lift: number | null
  low: number | null
  high: number | null
}

const enough = 0.8

/**
 * Undefined for what has a result. Without people held out, any order within the window is one; without any, the question is
 * whether one would have been seen, had the thing worked as well as the others. With people held out only a proven rise counts.
 */
export function judge(known: Known, others: Others, worthwhileLift: number): Verdict | undefined {
  if (known.heldOut.of > 0) return judgeLift(known.closed, known.heldOut, worthwhileLift)
  if (known.ordered > 0) return undefined
  const power = Math.max(
    atLeastOne(others.orderRate, known.closed.of),
    known.added === 0 ? atLeastOne(others.addRate, known.views) : 0,
    known.added === 0 ? atLeastOneFor(known.costs, others.costPerPerson) : 0,
  )
  return { ...verdictOf(power), lift: null, low: null, high: null }
}

function judgeLift(touched: Share, heldOut: Share, worthwhileLift: number): Verdict | undefined {
  const found = compareShares(touched, heldOut)
  if (!found) return { ...verdictOf(0), lift: null, low: null, high: null }
  if (found.low > 0) return undefined
  const rate = heldOut.did / heldOut.of
  const power = rate === 0 ? 0 : powerOf(rate, Math.min(1, rate * (1 + worthwhileLift)), touched.of, heldOut.of)
  return { ...verdictOf(power), lift: found.difference, low: found.low, high: found.high }
}

/** The chance of at least one in so many independent tries. */
const atLeastOne = (rate: number, tries: number): number => 1 - (1 - Math.min(1, rate)) ** tries

/** The same for money: how many come for so much is a matter of chance around what a person costs. */
const atLeastOneFor = (costs: Costs, costPerPerson: Costs): number =>
  Math.max(0, ...[...costs].map(([currency, minor]) => 1 - Math.exp(-minor / (costPerPerson.get(currency) ?? Number.POSITIVE_INFINITY))))

const verdictOf = (power: number): Pick<Verdict, 'power' | 'verdict'> => ({
  power,
  verdict: power >= enough ? 'no_effect' : 'too_little_data',
})
