import { expectedOfLiving, type Params, type pointsFor, type Triple } from './bg-nbd.ts'

export type Terms = {
  params: Params
  points: ReturnType<typeof pointsFor>
  horizon: number
  unitDays: number
  discountRate: number
  holdout: number
}

/** Of a customer who has not stopped: purchases within the horizon, as they are and discounted, and within the hold-out. */
export type Living = { expected: number; discounted: number; heldOut: number }

/** Equal stretches of the horizon, each discounted from its end; as many as months in a year, because a finer sum changes little. */
const stretches = 12

/** Each stretch's share is worth less the later it comes. */
export function expectOfLiving(terms: Terms, one: Pick<Triple, 'x' | 'T'>): Living {
  const within = (units: number): number => expectedOfLiving(terms.params, one, units, terms.points)
  let [before, discounted] = [0, 0]
  for (let i = 1; i <= stretches; i++) {
    const units = (terms.horizon * i) / stretches
    const until = within(units)
    discounted += (until - before) / (1 + terms.discountRate) ** ((units * terms.unitDays) / 365.25)
    before = until
  }
  return { expected: before, discounted, heldOut: terms.holdout === 0 ? 0 : within(terms.holdout) }
}
