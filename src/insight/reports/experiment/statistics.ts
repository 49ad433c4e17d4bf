import { betaBelow, betaQuantile, chiSquareAbove, normalBelow, normalQuantile } from '../special.ts'
import type { Effect } from './schema.ts'

/** What is known of one variant: persons, the mean of what they did, and how it varies. */
export type Sample = { n: number; mean: number; variance: number }

const nothing = { lift: null, relativeLift: null, low: null, high: null, z: null, p: null, power: null }

/** Two shares: the interval is Wald's, each side with its own variance; the test pools them, as nothing differs where nothing works. */
export function compareShares(control: Sample, treatment: Sample, confidence: number): Effect {
  const means = meansOf(control, treatment)
  if (control.n === 0 || treatment.n === 0) return { ...means, ...nothing }
  const lift = treatment.mean - control.mean
  const own = (one: Sample) => (one.mean * (1 - one.mean)) / one.n
  const error = Math.sqrt(own(control) + own(treatment))
  const both = (control.mean * control.n + treatment.mean * treatment.n) / (control.n + treatment.n)
  const pooled = Math.sqrt(both * (1 - both) * (1 / control.n + 1 / treatment.n))
  const z = pooled === 0 ? null : lift / pooled
  const reach = normalQuantile((1 + confidence) / 2) * error
  return {
    ...means,
    ...effectOf(lift, control.mean, reach),
    z,
    p: z === null ? null : bothTails(z),
    power: powerOf(lift, error, confidence),
  }
}

/** Two means of anything: Welch's test and interval, which do not ask the variances to be equal. */
export function compareMeans(control: Sample, treatment: Sample, confidence: number): Effect {
  const means = meansOf(control, treatment)
  if (control.n < 2 || treatment.n < 2) return { ...means, ...nothing }
  const lift = treatment.mean - control.mean
  const [a, b] = [control.variance / control.n, treatment.variance / treatment.n]
  const error = Math.sqrt(a + b)
  if (error === 0) return { ...means, ...effectOf(lift, control.mean, 0), z: null, p: null, power: null }
  const degrees = (a + b) ** 2 / (a ** 2 / (control.n - 1) + b ** 2 / (treatment.n - 1))
  const z = lift / error
  const reach = studentReach(degrees, confidence) * error
  return { ...means, ...effectOf(lift, control.mean, reach), z, p: studentTails(degrees, z), power: powerOf(lift, error, confidence) }
}

const meansOf = (control: Sample, treatment: Sample) => ({
  control: control.n === 0 ? null : control.mean,
  treatment: treatment.n === 0 ? null : treatment.mean,
})

const effectOf = (lift: number, base: number, reach: number) => ({
  lift,
  relativeLift: base === 0 ? null : lift / base,
  low: lift - reach,
  high: lift + reach,
})

const bothTails = (z: number): number => 2 * normalBelow(-Math.abs(z))

/** Student's t through the incomplete beta function, which takes degrees of freedom that are not whole. */
const studentTails = (degrees: number, t: number): number => betaBelow(degrees / 2, 0.5, degrees / (degrees + t * t))

function studentReach(degrees: number, confidence: number): number {
  const x = betaQuantile(degrees / 2, 0.5, 1 - confidence)
  return Math.sqrt(degrees * (1 / x - 1))
}

/** How often a trial of this size would find an effect as large as the one seen. */
function powerOf(lift: number, error: number, confidence: number): number | null {
  if (error === 0) return null
  const reach = normalQuantile((1 + confidence) / 2)
  return normalBelow(Math.abs(lift) / error - reach) + normalBelow(-Math.abs(lift) / error - reach)
}

/** The smallest lift that a trial of this size finds four times in five. */
export function detectableLift(control: Sample, treatment: Sample, confidence: number): number | null {
  if (control.n < 2 || treatment.n < 2) return null
  const error = Math.sqrt(control.variance / control.n + treatment.variance / treatment.n)
  return (normalQuantile((1 + confidence) / 2) + normalQuantile(0.8)) * error
}

/** Persons that each variant needs to find `lift` above a share or a mean; null where no number would do. */
export function neededPersons(
  base: Sample,
  lift: number,
  { share, power, confidence }: { share: boolean; power: number; confidence: number },
) {
  const [reach, chance] = [normalQuantile((1 + confidence) / 2), normalQuantile(power)]
  if (!share) return base.variance === 0 ? null : Math.ceil((2 * base.variance * (reach + chance) ** 2) / lift ** 2)
  const other = base.mean + lift
  if (other >= 1) return null
  const middle = (base.mean + other) / 2
  const apart = base.mean * (1 - base.mean) + other * (1 - other)
  return Math.ceil((reach * Math.sqrt(2 * middle * (1 - middle)) + chance * Math.sqrt(apart)) ** 2 / lift ** 2)
}

const alarming = 0.01

/** Whether the variants came in the shares they were dealt out in. Where not, something loses people, and no result can be trusted. */
export function sampleRatio(counts: readonly number[], shares: readonly number[]): { p: number | null; ok: boolean } {
  const [all, whole] = [counts.reduce((sum, one) => sum + one, 0), shares.reduce((sum, one) => sum + one, 0)]
  if (counts.length < 2 || all === 0) return { p: null, ok: true }
  const distance = counts.reduce((sum, one, i) => {
    const wanted = (all * (shares[i] ?? 0)) / whole
    return sum + (one - wanted) ** 2 / wanted
  }, 0)
  const p = chiSquareAbove(counts.length - 1, distance)
  return { p, ok: p >= alarming }
}
