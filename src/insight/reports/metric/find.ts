import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { metricByKey } from './catalogue.ts'
import type { Metric } from './definition.ts'

export async function findMetric(_ctx: Context, key: string): Promise<Metric> {
  const known = metricByKey.get(key)
  if (known) return known
  throw appError('metric.not_found', { status: 404, message: 'There is no such metric.', field: 'metric' })
}
