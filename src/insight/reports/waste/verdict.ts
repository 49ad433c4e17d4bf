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
  /** How many people more, their window over, it takes to judge; null where nothing it could be held against has worked. */
  needed: number | null
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
  return { ...verdictOf(power, neededFor(others.orderRate, known.closed.of)), lift: null, low: null, high: null }
}

function judgeLift(touched: Share, heldOut: Share, worthwhileLift: number): Verdict | undefined {
  const found = compareShares(touched, heldOut)
  if (!found) return { ...verdictOf(0, null), lift: null, low: null, high: null }
  if (found.low > 0) return undefined
  const rate = heldOut.did / heldOut.of
  const powerAt = (times: number) => powerOf(rate, Math.min(1, rate * (1 + worthwhileLift)), touched.of * times, heldOut.of * times)
  const power = rate === 0 ? 0 : powerAt(1)
  const times = rate === 0 ? null : timesFor(powerAt)
  const needed = times === null ? null : Math.ceil((times - 1) * touched.of)
  return { ...verdictOf(power, needed), lift: found.difference, low: found.low, high: found.high }
}

/** The chance of at least one in so many independent tries. */
const atLeastOne = (rate: number, tries: number): number => (tries === 0 ? 0 : -Math.expm1(tries * Math.log1p(-Math.min(1, rate))))

/** The same for money: how many come for so much is a matter of chance around what a person costs. */
const atLeastOneFor = (costs: Costs, costPerPerson: Costs): number =>
  Math.max(0, ...[...costs].map(([currency, minor]) => 1 - Math.exp(-minor / (costPerPerson.get(currency) ?? Number.POSITIVE_INFINITY))))

/** As many as make one result likely enough, less those there are; nobody waits for what works once in a million. */
const neededFor = (rate: number, there: number): number | null =>
  rate < 1e-6 ? null : rate >= 1 ? Math.max(0, 1 - there) : Math.max(0, Math.ceil(Math.log(1 - enough) / Math.log1p(-rate)) - there)

/** How many times both sides must grow, alike, until a rise would be found: power rises with them, so halves close in on it. */
function timesFor(powerAt: (times: number) => number): number | null {
  let [low, high] = [1, 2]
  while (powerAt(high) < enough && high < 1e6) [low, high] = [high, high * 2]
  if (powerAt(high) < enough) return null
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high)
    if (powerAt(middle) < enough) low = middle
    else high = middle
  }
  return high
}

const verdictOf = (power: number, needed: number | null): Pick<Verdict, 'power' | 'verdict' | 'needed'> =>
  power >= enough ? { power, verdict: 'no_effect', needed: 0 } : { power, verdict: 'too_little_data', needed }
