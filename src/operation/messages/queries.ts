import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { isMaker } from '#operation/approvals/approval.ts'
import { showContent } from '#operation/contents/queries.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import { isVisible } from './commands.ts'
import type { MassTaskItem, MessageDetail, MessageItem, MessageQuery } from './schema.ts'
import { contentsOf, inputOf, lockMessage, type MessageRow } from './stored.ts'

type Row = MessageRow & { text: string; counts: MessageItem['counts'] }

/** Newest first. */
export async function listMessages(
  ctx: Context,
  { q, state, limit, cursor }: MessageQuery,
): Promise<{ items: MessageItem[]; next: string | null }> {
  const before = decodeCursor(z.int(), cursor)
  const parts = [sql`true`]
  if (q) parts.push(sql`position(lower(${q}) in lower(m.name)) > 0`)
  if (state) parts.push(sql`m.state = ${state}`)
  if (before !== undefined) parts.push(sql`m.id < ${before}`)
  if (ctx.actor.scope !== 'all') parts.push(sql`m.scope <@ ${[...ctx.actor.scope]}::int[]`)
  const page = toPage(await rowsWhere(ctx, sql`${sql.join(parts, sql` and `)}`, limit + 1), limit, ({ id }) => id)
  return { items: page.items.map((row) => item(ctx, row)), next: page.next }
}

/** With how many of its people are in which state, and why; tests are not counted. */
async function rowsWhere(ctx: Context, where: RawBuilder<unknown>, limit: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select m.*, left(c.text, 200) as text, coalesce(n.counts, '[]') as counts
    from (select * from messages m where m.tenant_id = ${ctx.tenantId} and ${where} order by m.id desc limit ${limit}) m
      join contents c on c.tenant_id = m.tenant_id and c.id = m.content_id
      left join lateral (
        select jsonb_agg(jsonb_build_object('state', s.state, 'reason', s.reason, 'count', s.count) order by s.count desc) as counts
        from (select state, reason, count(*)::int as count from sends
          where tenant_id = m.tenant_id and source_kind = 'message' and source_id = m.id and step is null group by state, reason) s) n on true
    order by m.id desc`.execute(ctx.db)
  return rows
}

const item = (ctx: Context, row: Row): MessageItem => ({
  id: publicId(ctx, 'msg', row.id),
  name: row.name,
  whom: row.toWhom,
  kind: row.kind,
  state: row.state,
  text: row.text,
  scheduledAt: row.scheduledAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  startedAt: row.startedAt?.toISOString() ?? null,
  finishedAt: row.finishedAt?.toISOString() ?? null,
  madeBy: row.madeBy,
  receivers: row.receivers,
  counts: row.counts,
})

export async function readMessage(ctx: Context, id: number): Promise<MessageDetail> {
  const [row] = await rowsWhere(ctx, sql`m.id = ${id}`, 1)
  if (!row || !isVisible(ctx, row)) throw notFound('message')
  return {
    ...item(ctx, row),
    audience: inputOf(row).to.audience,
    content: await showContent(ctx, row.contentId),
    wordings: await Promise.all(row.wordings.map((id) => showContent(ctx, id))),
    isOwn: isMaker(ctx, row.makers),
    approvedBy: row.approvedBy,
    approvedAt: row.approvedAt?.toISOString() ?? null,
    reviewNote: row.reviewNote,
    stopReason: row.stopReason,
  }
}

/** Messages still to go out whose groups are chosen by this tag of groups. */
export async function messagesByGroupTag(ctx: Context, tag: number): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: number; name: string }>`
    select m.id, m.name from messages m
    where m.tenant_id = ${ctx.tenantId} and m.to_whom = 'groups' and (m.state in ('review', 'scheduled') or (m.state = 'sending' and m.intended_at is null))
      and jsonb_path_exists(m.audience -> 'tags', '$.*[*] ? (@ == $tag)', jsonb_build_object('tag', ${publicId(ctx, 'gtg', tag)}::text))
    order by m.id`.execute(ctx.db)
  return rows.map(({ id, name }) => ({ id: publicId(ctx, 'msg', id), name }))
}

/** The stored row for whoever may see it; else 404. */
export async function findMessage(ctx: Context, id: number): Promise<MessageRow> {
  const row = await lockMessage(ctx, id)
  if (!row || !isVisible(ctx, row)) throw notFound('message')
  return row
}

type TaskRow = {
  id: number
  employeeId: number
  name: string
  contentId: number
  state: MassTaskItem['state']
  size: number
  sent: number
  failed: number
  askedAt: Date | null
  confirmedAt: Date | null
  reminders: number
  error: { code: string; message: string; errcode?: number } | null
}

/** What each member was asked to send; those who have not confirmed come first. */
export async function listTasks(
  ctx: Context,
  id: number,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: MassTaskItem[]; next: string | null }> {
  const message = await findMessage(ctx, id)
  const after = decodeCursor(z.tuple([z.boolean(), z.int()]), cursor)
  const { rows } = await sql<TaskRow>`
    select t.id, t.employee_id, coalesce(e.name, '') as name, t.content_id, t.state, t.size, t.asked_at, t.confirmed_at, cardinality(t.reminded_at) as reminders, t.error,
      n.sent, n.failed
    from mass_tasks t left join employees e on e.tenant_id = t.tenant_id and e.id = t.employee_id
      left join lateral (
        select count(*) filter (where s.state = 'sent')::int as sent, count(*) filter (where s.state = 'failed')::int as failed
        from sends s where s.tenant_id = t.tenant_id and s.task = t.id) n on true
    where t.tenant_id = ${ctx.tenantId} and t.source_kind = 'message' and t.source_id = ${id} and t.step is null
      ${after ? sql`and (t.confirmed_at is not null, t.id) > (${after[0]}, ${after[1]})` : sql``}
    order by t.confirmed_at is not null, t.id limit ${limit + 1}`.execute(ctx.db)
  const page = toPage(rows, limit, (row) => [row.confirmedAt !== null, row.id])
  return { items: page.items.map((row) => taskItem(ctx, message, row)), next: page.next }
}

/** Nothing where everybody hears the same. */
function wordingOf(message: MessageRow, content: number): number | null {
  const place = contentsOf(message).indexOf(content)
  return message.wordings.length === 0 || place < 0 ? null : place
}

const taskItem = (ctx: Context, message: MessageRow, row: TaskRow): MassTaskItem => ({
  id: publicId(ctx, 'mst', row.id),
  employee: { id: publicId(ctx, 'emp', row.employeeId), name: row.name },
  wording: wordingOf(message, row.contentId),
  state: row.state,
  size: row.size,
  sent: row.sent,
  failed: row.failed,
  askedAt: row.askedAt?.toISOString() ?? null,
  confirmedAt: row.confirmedAt?.toISOString() ?? null,
  reminders: row.reminders,
  error: row.error?.message ?? null,
  errorCode: row.error?.code ?? null,
  errcode: row.error?.errcode ?? null,
})
