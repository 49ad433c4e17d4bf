import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { inScope, membersOf, visibleCanonical } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { readLifted, receiveLimits } from './limits.ts'
import { readPolicy } from './policy.ts'
import type { PolicyView, SendCount, SendCountQuery, SendFate, SendItem, SendQuery, SourceKind, StopItem } from './schema.ts'

type Row = {
  id: number
  customerId: number | null
  customerName: string | null
  groupId: number | null
  groupName: string | null
  employeeId: number | null
  employeeName: string | null
  text: string
  kind: SendItem['kind']
  sourceKind: SendItem['source']['kind']
  sourceId: number
  sourceName: string | null
  step: string | null
  state: SendItem['state']
  reason: string | null
  dueAt: Date
  createdAt: Date
  decidedAt: Date | null
  taskedAt: Date | null
  sentAt: Date | null
  finishedAt: Date | null
}

/** Every message with its decision and reason, newest first: of a customer, a message, a journey or its step, or all that the asker may see. */
export async function listSends(ctx: Context, query: SendQuery): Promise<{ items: SendItem[]; next: string | null }> {
  const before = decodeCursor(z.int(), query.cursor)
  const parts = await partsOf(ctx, query)
  if (before !== undefined) parts.push(sql`s.id < ${before}`)
  const { rows } = await sql<Row>`
    select s.*, k.id as customer_id, k.name as customer_name, g.name as group_name, e.name as employee_name, left(c.text, 200) as text,
      coalesce(m.name, j.name) as source_name
    from (select * from sends s where ${sql.join(parts, sql` and `)} order by s.id desc limit ${query.limit + 1}) s
      join contents c on c.tenant_id = s.tenant_id and c.id = s.content_id
      left join customers o on o.tenant_id = s.tenant_id and o.id = s.customer_id
      left join customers k on k.tenant_id = o.tenant_id and k.id = o.canonical_id
      left join groups g on g.tenant_id = s.tenant_id and g.id = s.group_id
      left join employees e on e.tenant_id = s.tenant_id and e.id = s.employee_id
      ${sourcesOf}
    order by s.id desc`.execute(ctx.db)
  const page = toPage(rows, query.limit, ({ id }) => id)
  return { items: page.items.map((row) => sendItem(ctx, row)), next: page.next }
}

/** What became of a message, of a journey's messages or of one step's, of those whom the asker may see; most first. */
export async function countSends(ctx: Context, query: SendCountQuery | { message: string } | { journey: string }): Promise<SendCount[]> {
  const { rows } = await sql<SendCount>`
    select s.state, s.reason, count(*)::int as count from sends s where ${sql.join(await partsOf(ctx, query), sql` and `)}
    group by s.state, s.reason order by count desc, s.state, s.reason`.execute(ctx.db)
  return rows
}

/** What became of wishes, by their keys. Keys that nobody wished under are left out. */
export async function fatesOf(ctx: Context, keys: readonly string[]): Promise<Map<string, SendFate>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<Omit<SendFate, 'at' | 'group'> & { key: string; at: Date; groupId: number | null; groupName: string | null }>`
    select s.key, s.state, s.reason, e.name as employee, s.group_id, g.name as group_name,
      coalesce(s.sent_at, s.finished_at, case when s.state = 'waiting' and s.reason <> 'task' then s.due_at end, s.tasked_at, s.decided_at, s.created_at) as at
    from sends s left join employees e on e.tenant_id = s.tenant_id and e.id = s.employee_id
      left join groups g on g.tenant_id = s.tenant_id and g.id = s.group_id
    where s.tenant_id = ${ctx.tenantId} and s.key = any(${[...new Set(keys)]}::text[])`.execute(ctx.db)
  return new Map(
    rows.map(({ key, at, groupId, groupName, ...fate }) => [
      key,
      { ...fate, at: at.toISOString(), group: groupOf(ctx, groupId, groupName) },
    ]),
  )
}

/** The message or journey that a row `s` names. */
const sourcesOf = sql`
  left join messages m on s.source_kind = 'message' and m.tenant_id = s.tenant_id and m.id = s.source_id
  left join journeys j on s.source_kind = 'journey' and j.tenant_id = s.tenant_id and j.id = s.source_id`

async function partsOf(ctx: Context, query: Partial<Omit<SendQuery, 'limit' | 'cursor'>>): Promise<RawBuilder<unknown>[]> {
  const parts: RawBuilder<unknown>[] = [sql`s.tenant_id = ${ctx.tenantId}`]
  if (query.customer)
    parts.push(
      sql`s.customer_id = any(${await membersOf(ctx, await visibleCanonical(ctx, internalId(ctx, 'cus', query.customer)))}::int[])`,
    )
  else if (ctx.actor.scope !== 'all') parts.push(sql`s.customer_id is not null and ${inScope(ctx, 's.customer_id')}`)
  if (query.message)
    parts.push(sql`s.source_kind = 'message' and s.source_id = ${internalId(ctx, 'msg', query.message)} and s.step is null`)
  if (query.journey) parts.push(sql`s.source_kind = 'journey' and s.source_id = ${internalId(ctx, 'jny', query.journey)}`)
  if (query.step) parts.push(sql`s.step = ${query.step}`)
  if (query.state) parts.push(sql`s.state = ${query.state}`)
  if (query.reason) parts.push(sql`s.reason = ${query.reason}`)
  return parts
}

const sourceId = (ctx: Context, kind: SourceKind, id: number): string => publicId(ctx, kind === 'message' ? 'msg' : 'jny', id)

const groupOf = (ctx: Context, id: number | null, name: string | null) =>
  id === null ? null : { id: publicId(ctx, 'grp', id), name: name ?? '' }

const sendItem = (ctx: Context, row: Row): SendItem => ({
  id: publicId(ctx, 'snd', row.id),
  customer: row.customerId === null ? null : { id: publicId(ctx, 'cus', row.customerId), name: row.customerName },
  group: groupOf(ctx, row.groupId, row.groupName),
  employee: row.employeeId === null ? null : { id: publicId(ctx, 'emp', row.employeeId), name: row.employeeName ?? '' },
  text: row.text,
  kind: row.kind,
  source: {
    kind: row.sourceKind,
    id: sourceId(ctx, row.sourceKind, row.sourceId),
    name: row.sourceName,
    step: row.step,
  },
  state: row.state,
  reason: row.reason,
  until: row.state === 'waiting' && row.reason !== 'task' ? row.dueAt.toISOString() : null,
  createdAt: row.createdAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
  taskedAt: row.taskedAt?.toISOString() ?? null,
  sentAt: row.sentAt?.toISOString() ?? null,
  finishedAt: row.finishedAt?.toISOString() ?? null,
})

/** The rules with what the platform allows, and whether its limits are lifted on this machine. */
export async function showPolicy(ctx: Context): Promise<PolicyView> {
  const lifted = readLifted(ctx.config.dataDir)
  return {
    ...(await readPolicy(ctx)),
    platform: { week: receiveLimits.week, day: receiveLimits.day, lifted: lifted.massMessagesPerReceiver ?? null },
  }
}

type StopRow = Omit<StopItem, 'id' | 'corp' | 'source' | 'stoppedAt' | 'liftedAt'> & {
  id: number
  corp: number | null
  corpName: string | null
  sourceKind: SourceKind | null
  sourceId: number | null
  sourceName: string | null
  stoppedAt: Date
  liftedAt: Date | null
}

/** Those that stand first, then the newest of the others. */
export async function listStops(ctx: Context, limit = 50): Promise<StopItem[]> {
  const { rows } = await sql<StopRow>`
    select s.id, s.scope, s.corp, w.name as corp_name, s.source_kind, s.source_id, coalesce(m.name, j.name) as source_name, s.why, s.stopped_at, s.stopped_by, s.held, s.recalled, s.gone,
      s.lifted_at, s.lifted_by
    from send_stops s left join wecom_corps w on w.tenant_id = s.tenant_id and w.id = s.corp
      ${sourcesOf}
    where s.tenant_id = ${ctx.tenantId} order by s.lifted_at is not null, s.id desc limit ${limit}`.execute(ctx.db)
  return rows.map((row) => ({
    id: publicId(ctx, 'stp', row.id),
    scope: row.scope,
    corp: row.corp === null ? null : { id: publicId(ctx, 'cor', row.corp), name: row.corpName ?? '' },
    source:
      row.sourceKind === null || row.sourceId === null
        ? null
        : { kind: row.sourceKind, id: sourceId(ctx, row.sourceKind, row.sourceId), name: row.sourceName },
    why: row.why,
    stoppedAt: row.stoppedAt.toISOString(),
    stoppedBy: row.stoppedBy,
    held: row.held,
    recalled: row.recalled,
    gone: row.gone,
    liftedAt: row.liftedAt?.toISOString() ?? null,
    liftedBy: row.liftedBy,
  }))
}
