import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import type { NewExperiment, Thing } from './schema.ts'

type Design = Pick<NewExperiment, 'holdoutPerMille' | 'variants'>

/** Refuses what the thing cannot do, when a trial on it starts; asked in that transaction. Told by whoever has such things. */
export type ThingCheck = (ctx: Context, thing: Thing, design: Design) => Promise<void>
export type ThingChecks = Partial<Record<Thing['kind'], ThingCheck>>

/** Refuses metrics that name a property which no such event has. What was told is known to those above: given by the app. */
export type MetricsCheck = (
  ctx: Context,
  metrics: Partial<Pick<NewExperiment, 'trialMetric' | 'growthMetric' | 'guardRails'>>,
) => Promise<void>

/** For what people can only have or not have: two variants would be the same. */
export function requireOneTreatment({ variants }: Design): void {
  if (variants.length > 1)
    throw appError('experiment.variants_alike', {
      status: 422,
      message: 'Here people are treated or held out: have one variant, and hold some people out.',
      field: 'variants',
    })
}
