import type { Effect } from './schema.ts'
import { compareMeans, type Sample } from './statistics.ts'

/** A variant with what its persons were like before: the covariate's mean and variance, and how it goes with the measure. */
export type Paired = Sample & { xMean: number; xVariance: number; covariance: number }

/**
 * CUPED (Deng, Xu, Kohavi, Walker 2013): what was different before the exposure is taken off, by the slope within the variants, so
 * that the same lift is seen through less noise.
 */
export function adjust(control: Paired, treatment: Paired, confidence: number): Effect & { varianceReduction: number | null } {
  const [c, t] = [Math.max(0, control.n - 1), Math.max(0, treatment.n - 1)]
  const spread = c * control.xVariance + t * treatment.xVariance
  const slope = spread > 0 ? (c * control.covariance + t * treatment.covariance) / spread : 0
  const middle = control.n + treatment.n > 0 ? (control.n * control.xMean + treatment.n * treatment.xMean) / (control.n + treatment.n) : 0
  const adjusted = (one: Paired): Sample => ({
    n: one.n,
    mean: one.mean - slope * (one.xMean - middle),
    variance: Math.max(0, one.variance - 2 * slope * one.covariance + slope ** 2 * one.xVariance),
  })
  const [before, after] = [c * control.variance + t * treatment.variance, c * adjusted(control).variance + t * adjusted(treatment).variance]
  return { ...compareMeans(adjusted(control), adjusted(treatment), confidence), varianceReduction: before > 0 ? 1 - after / before : null }
}
