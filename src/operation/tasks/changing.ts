import { sql } from 'kysely'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { momentOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { isVisible } from './queries.ts'
import { planReminders } from './reminders.ts'
import type { TaskKind, TaskState } from './schema.ts'

type Row = {
  title: string
  kind: TaskKind
  state: TaskState
  dueAt: Date | null
  employeeId: number | null
  language: 'zh' | 'en'
}

/**
 * Another time for an open task, or none. What was late is late no more when the time lies ahead, and is told again when it passes;
 * the employee hears of what somebody else changed. 404 outside the data scope, 409 when it is over.
 */
export const postponeTask = (ctx: Context, id: number, dueAt: Date | null): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const task = await lockTask(ctx, id)
    if (task.dueAt?.getTime() === dueAt?.getTime()) return
    if (dueAt && dueAt <= ctx.now()) throw appError('task.due_in_the_past', { message: 'Choose a time that lies ahead.', field: 'dueAt' })
    await sql`
      update employee_tasks set due_at = ${dueAt}, overdue_at = null, escalated_to = null
      where tenant_id = ${ctx.tenantId} and id = ${id}`.execute(ctx.db)
    await audit(ctx, 'task.postponed', ['tsk', id], { from: task.dueAt, to: dueAt })
    if (task.employeeId !== null && !isSelf(ctx, task.employeeId)) await tell(ctx, id, task, dueAt)
  })

async function lockTask(ctx: Context, id: number): Promise<Row> {
  const { rows } = await sql<Row>`
    select t.title, t.kind, t.state, t.due_at, t.employee_id, coalesce(e.language, n.language) as language
    from employee_tasks t join tenants n on n.id = t.tenant_id left join employees e on e.tenant_id = t.tenant_id and e.id = t.employee_id
    where t.tenant_id = ${ctx.tenantId} and t.id = ${id} and ${isVisible(ctx)} for update of t`.execute(ctx.db)
  const [task] = rows
  if (!task) throw notFound('task')
  if (task.state !== 'open')
    throw appError('task.over', { status: 409, message: 'This task is over already.', details: { state: task.state } })
  if (task.kind === 'marketing')
    throw appError('task.due_of_campaign', {
      status: 409,
      message: 'This task ends with its marketing task: change that one.',
      field: 'dueAt',
    })
  return task
}

const isSelf = ({ actor }: Context, employee: number): boolean => actor.kind === 'employee' && actor.id === employee

async function tell(ctx: Context, id: number, { employeeId, title, language }: Row, dueAt: Date | null): Promise<void> {
  const zone = await timezoneOf(ctx)
  const key = `task:${id}:due:${ctx.now().getTime()}`
  const text = postponedText(language, title, dueAt && momentOf(dueAt, zone), `${ctx.config.publicUrl}/tasks`)
  await planReminders(ctx, [{ key, employeeId: employeeId ?? 0, text }])
}

function postponedText(language: 'zh' | 'en', title: string, due: string | null, address: string): string {
  if (language === 'zh') return `【任务改期】${title}：${due ? `改到 ${due}` : '不再限定时间'}。\n${address}`
  return `Task “${title}”: ${due ? `now due ${due}` : 'due at no particular time'}.\n${address}`
}
