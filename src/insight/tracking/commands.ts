import type { Context } from '#platform/context.ts'
import { AppError, appError, notFound } from '#platform/errors.ts'
import { type BehaviourEvent, eventIdOf, type InboxWriter } from '#platform/events/inbox.ts'
import { checkEvent } from './event-check.ts'

export type EventsReceipt = { accepted: number; duplicates: number; quarantined: number }

const mostEvents = 5000

const none: ReadonlySet<string> = new Set()

type Refused = { event: unknown; error: AppError }

/** Takes a request's events: good ones are durable when this returns, ill ones lie in quarantine with the reason. */
export async function receiveEvents(
  ctx: Context,
  writer: InboxWriter,
  sent: unknown,
  reserved: ReadonlySet<string> = none,
): Promise<EventsReceipt> {
  const { good, refused } = sortOut(eventsOf(sent), reserved, ctx.now())
  const [receipt] = await Promise.all([
    good.length > 0 ? writer.append(ctx.tenantId, good) : { accepted: 0, duplicates: 0 },
    quarantine(ctx, refused),
  ])
  return { ...receipt, quarantined: refused.length }
}

function eventsOf(sent: unknown): unknown[] {
  const events = (sent as { events?: unknown } | null)?.events
  if (!Array.isArray(events) || events.length === 0)
    throw appError('events.missing', { message: 'The body is {"events": [{"event": …}, …]}.', field: 'events' })
  if (events.length > mostEvents)
    throw appError('events.too_many', { status: 413, message: `A request may hold ${mostEvents} events.`, field: 'events' })
  return events
}

function sortOut(sent: unknown[], reserved: ReadonlySet<string>, now: Date): { good: BehaviourEvent[]; refused: Refused[] } {
  const good: BehaviourEvent[] = []
  const refused: Refused[] = []
  for (const event of sent) {
    try {
      good.push(checkEvent(event, { now, reserved }))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      refused.push({ event, error })
    }
  }
  return { good, refused }
}

async function quarantine(ctx: Context, refused: Refused[]): Promise<void> {
  if (refused.length === 0) return
  await ctx.db
    .insertInto('quarantinedEvents')
    .values(
      refused.map(({ event, error }) => ({
        tenantId: ctx.tenantId,
        reason: `${error.code}: ${error.message}`,
        field: error.field ?? null,
        event: JSON.stringify(event ?? null),
      })),
    )
    .execute()
}

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
  const event = checkEvent(corrected ?? row.event, { now: ctx.now(), reserved })
  // The row's own id makes a replay that is sent twice a duplicate.
  const receipt = await writer.append(ctx.tenantId, [{ ...event, id: event.id ?? eventIdOf(`quarantine ${ctx.tenantId} ${id}`) }])
  await ctx.db
    .updateTable('quarantinedEvents')
    .set({ replayedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()
  return { ...receipt, quarantined: 0 }
}
