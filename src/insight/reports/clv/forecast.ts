import { expectedPurchases, type Params, type pointsFor, probabilityAlive, type Triple } from './bg-nbd.ts'
import { expectedSpend, populationMean, type Spend } from './gamma-gamma.ts'

export type Forecast = { pAlive: number; expected: number; meanValue: number | null; expectedValue: number | null; clv: number | null }
export type Terms = {
  params: Params
  points: ReturnType<typeof pointsFor>
  spend: Spend | null
  horizon: number
  unitDays: number
  discountRate: number
}

/** Equal stretches of the horizon, each discounted from its end; as many as months in a year, because a finer sum changes little. */
const stretches = 12

/** Purchases expected within the horizon, as they are and with each stretch's share worth less the later it comes. */
export function expectedAndDiscounted(terms: Terms, triple: Omit<Triple, 'n'>): { expected: number; discounted: number } {
  let [before, discounted] = [0, 0]
  for (let i = 1; i <= stretches; i++) {
    const units = (terms.horizon * i) / stretches
    const until = expectedPurchases(terms.params, triple, units, terms.points)
    discounted += (until - before) / (1 + terms.discountRate) ** ((units * terms.unitDays) / 365.25)
    before = until
  }
  return { expected: before, discounted }
}

/** A customer's forecast; `repeatMean` in major units, null without repeat purchases at a price. */
export function forecastOf(
  terms: Terms,
  triple: Omit<Triple, 'n'>,
  repeatMean: number | null,
  { expected, discounted } = expectedAndDiscounted(terms, triple),
): Forecast {
  const value = terms.spend && nextValue(terms.spend, triple.x, repeatMean)
  return {
    pAlive: probabilityAlive(terms.params, triple),
    expected,
    meanValue: repeatMean,
    expectedValue: value,
    clv: value === null ? null : value * discounted,
  }
}

const nextValue = (spend: Spend, x: number, repeatMean: number | null): number | null =>
  repeatMean === null || x === 0 ? populationMean(spend) : expectedSpend(spend, x, repeatMean)
