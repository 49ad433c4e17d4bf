import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { may } from '#platform/http/router.ts'
import { type IdPrefix, publicId } from '#platform/ids.ts'
import { dayOf } from '#platform/time.ts'
import { Entry } from '../journeys/definition.ts'
import { repeatsWithin } from '../journeys/moments.ts'
import { isReached } from '../marketing-tasks/queries.ts'
import type { CalendarItem } from './schema.ts'

export type Span = { from: Date; to: Date; zone: string }

/** Whoever plans something says what stands in these days. */
export type CalendarSource = (ctx: Context, span: Span) => Promise<Plan[]>

/** `senders` by their ids alone. */
export type Plan = Omit<CalendarItem, 'senders'> & { senders: string[] }

type Row = {
  id: number
  kind: CalendarItem['kind']
  title: string
  state: string
  at: Date
  audience: unknown
  size: number | null
  senders?: (string | number)[]
}

const itemsOf = (ctx: Context, prefix: IdPrefix, rows: readonly Row[], zone: string): Plan[] =>
  rows.map(({ id, kind, title, state, at, audience, size, senders = [] }) => ({
    kind,
    id: publicId(ctx, prefix, id),
    title,
    state,
    at: at.toISOString(),
    day: dayOf(at, zone),
    audience: audience === null || JSON.stringify(audience) === '{}' ? '' : JSON.stringify(audience),
    audienceSize: size,
    senders: senders.map((one) => (typeof one === 'number' ? publicId(ctx, 'emp', one) : one)),
  }))

const messages: CalendarSource = async (ctx, { from, to, zone }) => {
  const { rows } = await sql<Row>`
    select id, case to_whom when 'groups' then 'group_message' else 'message' end as kind, name as title, state, coalesce(started_at, scheduled_at) as at, audience, receivers as size,
      coalesce(audience -> 'employees', audience -> 'owners', '[]') as senders
    from messages where tenant_id = ${ctx.tenantId} and state <> 'cancelled' and coalesce(started_at, scheduled_at) >= ${from} and coalesce(started_at, scheduled_at) < ${to}
      and (${ctx.actor.scope === 'all'} or scope <@ ${ctx.actor.scope === 'all' ? [] : [...ctx.actor.scope]}::int[])`.execute(ctx.db)
  return itemsOf(ctx, 'msg', rows, zone)
}

const moments: CalendarSource = async (ctx, { from, to, zone }) => {
  const { rows } = await sql<Row>`
    select m.id, 'moment' as kind, m.name as title, m.state, coalesce(m.published_at, m.scheduled_at) as at,
      case when m.tag_ids = '{}' and m.employee_ids = '{}' then null else jsonb_build_object('tags', m.tag_ids, 'employees', m.employee_ids) end as audience, null::int as size, m.employee_ids as senders
    from moments m where m.tenant_id = ${ctx.tenantId} and m.state <> 'cancelled' and coalesce(m.published_at, m.scheduled_at) >= ${from} and coalesce(m.published_at, m.scheduled_at) < ${to}`.execute(
    ctx.db,
  )
  return itemsOf(ctx, 'mom', rows, zone)
}

type Scheduled = { id: number; name: string; state: string; due: Date; entry: unknown }

/** The next time of each schedule that runs, and those that follow; a segment may have others in it by then, so nobody counts them. */
const journeys: CalendarSource = async (ctx, { from, to, zone }) => {
  if (!may(ctx, 'journeys.read')) return []
  const { rows } = await sql<Scheduled>`
    select j.id, j.name, j.state, j.due_at as due, v.definition -> 'entry' as entry
    from journeys j join journey_versions v on v.tenant_id = j.tenant_id and v.journey_id = j.id and v.version = j.version
    where j.tenant_id = ${ctx.tenantId} and j.state in ('running', 'paused') and j.due_at < ${to}`.execute(ctx.db)
  return rows.flatMap(({ id, name, state, due, entry: stored }) => {
    const entry = Entry.parse(stored)
    if (entry.by !== 'schedule') return []
    const times = repeatsWithin(due, entry.repeat, { from, to }, zone)
    const audience = { segment: entry.segment }
    return itemsOf(
      ctx,
      'jny',
      times.map((at) => ({ id, kind: 'journey' as const, title: name, state, at, audience, size: null })),
      zone,
    )
  })
}

/** On the day by which their goal is to be reached; how many have one. */
const marketingTasks: CalendarSource = async (ctx, { from, to, zone }) => {
  if (!may(ctx, 'tasks.read')) return []
  const { rows } = await sql<Row>`
    select m.id, 'marketing_task' as kind, m.name as title, case when m.ends_at <= ${ctx.now()} then 'ended' else 'running' end as state,
      m.ends_at as at, null as audience, k.people as size, k.senders
    from marketing_tasks m cross join lateral (
      select count(*)::int as people, coalesce(array_agg(k.employee_id), '{}') as senders from marketing_links k
      where k.tenant_id = m.tenant_id and k.task_id = m.id and ${isReached(ctx, 'k.employee_id')}) k
    where m.tenant_id = ${ctx.tenantId} and m.stopped_at is null and m.ends_at >= ${from} and m.ends_at < ${to}
      and (${ctx.actor.scope === 'all'} or k.people > 0)`.execute(ctx.db)
  return itemsOf(ctx, 'mtk', rows, zone)
}

/** The one place that knows who plans what. */
export const calendarSources: readonly CalendarSource[] = [messages, moments, journeys, marketingTasks]
