import { experimentExposed, messageSent } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'

/** What the product says of a message that arrived. Parsed, so that no test invents a shape of its own. */
export const sentOf = (said: { source: 'message' | 'journey'; sourceId: number; step?: string }): Record<string, unknown> =>
  messageSent.properties.parse({ ...said, content: 1, kind: 'marketing', employee: 1 })

/** A trial on a message or on a step of a journey, as it stands once it was started; what is told of whoever it leaves alone. */
export async function startTrial(
  ctx: Context,
  thing: { kind: 'message' | 'journey_step'; id: number; step?: string },
): Promise<Record<string, unknown>> {
  const metric = JSON.stringify({ name: '下单', event: 'order.paid', measure: 'converted', better: 'more' })
  const { id } = await ctx.db
    .insertInto('experiments')
    .values({
      tenantId: ctx.tenantId,
      name: `留出 ${thing.id}`,
      salt: `salt ${thing.kind} ${thing.id}`,
      holdoutPerMille: 500,
      variants: JSON.stringify([{ key: 'a', name: 'A', weight: 1000 }]),
      control: 'holdout',
      trialMetric: metric,
      growthMetric: metric,
      windowDays: 7,
      plan: JSON.stringify({ base: 0.1, lift: 0.1, power: 0.8 }),
      thingKind: thing.kind,
      thingId: publicId(ctx, thing.kind === 'message' ? 'msg' : 'jny', thing.id),
      thingStep: thing.step ?? null,
      state: 'running',
      startedAt: ctx.now(),
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return experimentExposed.properties.parse({
    experiment: publicId(ctx, 'xpt', id),
    experimentName: '留出',
    variant: 'holdout',
    ghost: true,
  })
}
