import { publicId } from '#platform/ids.ts'
import type { Scope } from './scope.ts'

/** A trial that holds people out of something said to them. `experiment` is how its exposures name it. */
export type SendingTrial = { experiment: string; kind: 'message' | 'journey' | 'journey_step'; id: number; step: string | null }

const prefixes = { message: 'msg', journey: 'jny', journey_step: 'jny' } as const

/**
 * Whom a trial leaves alone, and whom it treats, `experiment.exposed {experiment, ghost}` tells at the same moment for both. What is
 * only shown (a page) or given by others (an offer) is said to nobody.
 */
export async function sendingTrials({ ctx }: Scope): Promise<SendingTrial[]> {
  const rows = await ctx.db
    .selectFrom('experiments')
    .select(['id', 'thingKind', 'thingId', 'thingStep'])
    .where('tenantId', '=', ctx.tenantId)
    .where('holdoutPerMille', '>', 0)
    .where('state', '<>', 'draft')
    .where('thingKind', 'in', Object.keys(prefixes))
    .orderBy('id')
    .execute()
  return rows.flatMap(({ id, thingKind, thingId, thingStep }) => {
    const kind = thingKind as SendingTrial['kind']
    const thing = ctx.ids.decode(ctx.tenantId, prefixes[kind], thingId ?? '')
    return thing === undefined ? [] : [{ experiment: publicId(ctx, 'xpt', id), kind, id: thing, step: thingStep }]
  })
}
