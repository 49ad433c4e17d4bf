import { type Fit, fitBgNbd, pointsFor, probabilityAlive, type Triple } from './bg-nbd.ts'
import { expectOfLiving, type Living, type Terms } from './forecast.ts'
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
  const living = remembering({ ...task, params, points: pointsFor(params) })
  const alive = Float64Array.from(triples, (triple) => probabilityAlive(params, triple))
  const column = (value: (living: Living) => number) => alive.map((probability, i) => probability * value(living(triples[i] ?? nobody)))
  return {
    params,
    spend,
    alive,
    expected: column(({ expected }) => expected),
    discounted: column(({ discounted }) => discounted),
    heldOut: column(({ heldOut }) => heldOut),
  }
}

const nobody = { x: 0, T: 0 }

/** Who came equally often since equally long has one expectation, whenever they came last. */
function remembering(terms: Terms): (one: Pick<Triple, 'x' | 'T'>) => Living {
  const seen = new Map<string, Living>()
  return (one) => {
    const key = `${one.x} ${one.T}`
    const found = seen.get(key) ?? expectOfLiving(terms, one)
    seen.set(key, found)
    return found
  }
}
