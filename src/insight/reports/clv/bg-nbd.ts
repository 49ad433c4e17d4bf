import { logGamma } from '../special.ts'
import { betaPoints, meanOver } from './beta-mean.ts'
import { minimiseOver } from './minimise.ts'

/** So many customers who bought `x` times after their first time, the last time `tx` and today `T` after it. */
export type Triple = { x: number; tx: number; T: number; n: number }
export type Params = { r: number; alpha: number; a: number; b: number }
export type Fit = Params & { logLikelihood: number; converged: boolean }

/**
 * BG/NBD (Fader, Hardie, Lee 2005): while alive a customer buys at random at their own pace (gamma r, alpha), and after any purchase
 * may stop for good with their own probability (beta a, b). Maximum likelihood over groups of equal customers.
 */
export function fitBgNbd(triples: readonly Triple[]): Fit {
  const largest = triples.reduce((most, { x }) => Math.max(most, x), 0)
  const scale = Math.max(1e-9, triples.reduce((most, { T }) => Math.max(most, T), 0) / 40)
  // Time is measured in fortieths of the oldest customer's age, so that one start suits days and weeks.
  const scaled = triples.map(({ x, tx, T, n }) => ({ x, tx: tx / scale, T: T / scale, n }))
  const costOf = (rows: readonly Triple[]) => {
    const customers = Math.max(
      1,
      rows.reduce((sum, { n }) => sum + n, 0),
    )
    const table = tabulate(rows)
    return ([r = 1, alpha = 1, a = 1, b = 1]: number[]): number => -likelihoodOf(table, { r, alpha, a, b }, largest) / customers
  }
  const { at, converged } = minimiseOver(scaled, costOf, [0.5, 5, 0.8, 2.5])
  const [r = 1, alpha = 1, a = 1, b = 1] = at
  const params = { r, alpha: alpha * scale, a, b }
  return { ...params, logLikelihood: logLikelihood(params, triples, largest), converged }
}

/** In logarithms throughout: hundreds of purchases would overflow anything else. */
export function logLikelihood(params: Params, triples: readonly Triple[], largest: number): number {
  return likelihoodOf(tabulate(triples), params, largest)
}

/** Days repeat: a logarithm is taken once for each time that occurs, not for each row. */
type Table = { x: Int32Array; tx: Int32Array; T: Int32Array; n: Float64Array; times: Float64Array }

function tabulate(triples: readonly Triple[]): Table {
  const places = new Map<number, number>()
  const placeOf = (time: number): number => {
    const place = places.get(time) ?? places.size
    places.set(time, place)
    return place
  }
  const [x, tx, T] = [
    Int32Array.from(triples, (one) => one.x),
    column(triples, ({ tx }) => placeOf(tx)),
    column(triples, ({ T }) => placeOf(T)),
  ]
  return { x, tx, T, n: Float64Array.from(triples, ({ n }) => n), times: Float64Array.from(places.keys()) }
}

const column = (triples: readonly Triple[], value: (triple: Triple) => number) => Int32Array.from(triples, value)

function likelihoodOf({ x, tx, T, n, times }: Table, { r, alpha, a, b }: Params, largest: number): number {
  const ofCount = countTerms({ r, alpha, a, b }, largest)
  const stops = Float64Array.from({ length: largest + 1 }, (_, count) => (count === 0 ? 0 : Math.log(a / (b + count - 1))))
  const logs = times.map((time) => Math.log(alpha + time))
  let sum = 0
  for (let i = 0; i < n.length; i++) {
    const count = x[i] ?? 0
    const alive = -(r + count) * (logs[T[i] ?? 0] ?? 0)
    const gone = count === 0 ? Number.NEGATIVE_INFINITY : (stops[count] ?? 0) - (r + count) * (logs[tx[i] ?? 0] ?? 0)
    sum += (n[i] ?? 0) * ((ofCount[count] ?? 0) + Math.max(alive, gone) + Math.log1p(Math.exp(-Math.abs(alive - gone))))
  }
  return sum
}

/** What depends on the number of purchases alone is computed once for each number, not for each customer. */
function countTerms({ r, alpha, a, b }: Params, largest: number): Float64Array {
  const base = r * Math.log(alpha) - logGamma(r) + logGamma(a + b) - logGamma(b)
  return Float64Array.from({ length: largest + 1 }, (_, x) => base + logGamma(r + x) + logGamma(b + x) - logGamma(a + b + x))
}

/** The probability that the customer has not stopped. Who came once has had no purchase after which to stop. */
export const probabilityAlive = ({ r, alpha, a, b }: Params, { x, tx, T }: Omit<Triple, 'n'>): number =>
  x === 0 ? 1 : 1 / (1 + (a / (b + x - 1)) * Math.exp((r + x) * Math.log((alpha + T) / (alpha + tx))))

/**
 * Purchases expected in the next `t` units: over the beta distribution of the probability to stop, the closed form of the rest. The
 * paper's hypergeometric function is the same number, but cannot be computed for every parameter that a fit may come to.
 */
export const expectedPurchases = (params: Params, triple: Omit<Triple, 'n'>, t: number, points = pointsFor(params)): number =>
  expectedOfLiving(params, triple, t, points) * probabilityAlive(params, triple)

/** The same of a customer who has not stopped, which does not depend on when they came last. */
export function expectedOfLiving(
  { r, alpha }: Params,
  { x, T }: Pick<Triple, 'x' | 'T'>,
  t: number,
  points: ReturnType<typeof pointsFor>,
): number {
  const reach = t / (alpha + T)
  const whileAlive = (stop: number): number =>
    stop * reach < 1e-12 ? (r + x) * reach : -Math.expm1(-(r + x) * Math.log1p(reach * stop)) / stop
  return meanOver(points(x), whileAlive)
}

/** Points for each number of purchases, found once. */
export function pointsFor({ a, b }: Params): (x: number) => ReturnType<typeof betaPoints> {
  const found = new Map<number, ReturnType<typeof betaPoints>>()
  return (x) => {
    const points = found.get(x) ?? betaPoints(a, b + x)
    found.set(x, points)
    return points
  }
}
