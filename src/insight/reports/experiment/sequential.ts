import type { Look } from './schema.ts'
import { compareMeans, compareShares, type Sample } from './statistics.ts'

/** What came together by the end of a day: everybody of a variant whose window was over, and how many of them did it at all. */
export type Gathered = Sample & { did: number }

export type Monitoring = {
  share: boolean
  /** At this many persons on each of two sides the monitoring is sharpest; chosen before the trial, never by what it shows. */
  persons: number
  confidence: number
}

/** Fewer than this, and means are not yet normal enough to be judged by their spread. */
const fewest = { persons: 100, did: 20 }

/**
 * Looks that may be taken every day and stopped at any: the chance that any look, ever, calls a difference where there is none stays
 * below 1 − confidence. The mixture sequential probability ratio test with a normal mixture (Robbins 1970; Johari, Koomen, Pekelis,
 * Walsh 2022, "Always Valid Inference", Operations Research 70(3)) in its asymptotic form for means of unknown variance (Waudby-Smith,
 * Arbour, Sinha, Kennedy, Ramdas 2024, "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics
 * 52(6)). `p` is the smallest seen so far, `low` and `high` the interval of this look.
 */
export function followLooks(
  looks: readonly { day: string; control: Gathered; treatment: Gathered }[],
  monitoring: Monitoring,
): { looks: Look[]; decidedOn: string | null } {
  const alpha = 1 - monitoring.confidence
  let least = 1
  const found = looks.map(({ day, control, treatment }): Look => {
    const { lift, z } = (monitoring.share ? compareShares : compareMeans)(control, treatment, monitoring.confidence)
    const means = { day, control: control.n === 0 ? null : control.mean, treatment: treatment.n === 0 ? null : treatment.mean, lift }
    if (lift === null || z === null || isEarly(control, treatment, monitoring.share)) return { ...means, low: null, high: null, p: least }
    const ratio = mixtureOf(monitoring.persons, alpha) / (1 / control.n + 1 / treatment.n)
    least = Math.min(least, alwaysValidP(z, ratio))
    const reach = reachOf(control, treatment, ratio, alpha)
    return { ...means, low: lift - reach, high: lift + reach, p: least }
  })
  return { looks: found, decidedOn: found.find(({ p }) => p < alpha)?.day ?? null }
}

const isEarly = (control: Gathered, treatment: Gathered, share: boolean): boolean => {
  const did = control.did + treatment.did
  const others = control.n + treatment.n - did
  return Math.min(control.n, treatment.n) < fewest.persons || did < fewest.did || (share && others < fewest.did)
}

/** The mixture's variance, in units of one person's, that makes the interval narrowest when both sides have `persons`. */
function mixtureOf(persons: number, alpha: number): number {
  const chance = -2 * Math.log(alpha)
  return (chance + Math.log(chance + 1)) / (persons / 2)
}

/** How far from nought, in standard errors, a difference must be to be called when as many persons are there as were planned for. */
export const thresholdAt = (alpha: number): number => boundary(mixtureOf(2, alpha), alpha)

/** One over the mixture likelihood ratio; `ratio`: the mixture's variance over that of the difference. */
const alwaysValidP = (z: number, ratio: number): number =>
  Math.min(1, Math.sqrt(1 + ratio) * Math.exp((-z * z * ratio) / (2 * (1 + ratio))))

function reachOf(control: Sample, treatment: Sample, ratio: number, alpha: number): number {
  const error = Math.sqrt(control.variance / control.n + treatment.variance / treatment.n)
  return error * boundary(ratio, alpha)
}

const boundary = (ratio: number, alpha: number): number =>
  Math.sqrt(((1 + ratio) / ratio) * (2 * Math.log(1 / alpha) + Math.log(1 + ratio)))

/** Two groups of people as one (Chan, Golub, LeVeque 1979): sums of squares of large sums would lose what lies between people. */
export function together(one: Gathered, other: Gathered): Gathered {
  const n = one.n + other.n
  if (n === 0) return one
  const apart = other.mean - one.mean
  const squares = one.variance * Math.max(0, one.n - 1) + other.variance * Math.max(0, other.n - 1) + (apart * apart * one.n * other.n) / n
  return { n, mean: one.mean + (apart * other.n) / n, variance: n > 1 ? squares / (n - 1) : 0, did: one.did + other.did }
}
