import { experimentExposed } from '#operation/events.ts'
import { noteShown, type Shown } from '#operation/experiments/page-commands.ts'
import { openSlip, type Slip } from '#operation/experiments/slip.ts'
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
  const { good, shown, refused } = sortOut(ctx, eventsOf(sent), { now: ctx.now(), reserved, plan: await planOf(ctx) })
  // Twice is once: should what follows fail, the sender sends all of it again.
  await noteShown(ctx, shown)
  const [receipt] = await Promise.all([
    good.length > 0 ? writer.append(ctx.tenantId, good) : { accepted: 0, duplicates: 0 },
    quarantine(ctx, refused),
  ])
  return { ...receipt, accepted: receipt.accepted + shown.length, quarantined: refused.length }
}

function eventsOf(sent: unknown): unknown[] {
  const events = (sent as { events?: unknown } | null)?.events
  if (!Array.isArray(events) || events.length === 0)
    throw appError('events.missing', { message: 'The body is {"events": [{"event": …}, …]}.', field: 'events' })
  if (events.length > mostEvents)
    throw appError('events.too_many', { status: 413, message: `A request may hold ${mostEvents} events.`, field: 'events' })
  return events
}

/** What a page has shown of a trial of ours is no event yet: it becomes one when it is the first exposure of that person. */
function sortOut(ctx: Context, sent: unknown[], rules: EventRules): { good: BehaviourEvent[]; shown: Shown[]; refused: Refused[] } {
  const good: BehaviourEvent[] = []
  const shown: Shown[] = []
  const refused: Refused[] = []
  for (const event of sent) {
    try {
      const slip = slipIn(ctx, event)
      if (slip) shown.push({ slip, at: new Date(checkEvent({ ...(event as object), properties: {} }, rules).at) })
      else good.push(checkEvent(event, rules))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      refused.push({ event, error })
    }
  }
  return { good, shown, refused }
}

/** One that does not open is left to the plan, which refuses it with every other misfit. */
function slipIn(ctx: Context, event: unknown): Slip | undefined {
  const { event: name, properties } = (event ?? {}) as { event?: unknown; properties?: { slip?: unknown } | null }
  return name === experimentExposed.name && typeof properties?.slip === 'string' ? openSlip(ctx, properties.slip) : undefined
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
