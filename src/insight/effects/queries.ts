import { findMessage } from '#operation/messages/queries.ts'
import type { Context } from '#platform/context.ts'
import type { EffectResult } from '../reports/effect/schema.ts'
import { runReport } from '../reports/run.ts'
import type { EffectQuery, MessageEffect } from './schema.ts'

/** What a mass message brought; tests are no part of it. */
export async function readMessageEffect(ctx: Context, id: number, { visitHours, buyHours }: EffectQuery): Promise<MessageEffect> {
  await findMessage(ctx, id)
  const report = {
    type: 'effect',
    touch: { event: 'message.sent', where: { source: 'message', sourceId: id, step: null } },
    visitHours,
    buyHours,
    leaveHours: 24,
  }
  const { result, asOf } = await runReport(ctx, report)
  return { ...(result as EffectResult), report, asOf }
}
