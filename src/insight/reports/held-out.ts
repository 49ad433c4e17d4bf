import type { Context } from '#platform/context.ts'
import { internalId, publicId } from '#platform/ids.ts'

/** A trial that may leave people without a message: which message, journey or step of one it is of. */
export type MessageTrial = { experiment: string; kind: 'message' | 'journey' | 'journey_step'; thing: number; step: string | null }

const prefixOf = { message: 'msg', journey: 'jny', journey_step: 'jny' } as const

/**
 * Who was held out of a message is told by `experiment.exposed` with `ghost`, at the moment at which it would have come; this says
 * what it would have been.
 */
export async function messageTrials(ctx: Context): Promise<MessageTrial[]> {
  const rows = await ctx.db
    .selectFrom('experiments')
    .select(['id', 'thingKind', 'thingId', 'thingStep'])
    .where('tenantId', '=', ctx.tenantId)
    .where('thingKind', 'in', ['message', 'journey', 'journey_step'])
    .where('startedAt', 'is not', null)
    .orderBy('id')
    .execute()
  return rows.map(({ id, thingKind, thingId, thingStep }) => {
    const kind = thingKind as MessageTrial['kind']
    return { experiment: publicId(ctx, 'xpt', id), kind, thing: internalId(ctx, prefixOf[kind], thingId ?? ''), step: thingStep }
  })
}
