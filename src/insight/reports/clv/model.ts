import { expectedPurchases, type Fit, fitBgNbd, pointsFor, probabilityAlive } from './bg-nbd.ts'
import { expectedAndDiscounted } from './forecast.ts'
import { fitGammaGamma, type SpendFit } from './gamma-gamma.ts'

/** What the arithmetic needs, as columns, which threads hand over without copying rows. */
export type Task = {
  x: Float64Array
  tx: Float64Array
  T: Float64Array
  n: Float64Array
  /** Repeat buyers with an amount: number of repeats, mean of them in major units, how many such. Empty where it is not asked for. */
  spending: { x: Float64Array; mean: Float64Array; n: Float64Array }
  horizon: number
  unitDays: number
  discountRate: number
  holdout: number
}

/** The fits, and what they say of each history. */
export type Modelled = {
  params: Fit
  spend: SpendFit | null
  alive: Float64Array
  expected: Float64Array
  discounted: Float64Array
  heldOut: Float64Array
}

/** Everything of the report that takes long; no input, no output, no clock. */
export function modelBuyers(task: Task): Modelled {
  const at = (list: Float64Array, i: number): number => list[i] ?? 0
  const triples = Array.from(task.x, (x, i) => ({ x, tx: at(task.tx, i), T: at(task.T, i), n: at(task.n, i) }))
  const { x, mean, n } = task.spending
  const spend = x.length < 2 ? null : fitGammaGamma(Array.from(x, (times, i) => ({ x: times, mean: at(mean, i), n: at(n, i) })))
  const params = fitBgNbd(triples)
  const terms = { ...task, params, points: pointsFor(params) }
  const bought = triples.map((triple) => expectedAndDiscounted(terms, triple))
  return {
    params,
    spend,
    alive: Float64Array.from(triples, (triple) => probabilityAlive(params, triple)),
    expected: Float64Array.from(bought, ({ expected }) => expected),
    discounted: Float64Array.from(bought, ({ discounted }) => discounted),
    heldOut: Float64Array.from(triples, (triple) =>
      task.holdout === 0 ? 0 : expectedPurchases(params, triple, task.holdout, terms.points),
    ),
  }
}
