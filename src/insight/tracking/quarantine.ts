import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { AppError, appError, notFound } from '#platform/errors.ts'
import { type BehaviourEvent, eventIdOf, type InboxWriter } from '#platform/events/inbox.ts'
import type { EventsReceipt } from './commands.ts'
import { checkEvent, type EventRules } from './event-check.ts'
import { planOf } from './plan-queries.ts'

/** A refused event once more, as it was or as somebody put it right; what is still ill throws its reason. */
export async function replayQuarantined(
  ctx: Context,
  writer: InboxWriter,
  id: number,
  reserved: ReadonlySet<string>,
  corrected?: Record<string, unknown>,
): Promise<EventsReceipt> {
  const row = await ctx.db
    .selectFrom('quarantinedEvents')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('quarantined_event')
  if (row.replayedAt) throw appError('quarantined_event.replayed', { status: 409, message: 'This event was taken already.' })
  const event = checkEvent(corrected ?? row.event, { now: row.receivedAt, reserved, plan: await planOf(ctx) })
  const receipt = await writer.append(ctx.tenantId, [named(ctx, id, event)])
  await markReplayed(ctx, [id])
  return { ...receipt, quarantined: 0 }
}

/** The row's own id makes a replay that is sent twice a duplicate. */
const named = (ctx: Context, id: number, event: BehaviourEvent): BehaviourEvent => ({
  ...event,
  id: event.id ?? eventIdOf(`quarantine ${ctx.tenantId} ${id}`),
})

const mostAtOnce = 500

/** Everything that waits, or of one name, once more: what fits by now is taken, the rest waits on. */
export async function replayWaiting(
  ctx: Context,
  writer: InboxWriter,
  name: string | undefined,
  reserved: ReadonlySet<string>,
): Promise<{ accepted: number; duplicates: number; held: number }> {
  const plan = await planOf(ctx)
  const total = { accepted: 0, duplicates: 0, held: 0 }
  for (let after = 0; ; ) {
    const rows = await waitingAfter(ctx, after, name)
    const good = rows.flatMap(({ id, event, receivedAt }) => fitting(ctx, id, event, { now: receivedAt, reserved, plan }))
    if (good.length > 0) {
      const receipt = await writer.append(
        ctx.tenantId,
        good.map(({ event }) => event),
      )
      await markReplayed(
        ctx,
        good.map(({ id }) => id),
      )
      total.accepted += receipt.accepted
      total.duplicates += receipt.duplicates
    }
    total.held += rows.length - good.length
    const last = rows.at(-1)
    if (!last || rows.length < mostAtOnce) return total
    after = last.id
  }
}

/** An event without a time happened when it arrived, not when somebody looked at it again. */
function fitting(ctx: Context, id: number, sent: unknown, rules: EventRules): { id: number; event: BehaviourEvent }[] {
  try {
    return [{ id, event: named(ctx, id, checkEvent(sent, rules)) }]
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return []
  }
}

const waitingAfter = (ctx: Context, after: number, name: string | undefined) =>
  ctx.db
    .selectFrom('quarantinedEvents')
    .select(['id', 'event', 'receivedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('replayedAt', 'is', null)
    .where('id', '>', after)
    .$if(name !== undefined, (query) => query.where(sql<boolean>`event->>'event' = ${name}`))
    .orderBy('id')
    .limit(mostAtOnce)
    .execute()

async function markReplayed(ctx: Context, ids: number[]): Promise<void> {
  await ctx.db
    .updateTable('quarantinedEvents')
    .set({ replayedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', 'in', ids)
    .execute()
}
