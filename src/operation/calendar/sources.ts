import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { type IdPrefix, publicId } from '#platform/ids.ts'
import { dayOf } from '#platform/time.ts'
import type { CalendarItem } from './schema.ts'

export type Span = { from: Date; to: Date; zone: string }

/** Whoever plans something says what stands in these days. */
export type CalendarSource = (ctx: Context, span: Span) => Promise<CalendarItem[]>

type Row = { id: number; kind: CalendarItem['kind']; title: string; state: string; at: Date; audience: unknown; size: number | null }

const itemsOf = (ctx: Context, prefix: IdPrefix, rows: readonly Row[], zone: string): CalendarItem[] =>
  rows.map(({ id, kind, title, state, at, audience, size }) => ({
    kind,
    id: publicId(ctx, prefix, id),
    title,
    state,
    at: at.toISOString(),
    day: dayOf(at, zone),
    audience: audience === null || JSON.stringify(audience) === '{}' ? '' : JSON.stringify(audience),
    audienceSize: size,
  }))

const messages: CalendarSource = async (ctx, { from, to, zone }) => {
  const { rows } = await sql<Row>`
    select id, case to_whom when 'groups' then 'group_message' else 'message' end as kind, name as title, state, coalesce(started_at, scheduled_at) as at, audience, receivers as size
    from messages where tenant_id = ${ctx.tenantId} and state <> 'cancelled' and coalesce(started_at, scheduled_at) >= ${from} and coalesce(started_at, scheduled_at) < ${to}
      and (${ctx.actor.scope === 'all'} or scope <@ ${ctx.actor.scope === 'all' ? [] : [...ctx.actor.scope]}::int[])`.execute(ctx.db)
  return itemsOf(ctx, 'msg', rows, zone)
}

const moments: CalendarSource = async (ctx, { from, to, zone }) => {
  const { rows } = await sql<Row>`
    select m.id, 'moment' as kind, m.name as title, m.state, coalesce(m.published_at, m.scheduled_at) as at,
      case when m.tag_ids = '{}' and m.employee_ids = '{}' then null else jsonb_build_object('tags', m.tag_ids, 'employees', m.employee_ids) end as audience, null::int as size
    from moments m where m.tenant_id = ${ctx.tenantId} and m.state <> 'cancelled' and coalesce(m.published_at, m.scheduled_at) >= ${from} and coalesce(m.published_at, m.scheduled_at) < ${to}`.execute(
    ctx.db,
  )
  return itemsOf(ctx, 'mom', rows, zone)
}

/** The one place that knows who plans what. */
export const calendarSources: readonly CalendarSource[] = [messages, moments]
