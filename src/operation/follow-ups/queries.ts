import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { aliasOf, inScope, membersOf, visibleCanonical } from '#management/identity/queries.ts'
import type { Alias } from '#management/identity/schema.ts'
import type { Context } from '#platform/context.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import type { CustomerFollowUps, FollowUpItem, FollowUpQuery, FollowUpRecord, Stage } from './schema.ts'

/** Names the task that a next action is. */
export const actionKey = (followUp: number, version: number): string => `follow_up:${followUp}:${version}`

const isReached = (ctx: Context): RawBuilder<boolean> =>
  ctx.actor.scope === 'all' ? sql<boolean>`true` : sql<boolean>`f.employee_id = any(${[...ctx.actor.scope]}::int[])`

type Asked = Pick<FollowUpQuery, 'whose' | 'employee'>

function isAsked(ctx: Context, { whose, employee }: Asked): RawBuilder<boolean> {
  const mine = sql<boolean>`f.employee_id = ${ctx.actor.kind === 'employee' ? ctx.actor.id : -1}`
  return sql<boolean>`${isReached(ctx)} and ${whose === 'mine' ? mine : sql`true`} and ${
    employee === undefined ? sql`true` : sql`f.employee_id = ${internalId(ctx, 'emp', employee)}`
  }`
}

/** With their customers as they count now; of several rows that a merge brought together the one written in last. */
const ofCustomers = (ctx: Context) => sql`
  join customers o on o.tenant_id = f.tenant_id and o.id = f.customer_id
  join customers c on c.tenant_id = o.tenant_id and c.id = o.canonical_id
  where f.tenant_id = ${ctx.tenantId} and ${inScope(ctx, 'c.id')} and not exists (
    select from (
      select c.id union all select m.id from customers m where m.tenant_id = c.tenant_id and m.canonical_id = c.id and m.canonical_id <> m.id) m
      join follow_ups g on g.tenant_id = f.tenant_id and g.customer_id = m.id and g.employee_id = f.employee_id
    where (g.changed_at, g.id) > (f.changed_at, f.id))`

/** The stages in their order. */
export async function listStages(ctx: Context, asked: Asked): Promise<Stage[]> {
  const { rows } = await sql<{ id: number; name: string; count: number }>`
    select s.id, s.name, (select count(*)::int from follow_ups f ${ofCustomers(ctx)} and f.stage_id = s.id and ${isAsked(ctx, asked)}) as count
    from follow_up_stages s where s.tenant_id = ${ctx.tenantId} and s.removed_at is null order by s.position, s.id`.execute(ctx.db)
  return rows.map(({ id, ...row }) => ({ id: publicId(ctx, 'fst', id), ...row }))
}

/** One column of the board: who was written about last comes first. */
export async function listFollowUps(ctx: Context, query: FollowUpQuery): Promise<{ items: FollowUpItem[]; next: string | null }> {
  const before = decodeCursor(z.tuple([z.iso.datetime(), z.int()]), query.cursor)
  const rows = await selectFollowUps(
    ctx,
    sql`f.stage_id = ${internalId(ctx, 'fst', query.stage)} and ${isAsked(ctx, query)}
      and ${before ? sql`(f.changed_at, f.id) < (${before[0]}::timestamptz, ${before[1]})` : sql`true`}`,
    query.limit + 1,
  )
  const page = toPage(rows, query.limit, ({ changedAt, id }) => [changedAt.toISOString(), id])
  return { items: page.items.map((row) => followUpItem(ctx, row)), next: page.next }
}

const mostRecords = 100

/** 404 for customers outside the data scope. */
export async function customerFollowUps(ctx: Context, customer: number): Promise<CustomerFollowUps> {
  await visibleCanonical(ctx, customer)
  const members = await membersOf(ctx, customer)
  const rows = await selectFollowUps(ctx, sql`f.customer_id = any(${members}::int[]) and ${isReached(ctx)}`, 50)
  const { rows: records } = await sql<RecordRow>`
    select r.id, e.id as employee_id, e.name as employee_name, r.text, s.id as stage_id, s.name as stage_name, r.written_at,
      (select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'contentType', x.content_type) order by n.place), '[]')
        from unnest(r.file_ids) with ordinality as n(id, place) join files x on x.tenant_id = r.tenant_id and x.id = n.id) as files
    from follow_up_records r
      join follow_ups f on f.tenant_id = r.tenant_id and f.id = r.follow_up_id
      join employees e on e.tenant_id = f.tenant_id and e.id = coalesce(r.written_by, f.employee_id)
      left join follow_up_stages s on s.tenant_id = r.tenant_id and s.id = r.stage_id
    where r.tenant_id = ${ctx.tenantId} and f.customer_id = any(${members}::int[]) and ${isReached(ctx)}
    order by r.written_at desc, r.id desc limit ${mostRecords}`.execute(ctx.db)
  return { items: rows.map((row) => followUpItem(ctx, row)), records: records.map((row) => recordItem(ctx, row)) }
}

type Row = {
  id: number
  customer: { id: number; name: string | null; alias: Alias | null; avatar: string | null }
  employee: { id: number; name: string }
  stage: { id: number; name: string }
  stageSince: Date
  nextAction: string | null
  nextAt: Date | null
  changedAt: Date
}

async function selectFollowUps(ctx: Context, where: RawBuilder<unknown>, limit: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select f.id, jsonb_build_object('id', c.id, 'name', c.name, 'alias', ${aliasOf('c.id')}, 'avatar', c.avatar) as customer,
      jsonb_build_object('id', e.id, 'name', e.name) as employee, jsonb_build_object('id', s.id, 'name', s.name) as stage, f.stage_since,
      case when t.id is not null then f.next_action end as next_action, case when t.id is not null then f.next_at end as next_at, f.changed_at
    from follow_ups f
      join employees e on e.tenant_id = f.tenant_id and e.id = f.employee_id
      join follow_up_stages s on s.tenant_id = f.tenant_id and s.id = f.stage_id
      left join employee_tasks t on t.tenant_id = f.tenant_id and t.key = 'follow_up:' || f.id || ':' || f.action_version and t.state = 'open'
      ${ofCustomers(ctx)} and ${where} order by f.changed_at desc, f.id desc limit ${limit}`.execute(ctx.db)
  return rows
}

const followUpItem = (ctx: Context, row: Row): FollowUpItem => ({
  id: publicId(ctx, 'fup', row.id),
  customer: { ...row.customer, id: publicId(ctx, 'cus', row.customer.id) },
  employee: { ...row.employee, id: publicId(ctx, 'emp', row.employee.id) },
  stage: { ...row.stage, id: publicId(ctx, 'fst', row.stage.id) },
  stageSince: row.stageSince.toISOString(),
  nextAction: row.nextAction,
  nextAt: row.nextAt?.toISOString() ?? null,
  changedAt: row.changedAt.toISOString(),
})

type RecordRow = {
  id: number
  employeeId: number
  employeeName: string
  text: string
  stageId: number | null
  stageName: string | null
  writtenAt: Date
  files: { id: number; name: string; contentType: string }[]
}

const recordItem = (ctx: Context, row: RecordRow): FollowUpRecord => ({
  id: publicId(ctx, 'fur', row.id),
  employee: { id: publicId(ctx, 'emp', row.employeeId), name: row.employeeName },
  text: row.text,
  files: row.files.map((file) => ({ ...file, id: publicId(ctx, 'fil', file.id) })),
  stage: row.stageId === null ? null : { id: publicId(ctx, 'fst', row.stageId), name: row.stageName ?? '' },
  writtenAt: row.writtenAt.toISOString(),
})
