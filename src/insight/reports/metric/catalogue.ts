import { conversionMetrics } from './catalogue/conversion.ts'
import { effectMetrics } from './catalogue/effect.ts'
import { growthMetrics } from './catalogue/growth.ts'
import { operationMetrics } from './catalogue/operation.ts'
import { valueMetrics } from './catalogue/value.ts'
import type { Metric } from './definition.ts'

/** The dictionary: every metric that is computed, one meaning on every page. */
export const metricCatalogue: readonly Metric[] = [
  ...growthMetrics,
  ...operationMetrics,
  ...conversionMetrics,
  ...effectMetrics,
  ...valueMetrics,
]

export const metricByKey: ReadonlyMap<string, Metric> = new Map(metricCatalogue.map((metric) => [metric.key, metric]))
