import type { Context } from '#platform/context.ts'
import { AppError, appError } from '#platform/errors.ts'
import type { BehaviourEvent, InboxWriter } from '#platform/events/inbox.ts'
import { checkEvent, type EventRules } from './event-check.ts'
import { planOf } from './plan-queries.ts'

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
  const { good, refused } = sortOut(eventsOf(sent), { now: ctx.now(), reserved, plan: await planOf(ctx) })
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

function sortOut(sent: unknown[], rules: EventRules): { good: BehaviourEvent[]; refused: Refused[] } {
  const good: BehaviourEvent[] = []
  const refused: Refused[] = []
  for (const event of sent) {
    try {
      good.push(checkEvent(event, rules))
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
