import { sql } from 'kysely'
import { z } from 'zod'
import { marketingLinkClicked, marketingTaskReached } from '#operation/events.ts'
import { completeTasks } from '#operation/tasks/commands.ts'
import type { Context } from '#platform/context.ts'
import type { Consumer, LoggedEvent } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import type { Device } from '#platform/http/device.ts'
import { marketingKey } from './commands.ts'
import type { GoalKind } from './schema.ts'

/** A visit through an employee's link: counted while the task runs. */
export const countClick = (ctx: Context, link: number, device: Device): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { rows } = await sql<Counted>`
      update marketing_links k set clicks = k.clicks + 1, clicked_at = ${ctx.now()}
      from marketing_tasks m, employees e
      where k.tenant_id = ${ctx.tenantId} and k.id = ${link} and m.tenant_id = k.tenant_id and m.id = k.task_id and e.tenant_id = k.tenant_id and e.id = k.employee_id
        and ${isRunning(ctx.now())}
      returning ${counted}`.execute(ctx.db)
    for (const row of rows) {
      emit(ctx, marketingLinkClicked, { customerId: null, properties: { ...factsOf(row), device } })
      await noteReached(ctx, row)
    }
  })

/** Friends and orders that a link brought, each once however often it is told. */
export const marketingResults: Consumer = {
  name: 'marketing_tasks',
  from: 'now',
  events: ['customer.followed', 'live_code.added', 'order.paid'],
  async handle(ctx, events) {
    const first = Math.min(...events.map(({ at }) => at.getTime()))
    if (!(await anyRunning(ctx, new Date(first)))) return
    for (const event of events) {
      if (event.customerId === null) continue
      if (event.name === 'order.paid') await countOrder(ctx, event, event.customerId)
      else await countFriend(ctx, event, event.customerId)
    }
  },
}

async function anyRunning(ctx: Context, since: Date): Promise<boolean> {
  const { rows } = await sql`
    select from marketing_tasks where tenant_id = ${ctx.tenantId} and ends_at > ${since} and starts_at <= ${ctx.now()} limit 1`.execute(
    ctx.db,
  )
  return rows.length > 0
}

const Added = z.object({ employee: z.int(), again: z.boolean(), code: z.int().optional() })

/** A task with a live code counts those who came through it, one without counts every new friend. */
async function countFriend(ctx: Context, { at, properties }: LoggedEvent, customerId: number): Promise<void> {
  const { employee, again, code } = Added.parse(properties)
  if (again) return
  const { rows } = await sql<Counted>`
    with fresh as (
      insert into marketing_results (tenant_id, link_id, kind, ref, customer_id, at)
      select k.tenant_id, k.id, 'friend', ${customerId}, ${customerId}, ${at}
      from marketing_links k join marketing_tasks m on m.tenant_id = k.tenant_id and m.id = k.task_id
      where k.tenant_id = ${ctx.tenantId} and k.employee_id = ${employee} and ${isRunning(at)}
        and m.live_code_id is not distinct from ${code ?? null}::int
      on conflict do nothing returning link_id
    )
    update marketing_links k set friends = k.friends + 1
    from fresh, marketing_tasks m, employees e
    where k.tenant_id = ${ctx.tenantId} and k.id = fresh.link_id and m.tenant_id = k.tenant_id and m.id = k.task_id and e.tenant_id = k.tenant_id and e.id = k.employee_id
    returning ${counted}`.execute(ctx.db)
  for (const row of rows) await noteReached(ctx, row)
}

const Paid = z.object({ order: z.int(), amount: z.int(), currency: z.string(), employeeName: z.string().optional() })

/**
 * An order is of the link that brought its buyer as a friend, the first one of a task; else of the one employee of the task whom the
 * order names. Amounts count in the company's currency.
 */
async function countOrder(ctx: Context, { at, properties }: LoggedEvent, customerId: number): Promise<void> {
  const { order, amount, currency, employeeName } = Paid.parse(properties)
  const { rows } = await sql<Counted>`
    with brought as (
      select distinct on (k.task_id) k.task_id, k.id
      from customers b
        join customers s on s.tenant_id = b.tenant_id and s.canonical_id = b.canonical_id
        join marketing_results r on r.tenant_id = s.tenant_id and r.customer_id = s.id and r.kind = 'friend' and r.at <= ${at}
        join marketing_links k on k.tenant_id = r.tenant_id and k.id = r.link_id
      where b.tenant_id = ${ctx.tenantId} and b.id = ${customerId}
      order by k.task_id, r.at, k.id
    ), named as (
      select k.task_id, min(k.id) as id
      from marketing_links k join employees e on e.tenant_id = k.tenant_id and e.id = k.employee_id
      where k.tenant_id = ${ctx.tenantId} and e.name = ${employeeName ?? null}::text and not exists (select from brought b where b.task_id = k.task_id)
      group by k.task_id having count(*) = 1
    ), fresh as (
      insert into marketing_results (tenant_id, link_id, kind, ref, customer_id, amount_minor, at)
      select ${ctx.tenantId}, o.id, 'order', ${order}, ${customerId}, case when n.currency = ${currency} then ${amount}::bigint else 0 end, ${at}
      from (select * from brought union all select * from named) o
        join marketing_tasks m on m.tenant_id = ${ctx.tenantId} and m.id = o.task_id join tenants n on n.id = m.tenant_id
      where ${isRunning(at)}
      on conflict do nothing returning link_id, amount_minor
    )
    update marketing_links k set orders = k.orders + 1, paid_minor = k.paid_minor + fresh.amount_minor
    from fresh, marketing_tasks m, employees e
    where k.tenant_id = ${ctx.tenantId} and k.id = fresh.link_id and m.tenant_id = k.tenant_id and m.id = k.task_id and e.tenant_id = k.tenant_id and e.id = k.employee_id
    returning ${counted}`.execute(ctx.db)
  for (const row of rows) await noteReached(ctx, row)
}

/** In a row of `marketing_tasks as m`. */
const isRunning = (at: Date) => sql<boolean>`m.starts_at <= ${at} and m.ends_at > ${at} and (m.stopped_at is null or m.stopped_at > ${at})`

type Counted = {
  link: number
  task: number
  name: string
  employee: number
  employeeName: string
  goalKind: GoalKind
  goal: number
  done: number
  reachedAt: Date | null
}

const counted = sql`k.id as link, m.id as task, m.name, e.id as employee, e.name as employee_name, m.goal_kind, m.goal, k.reached_at,
  case m.goal_kind when 'clicks' then k.clicks when 'friends' then k.friends else k.orders end as done`

const factsOf = ({ task, name, employee, employeeName }: Counted) => ({
  marketingTask: task,
  marketingTaskName: name,
  employee,
  employeeName,
})

/** Whoever comes to the goal has done the task. The row is locked by the counting, so this is told once. */
async function noteReached(ctx: Context, row: Counted): Promise<void> {
  if (row.reachedAt !== null || row.done < row.goal) return
  await ctx.db
    .updateTable('marketingLinks')
    .set({ reachedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', row.link)
    .execute()
  emit(ctx, marketingTaskReached, { customerId: null, properties: { ...factsOf(row), goalKind: row.goalKind, goal: row.goal } })
  const open = await ctx.db
    .selectFrom('employeeTasks')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('key', '=', marketingKey(row.task, row.employee))
    .execute()
  await completeTasks(
    ctx,
    open.map(({ id }) => id),
    { result: 'done' },
  )
}
