import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { isMaker } from '#operation/approvals/approval.ts'
import { StoredContent, showAttachments } from '#operation/contents/schema.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import type { MomentItem, MomentQuery, MomentTaskItem } from './schema.ts'

type Named = { id: number; name: string }
type Row = {
  id: number
  name: string
  corp: number
  corpName: string
  journey: number | null
  journeyName: string | null
  state: MomentItem['state']
  text: string
  attachments: unknown
  employees: Named[]
  tags: Named[]
  scheduledAt: Date | null
  publishedAt: Date | null
  createdAt: Date
  asked: number
  confirmed: number
  likes: number
  comments: number
  error: { message: string } | null
  receivers: number | null
  makers: number[]
  approvedBy: string | null
  reviewNote: string | null
}

/** Newest first. */
export async function listMoments(
  ctx: Context,
  { q, state, limit, cursor }: MomentQuery,
): Promise<{ items: MomentItem[]; next: string | null }> {
  const before = decodeCursor(z.int(), cursor)
  const parts = [sql`true`]
  if (q) parts.push(sql`position(lower(${q}) in lower(m.name)) > 0`)
  if (state) parts.push(sql`m.state = ${state}`)
  if (before !== undefined) parts.push(sql`m.id < ${before}`)
  const page = toPage(await rowsWhere(ctx, sql`${sql.join(parts, sql` and `)}`, limit + 1), limit, ({ id }) => id)
  return { items: page.items.map((row) => item(ctx, row)), next: page.next }
}

export async function readMoment(ctx: Context, id: number): Promise<MomentItem> {
  const [row] = await rowsWhere(ctx, sql`m.id = ${id}`, 1)
  if (!row) throw notFound('moment')
  return item(ctx, row)
}

async function rowsWhere(ctx: Context, where: RawBuilder<unknown>, limit: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select m.id, m.name, m.corp, w.name as corp_name, j.id as journey, j.name as journey_name, m.state, c.text, c.attachments, m.scheduled_at, m.published_at, m.created_at, m.error,
      m.receivers, m.makers, m.approved_by, m.review_note, n.*,
      (select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'name', e.name)), '[]') from employees e where e.tenant_id = m.tenant_id and e.id = any(m.employee_ids)) as employees,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name)), '[]') from tags t where t.tenant_id = m.tenant_id and t.id = any(m.tag_ids)) as tags
    from moments m join contents c on c.tenant_id = m.tenant_id and c.id = m.content_id join wecom_corps w on w.tenant_id = m.tenant_id and w.id = m.corp
      left join journeys j on j.tenant_id = m.tenant_id and j.id = m.source_journey
      left join lateral (
        select count(*)::int as asked, count(t.published_at)::int as confirmed, coalesce(sum(t.likes), 0)::int as likes, coalesce(sum(t.comments), 0)::int as comments
        from moment_tasks t where t.tenant_id = m.tenant_id and t.moment = m.id) n on true
    where m.tenant_id = ${ctx.tenantId} and ${where} order by m.id desc limit ${limit}`.execute(ctx.db)
  return rows
}

function item(ctx: Context, row: Row): MomentItem {
  const { text, attachments } = StoredContent.parse(row)
  return {
    id: publicId(ctx, 'mom', row.id),
    name: row.name,
    corp: { id: publicId(ctx, 'cor', row.corp), name: row.corpName },
    journey: row.journey === null ? null : { id: publicId(ctx, 'jny', row.journey), name: row.journeyName ?? '' },
    state: row.state,
    content: { text, attachments: showAttachments(attachments, (file) => publicId(ctx, 'fil', file)) },
    employees: row.employees.map(({ id, name }) => ({ id: publicId(ctx, 'emp', id), name })),
    tags: row.tags.map(({ id, name }) => ({ id: publicId(ctx, 'tag', id), name })),
    scheduledAt: row.scheduledAt?.toISOString() ?? null,
    publishedAt: row.publishedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    asked: row.asked,
    confirmed: row.confirmed,
    likes: row.likes,
    comments: row.comments,
    error: row.error?.message ?? null,
    receivers: row.receivers,
    isOwn: isMaker(ctx, row.makers),
    approvedBy: row.approvedBy,
    reviewNote: row.reviewNote,
  }
}

/** Who was asked; those who have not published come first. */
export async function listMomentTasks(ctx: Context, id: number): Promise<MomentTaskItem[]> {
  await readMoment(ctx, id)
  const { rows } = await sql<{
    userId: string
    employeeId: number | null
    name: string | null
    publishedAt: Date | null
    likes: number
    comments: number
  }>`
    select t.user_id, t.employee_id, e.name, t.published_at, t.likes, t.comments
    from moment_tasks t left join employees e on e.tenant_id = t.tenant_id and e.id = t.employee_id
    where t.tenant_id = ${ctx.tenantId} and t.moment = ${id} order by t.published_at is not null, t.user_id limit 1000`.execute(ctx.db)
  return rows.map(({ userId, employeeId, name, publishedAt, likes, comments }) => ({
    userId,
    employee: employeeId === null ? null : { id: publicId(ctx, 'emp', employeeId), name: name ?? '' },
    publishedAt: publishedAt?.toISOString() ?? null,
    likes,
    comments,
  }))
}
