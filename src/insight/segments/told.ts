import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'

const longestMs = 5_000
const lookMs = 50

/**
 * Waits until ClickHouse has what this company told before now: whoever asks about somebody because of an event finds the event.
 * Throws `events.late` where the loader lies too far behind.
 */
export async function untilTold(ctx: Context): Promise<void> {
  const { rows } = await sql<{
    last: string | null
  }>`select max(seq)::text as last from event_inbox where tenant_id = ${ctx.tenantId}`.execute(ctx.db)
  const last = rows[0]?.last ?? null
  if (last === null) return
  const until = Date.now() + longestMs
  for (;;) {
    const left = await sql`select 1 from event_inbox where tenant_id = ${ctx.tenantId} and seq <= ${last}::bigint limit 1`.execute(ctx.db)
    if (left.rows.length === 0) return
    if (Date.now() > until)
      throw appError('events.late', { status: 503, message: 'Events are still on their way into the analysis store.' })
    await sleep(lookMs)
  }
}
