import { sql } from 'kysely'
import type { Context } from '../context.ts'
import type { BehaviourEvent } from './inbox.ts'

/** `customer`: whoever knows who it was by number needs no name for them. */
type FiledEvent = BehaviourEvent & { id: string; customer?: number }

/**
 * Behaviour events of a file, in the surrounding transaction: what was here before is left out. Returns the ids that are new.
 * Senders' ids are forgotten after a week, those of files never, because a file may be imported again at any time.
 */
export async function appendEvents(ctx: Context, events: readonly FiledEvent[]): Promise<Set<string>> {
  if (events.length === 0) return new Set()
  // Sorted, so that two writers of the same ids wait for each other instead of deadlocking.
  const { rows } = await sql<{ id: string }>`
    insert into event_ids (tenant_id, id, received_on) select distinct ${ctx.tenantId}::int, id, 'infinity'::date from unnest(${events.map(({ id }) => id)}::uuid[]) as given(id) order by 1, 2
    on conflict do nothing returning id`.execute(ctx.db)
  const fresh = new Set(rows.map(({ id }) => id))
  const left = new Set(fresh)
  const kept = events.filter(({ id }) => left.delete(id))
  if (kept.length > 0)
    await ctx.db
      .insertInto('eventInbox')
      .values({ tenantId: ctx.tenantId, events: kept.length, payload: JSON.stringify(kept) })
      .execute()
  return fresh
}
