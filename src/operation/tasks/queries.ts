import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { aliasOf, membersOf } from '#management/identity/queries.ts'
import type { Alias } from '#management/identity/schema.ts'
import { employeesBelow } from '#management/team/queries.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { may } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { dayOf, dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { linkAddress } from './links.ts'
import type { Task, TaskCounts, TaskQuery, TaskSettings } from './schema.ts'

/**
 * Tasks of employees whom the actor's data scope reaches, in a row of `employee_tasks as t`. What nobody has is for those who
 * assign: a manager of less than everybody sees it by the customer's friends, also former ones.
 */
export function isVisible(ctx: Context): RawBuilder<boolean> {
  if (ctx.actor.scope === 'all') return sql<boolean>`true`
  const scope = [...ctx.actor.scope]
  const own = sql<boolean>`t.employee_id = any(${scope}::int[])`
  if (!may(ctx, 'tasks.assign')) return own
  return sql<boolean>`(${own} or t.employee_id is null and exists (
    select from customers c join follows f on f.tenant_id = c.tenant_id and f.canonical_id = c.canonical_id
    where c.tenant_id = t.tenant_id and c.id = t.customer_id and f.employee_id = any(${scope}::int[])))`
}

type Row = {
  id: number
  kind: Task['kind']
  title: string
  script: string | null
  state: Task['state']
  employee: { id: number; name: string; active: boolean } | null
  customer: { id: number; name: string | null; alias: Alias | null; avatar: string | null } | null
  dueAt: Date | null
  escalatedTo: { id: number; name: string } | null
  sourceKind: Task['source']['kind']
  sourceName: string | null
  linkCode: string | null
  note: string | null
  createdAt: Date
  endedAt: Date | null
  endedBy: string | null
}

const Cursor = z.tuple([z.union([z.iso.datetime(), z.literal('infinity')]), z.int()])

/** What is open comes by its time, what is over by when it ended, the last first. */
export async function listTasks(ctx: Context, query: TaskQuery): Promise<{ items: Task[]; next: string | null; total: number }> {
  const where = await tasksWhere(ctx, query)
  const isOver = query.view === 'ended'
  const after = decodeCursor(Cursor, query.cursor)
  const key = isOver ? sql`t.ended_at` : sql`coalesce(t.due_at, 'infinity')`
  const beyond = after ? sql`(${key}, t.id) ${isOver ? sql`<` : sql`>`} (${after[0]}::timestamptz, ${after[1]})` : sql`true`
  const way = isOver ? sql`desc` : sql`asc`
  const [rows, count] = await Promise.all([
    selectTasks(ctx, sql`${where} and ${beyond} order by ${key} ${way}, t.id ${way} limit ${query.limit + 1}`),
    sql<{ count: number }>`select count(*) as count from employee_tasks t where ${where}`.execute(ctx.db),
  ])
  const page = toPage(rows, query.limit, ({ id, dueAt, endedAt }) => [(isOver ? endedAt : dueAt)?.toISOString() ?? 'infinity', id])
  return { items: page.items.map((row) => taskItem(ctx, row)), next: page.next, total: count.rows[0]?.count ?? 0 }
}

export async function readTask(ctx: Context, id: number): Promise<Task> {
  const [row] = await selectTasks(ctx, sql`t.tenant_id = ${ctx.tenantId} and t.id = ${id} and ${isVisible(ctx)}`)
  if (!row) throw notFound('task')
  return taskItem(ctx, row)
}

/** The numbers above the list: of the actor's own tasks or of everybody's in the data scope. */
export async function countTasks(ctx: Context, whose: TaskQuery['whose']): Promise<TaskCounts> {
  const { from, to } = await today(ctx)
  const { rows } = await sql<TaskCounts>`
    select count(*) filter (where t.state = 'open')::int as open,
      count(*) filter (where t.state = 'open' and t.due_at < ${to})::int as today,
      count(*) filter (where t.state = 'open' and t.due_at <= ${ctx.now()})::int as overdue,
      count(*) filter (where t.state = 'open' and ${hasNobody})::int as unassigned,
      count(*) filter (where t.state = 'done')::int as done_today
    from employee_tasks t
    where t.tenant_id = ${ctx.tenantId} and (t.state = 'open' or t.ended_at >= ${from}) and ${isVisible(ctx)} and ${whose === 'mine' ? isMine(ctx) : sql`true`}`.execute(
    ctx.db,
  )
  return rows[0] ?? { open: 0, today: 0, overdue: 0, unassigned: 0, doneToday: 0 }
}

const isMine = ({ actor }: Context): RawBuilder<boolean> => sql<boolean>`t.employee_id = ${actor.kind === 'employee' ? actor.id : -1}`

/** Also what somebody has who does not work here any more. */
const hasNobody = sql<boolean>`not exists (
  select from employees e where e.tenant_id = t.tenant_id and e.id = t.employee_id and e.status = 'active')`

async function today(ctx: Context): Promise<{ from: Date; to: Date }> {
  const zone = await timezoneOf(ctx)
  const day = dayOf(ctx.now(), zone)
  return dayRange(day, day, zone)
}

async function tasksWhere(ctx: Context, query: TaskQuery): Promise<RawBuilder<boolean>> {
  const parts = [sql<boolean>`t.tenant_id = ${ctx.tenantId}`, isVisible(ctx), await viewOf(ctx, query.view)]
  if (query.whose === 'mine') parts.push(isMine(ctx))
  if (query.employee) parts.push(sql`t.employee_id = ${internalId(ctx, 'emp', query.employee)}`)
  if (query.department)
    parts.push(sql`t.employee_id = any(${await employeesBelow(ctx, [internalId(ctx, 'dep', query.department)])}::int[])`)
  if (query.customer) parts.push(sql`t.customer_id = any(${await membersOf(ctx, internalId(ctx, 'cus', query.customer))}::int[])`)
  if (query.source) parts.push(sql`t.source_kind = ${query.source}`)
  if (query.kind) parts.push(sql`t.kind = ${query.kind}`)
  if (query.q) parts.push(sql`position(lower(${query.q}) in lower(t.title)) > 0`)
  return sql<boolean>`${sql.join(parts, sql` and `)}`
}

async function viewOf(ctx: Context, view: TaskQuery['view']): Promise<RawBuilder<boolean>> {
  if (view === 'ended') return sql`t.state <> 'open'`
  if (view === 'today') return sql`t.state = 'open' and t.due_at < ${(await today(ctx)).to}`
  if (view === 'overdue') return sql`t.state = 'open' and t.due_at <= ${ctx.now()}`
  if (view === 'unassigned') return sql`t.state = 'open' and ${hasNobody}`
  return sql`t.state = 'open'`
}

async function selectTasks(ctx: Context, where: RawBuilder<unknown>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    with chosen as materialized (select t.* from employee_tasks t where ${where})
    select t.id, t.kind, t.title, t.script, t.state, t.due_at, t.note, t.created_at, t.ended_at, t.source_kind,
      case when e.id is not null then jsonb_build_object('id', e.id, 'name', e.name, 'active', e.status = 'active') end as employee,
      case when l.id is not null then jsonb_build_object('id', l.id, 'name', l.name) end as escalated_to,
      case when c.id is not null then jsonb_build_object('id', c.id, 'name', c.name, 'alias', ${aliasOf('c.id')}, 'avatar', c.avatar) end as customer,
      case t.source_kind when 'hand' then a.name when 'marketing_task' then m.name else j.name end as source_name,
      k.code as link_code, b.name as ended_by
    from chosen t
      left join employees e on e.tenant_id = t.tenant_id and e.id = t.employee_id
      left join employees l on l.tenant_id = t.tenant_id and l.id = t.escalated_to
      left join employees a on a.tenant_id = t.tenant_id and a.id = t.created_by
      left join employees b on b.tenant_id = t.tenant_id and b.id = t.ended_by
      left join customers o on o.tenant_id = t.tenant_id and o.id = t.customer_id
      left join customers c on c.tenant_id = o.tenant_id and c.id = o.canonical_id
      left join marketing_tasks m on t.source_kind = 'marketing_task' and m.tenant_id = t.tenant_id and m.id = t.source_id
      left join journeys j on t.source_kind = 'journey' and j.tenant_id = t.tenant_id and j.id = t.source_id
      left join marketing_links k on t.source_kind = 'marketing_task' and k.tenant_id = t.tenant_id and k.task_id = t.source_id and k.employee_id = t.employee_id
    order by case when t.state = 'open' then coalesce(t.due_at, 'infinity') end, t.ended_at desc, case when t.state = 'open' then t.id end, t.id desc`.execute(
    ctx.db,
  )
  return rows
}

const taskItem = (ctx: Context, row: Row): Task => ({
  id: publicId(ctx, 'tsk', row.id),
  kind: row.kind,
  title: row.title,
  script: row.script,
  state: row.state,
  employee: row.employee && { ...row.employee, id: publicId(ctx, 'emp', row.employee.id) },
  customer: row.customer && { ...row.customer, id: publicId(ctx, 'cus', row.customer.id) },
  dueAt: row.dueAt?.toISOString() ?? null,
  isOverdue: row.state === 'open' && row.dueAt !== null && row.dueAt <= ctx.now(),
  escalatedTo: row.escalatedTo && { ...row.escalatedTo, id: publicId(ctx, 'emp', row.escalatedTo.id) },
  source: { kind: row.sourceKind, name: row.sourceName },
  url: row.linkCode === null ? null : linkAddress(ctx, row.linkCode),
  note: row.note,
  createdAt: row.createdAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
  endedBy: row.endedBy,
})

export async function readTaskSettings(ctx: Context): Promise<TaskSettings> {
  const row = await ctx.db.selectFrom('taskSettings').select(['remind', 'remindAt']).where('tenantId', '=', ctx.tenantId).executeTakeFirst()
  return row ?? { remind: false, remindAt: 540 }
}
