import { expectedPurchases, type Params, type pointsFor, type Triple } from './bg-nbd.ts'

export type Terms = { params: Params; points: ReturnType<typeof pointsFor>; horizon: number; unitDays: number; discountRate: number }

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
