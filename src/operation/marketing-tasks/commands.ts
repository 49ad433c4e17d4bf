import { sql } from 'kysely'
import { employeesBelow } from '#management/team/queries.ts'
import { marketingTaskCreated, marketingTaskStopped } from '#operation/events.ts'
import { assignTasks, withdrawTasks } from '#operation/tasks/commands.ts'
import { linkAddress } from '#operation/tasks/links.ts'
import { planReminders } from '#operation/tasks/reminders.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { newState } from '#platform/http/short-links.ts'
import { internalId } from '#platform/ids.ts'
import { dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { isReached } from './queries.ts'
import type { GoalKind, MarketingTaskInput, Receivers } from './schema.ts'
import { scriptWith } from './script.ts'

/** Hands one campaign out: everybody gets a link, a goal and a task of their own. */
export async function createMarketingTask(ctx: Context, input: MarketingTaskInput): Promise<number> {
  const startsAt = input.startsAt ? new Date(input.startsAt) : ctx.now()
  const endsAt = new Date(input.endsAt)
  if (endsAt <= startsAt || endsAt <= ctx.now())
    throw appError('marketing_task.ends_too_early', { message: 'The end lies after the start and in the future.', field: 'endsAt' })
  const { name, script, targetUrl, goalKind, goal } = input
  const liveCodeId = input.liveCodeId === null ? null : internalId(ctx, 'lco', input.liveCodeId)
  return inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('marketingTasks')
      .values({
        ...{ tenantId: ctx.tenantId, name, script, targetUrl, goalKind, goal, liveCodeId, startsAt, endsAt, createdAt: ctx.now() },
        createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const people = await handOut(ctx, { id, name, script, endsAt }, input)
    if (people === 0) throw appError('marketing_task.nobody', { message: 'Nobody active is among them.', field: 'employeeIds' })
    emit(ctx, marketingTaskCreated, {
      customerId: null,
      properties: { marketingTask: id, marketingTaskName: name, people, by: ctx.actor.name },
    })
    await audit(ctx, 'marketing_task.created', ['mtk', id], { name, people })
    return id
  })
}

/** More people for a task that is not over; whoever has it keeps link and counts. Returns how many are new. */
export const handOutMore = (ctx: Context, id: number, receivers: Receivers): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const task = await lockRunning(ctx, id)
    const added = await handOut(ctx, task, receivers)
    await audit(ctx, 'marketing_task.handed_out', ['mtk', id], { added })
    return added
  })

/** Links go on leading to their address and count no more; what is open is asked for no more. */
export const stopMarketingTask = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { name } = await lockRunning(ctx, id)
    await ctx.db
      .updateTable('marketingTasks')
      .set({ stoppedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    await withdrawTasks(ctx, { kind: 'marketing_task', id })
    emit(ctx, marketingTaskStopped, { customerId: null, properties: { marketingTask: id, marketingTaskName: name, by: ctx.actor.name } })
    await audit(ctx, 'marketing_task.stopped', ['mtk', id], { name })
  })

/** Writes to everybody in the data scope who is not there yet, once a day each; returns to how many now. */
export const remindOfMarketingTask = (ctx: Context, id: number): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const task = await lockRunning(ctx, id)
    const day = dayOf(ctx.now(), await timezoneOf(ctx))
    const { rows } = await sql<{ employeeId: number; done: number; language: 'zh' | 'en' }>`
      select k.employee_id, coalesce(e.language, n.language) as language,
        case m.goal_kind when 'clicks' then k.clicks when 'friends' then k.friends else k.orders end as done
      from marketing_links k
        join marketing_tasks m on m.tenant_id = k.tenant_id and m.id = k.task_id
        join employees e on e.tenant_id = k.tenant_id and e.id = k.employee_id and e.status = 'active'
        join tenants n on n.id = k.tenant_id
      where k.tenant_id = ${ctx.tenantId} and k.task_id = ${id} and k.reached_at is null and ${isReached(ctx, 'k.employee_id')}`.execute(
      ctx.db,
    )
    const address = `${ctx.config.publicUrl}/tasks`
    const planned = await planReminders(
      ctx,
      rows.map(({ employeeId, done, language }) => ({
        key: `marketing:${id}:${day}:${employeeId}`,
        employeeId,
        text: remindText(language, task.name, done, task.goal, address),
      })),
    )
    return planned.length
  })

const remindText = (language: 'zh' | 'en', name: string, done: number, goal: number, address: string): string =>
  language === 'zh'
    ? `【营销任务】${name}：已完成 ${done}/${goal}。\n${address}`
    : `Marketing task “${name}”: ${done} of ${goal}.\n${address}`

type Campaign = { id: number; name: string; script: string; endsAt: Date }

async function handOut(ctx: Context, { id, name, script, endsAt }: Campaign, receivers: Receivers): Promise<number> {
  const people = await receiversOf(ctx, receivers)
  if (people.length === 0) return 0
  const links = people.map((employeeId) => ({ tenantId: ctx.tenantId, taskId: id, employeeId, code: newState(), createdAt: ctx.now() }))
  const made: { employeeId: number; code: string }[] = []
  for (let start = 0; start < links.length; start += chunk)
    made.push(
      ...(await ctx.db
        .insertInto('marketingLinks')
        .values(links.slice(start, start + chunk))
        .onConflict((conflict) => conflict.columns(['tenantId', 'taskId', 'employeeId']).doNothing())
        .returning(['employeeId', 'code'])
        .execute()),
    )
  await assignTasks(
    ctx,
    made.map(({ employeeId, code }) => ({
      key: marketingKey(id, employeeId),
      employeeId,
      kind: 'marketing',
      title: name,
      script: scriptWith(script, linkAddress(ctx, code)),
      dueAt: endsAt,
      source: { kind: 'marketing_task', id },
    })),
  )
  return made.length
}

const chunk = 1000

/** Names an employee's task among all. */
export const marketingKey = (task: number, employee: number): string => `marketing:${task}:${employee}`

/** Active people of these departments and those below, and these by name, as far as the data scope reaches. */
async function receiversOf(ctx: Context, { employeeIds, departmentIds }: Receivers): Promise<number[]> {
  const people = employeeIds.map((text) => internalId(ctx, 'emp', text))
  const departments = departmentIds.map((text) => internalId(ctx, 'dep', text))
  const asked = [...people, ...(await employeesBelow(ctx, departments))]
  const { rows } = await sql<{ id: number }>`
    select e.id from employees e
    where e.tenant_id = ${ctx.tenantId} and e.status = 'active' and ${isReached(ctx, 'e.id')} and e.id = any(${asked}::int[])
    order by e.id`.execute(ctx.db)
  return rows.map(({ id }) => id)
}

/** Throws `marketing_task.over` where nothing is asked for any more. */
export async function lockRunning(ctx: Context, id: number): Promise<Campaign & { goal: number; goalKind: GoalKind; startsAt: Date }> {
  const { rows } = await sql<Campaign & { goal: number; goalKind: GoalKind; startsAt: Date; stoppedAt: Date | null }>`
    select m.id, m.name, m.script, m.starts_at, m.ends_at, m.goal, m.goal_kind, m.stopped_at from marketing_tasks m
    where m.tenant_id = ${ctx.tenantId} and m.id = ${id} for update`.execute(ctx.db)
  const [task] = rows
  if (!task) throw notFound('marketing_task')
  if (task.stoppedAt || task.endsAt <= ctx.now())
    throw appError('marketing_task.over', { status: 409, message: 'This marketing task is over.' })
  return task
}
