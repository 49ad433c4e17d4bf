import { sharesOf } from '#operation/experiments/design.ts'
import type { Plan, Variant } from '#operation/experiments/schema.ts'
import { thresholdAt } from '../reports/experiment/sequential.ts'
import { neededPersons } from '../reports/experiment/statistics.ts'
import { normalQuantile } from '../reports/special.ts'
import type { Needed } from './schema.ts'

type Question = {
  measure: string
  better: 'more' | 'less'
  plan: Plan
  holdoutPerMille: number
  variants: readonly Pick<Variant, 'key' | 'weight'>[]
  control: string
}

const confidence = 0.95

/** How many people a trial needs to find the lift it is planned for, at 5 % two-sided. Null where no number would do. */
export function peopleNeeded({ measure, better, plan, control, ...design }: Question): Needed {
  const share = measure === 'converted'
  // Of a share that should fall, the smaller one is the base of the formula.
  const mean = share && better === 'less' ? plan.base - plan.lift : plan.base
  if (share && (mean <= 0 || mean + plan.lift >= 1)) return { perSide: null, people: null, peopleLooking: null }
  const base = { n: 0, mean, variance: share ? mean * (1 - mean) : (plan.spread ?? 0) ** 2 }
  const perSide = neededPersons(base, plan.lift, { share, power: plan.power, confidence })
  if (perSide === null) return { perSide, people: null, peopleLooking: null }
  const people = Math.ceil(perSide * timesOf(sharesOf(design), control))
  return { perSide, people, peopleLooking: Math.ceil(people * dearness(plan.power)) }
}

/** The smallest side decides: with equal halves, two people for each one on a side. */
function timesOf(shares: ReadonlyMap<string, number>, control: string): number {
  const own = shares.get(control) ?? 1
  return Math.max(...[...shares].filter(([key]) => key !== control).map(([, share]) => (1 / own + 1 / share) / 2))
}

/** By how much more people daily looks ask for, at most: the last look alone must then go beyond a higher threshold. */
const dearness = (power: number): number =>
  ((thresholdAt(1 - confidence) + normalQuantile(power)) / (normalQuantile((1 + confidence) / 2) + normalQuantile(power))) ** 2
