import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { may } from '#platform/http/router.ts'
import { publicId } from '#platform/ids.ts'
import type { ApprovalItem } from './schema.ts'

type Row = Omit<ApprovalItem, 'id' | 'at'> & { id: number; at: Date | null }

const prefixes = { message: 'msg', moment: 'mom', journey: 'jny', entries: 'jny' } as const
const mostItems = 100

/** What waits for the caller's word: what they may look at and made nothing of. What is to go first comes first. */
export async function listWaiting(ctx: Context): Promise<ApprovalItem[]> {
  const { actor, tenantId } = ctx
  const own = actor.kind === 'employee' ? actor.id : 0
  const all = actor.scope === 'all'
  const { rows } = await sql<Row>`
    select * from (
      select 'message' as kind, id, name, receivers, made_by as by, scheduled_at as at from messages
      where tenant_id = ${tenantId} and ${may(ctx, 'messages.read')} and state = 'review' and ${own} <> all(makers)
        and (${all} or scope <@ ${all ? [] : [...actor.scope]}::int[])
      union all
      select 'moment', id, name, receivers, made_by, scheduled_at from moments
      where tenant_id = ${tenantId} and ${may(ctx, 'messages.read')} and state = 'review' and ${own} <> all(makers)
      union all
      select 'journey', id, name, (review ->> 'receivers')::int, review ->> 'by', null from journeys
      where tenant_id = ${tenantId} and ${may(ctx, 'journeys.read')} and review is not null and archived_at is null and ${own} <> all(makers)
      union all
      select 'entries', id, name, (entry_review ->> 'people')::int, entry_review ->> 'by', null from journeys
      where tenant_id = ${tenantId} and ${may(ctx, 'journeys.read')} and entry_review is not null and archived_at is null
        and not entry_review -> 'makers' @> to_jsonb(${own}::int)) w
    order by at nulls last, kind, id limit ${mostItems}`.execute(ctx.db)
  return rows.map(({ id, at, by, ...row }) => ({
    ...row,
    id: publicId(ctx, prefixes[row.kind], id),
    by: by ?? '',
    at: at?.toISOString() ?? null,
  }))
}
