import { countSends } from '#operation/outbound/queries.ts'
import type { Context } from '#platform/context.ts'
import { internalId } from '#platform/ids.ts'
import type { EffectResult } from '../reports/effect/schema.ts'
import { runReport } from '../reports/run.ts'
import type { EffectQuery, SendingEffect } from './schema.ts'

/** What a mass message brought; tests are no part of it. */
export async function readMessageEffect(ctx: Context, id: string, query: EffectQuery): Promise<SendingEffect> {
  const where = { source: 'message', sourceId: internalId(ctx, 'msg', id), step: null }
  return { ...(await follow(ctx, { event: 'message.sent', where }, query)), from: 'sent', reach: await readReach(ctx, { message: id }) }
}

/** What a journey brought: after its messages, or, where it sends none, after people came in. */
export async function readJourneyEffect(ctx: Context, id: string, query: EffectQuery): Promise<SendingEffect> {
  const journey = internalId(ctx, 'jny', id)
  const reach = await readReach(ctx, { journey: id })
  if (reach.wished > 0) {
    const where = { source: 'journey', sourceId: journey }
    return { ...(await follow(ctx, { event: 'message.sent', where }, query)), from: 'sent', reach }
  }
  return { ...(await follow(ctx, { event: 'journey.entered', where: { journey } }, query)), from: 'entered', reach }
}

async function follow(ctx: Context, touch: object, { visitHours, buyHours }: EffectQuery) {
  const report = { type: 'effect', touch, visitHours, buyHours, leaveHours: 24 }
  const { result, asOf } = await runReport(ctx, report)
  return { ...(result as EffectResult), report, asOf }
}

async function readReach(ctx: Context, source: { message: string } | { journey: string }): Promise<SendingEffect['reach']> {
  const counts = await countSends(ctx, source)
  const sum = (states?: readonly string[]) =>
    counts.reduce((all, { state, count }) => all + (!states || states.includes(state) ? count : 0), 0)
  return { wished: sum(), delivered: sum(['sent']), open: sum(['intended', 'waiting', 'tasked', 'unknown']) }
}
