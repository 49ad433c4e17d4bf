import { sql } from 'kysely'
import { sendMessageOnce, textMessage } from '#connectors/wecom/app-messages.ts'
import { WecomError } from '#connectors/wecom/errors.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { readTaskSettings } from './queries.ts'
import { type Due, reminderDay, reminderText } from './reminding.ts'

/** Plans what is to be said today and sends what is planned, for every tenant that has either. */
export async function remindAll(installation: Installation): Promise<void> {
  const { rows } = await installation.databases.systemPool.query<{ tenant_id: number }>(
    `select tenant_id from task_settings where remind union select tenant_id from task_reminders where state = 'planned'`,
  )
  for (const { tenant_id } of rows) {
    const ctx = createContext(installation, tenant_id, systemActor, `tasks-remind-${tenant_id}`)
    await planDay(ctx)
    await sendPlanned(ctx)
  }
}

type DueRow = Due & { employeeId: number; language: 'zh' | 'en' }

/** One reminder an employee and day, of their own tasks and of those that were passed up to them. */
export async function planDay(ctx: Context): Promise<number> {
  const { remind, remindAt } = await readTaskSettings(ctx)
  const zone = await timezoneOf(ctx)
  const day = remind ? reminderDay(ctx.now(), zone, remindAt) : undefined
  if (day === undefined) return 0
  const { rows } = await sql<DueRow>`
    with due as (
      select employee_id, 1 as own, due_at from employee_tasks
      where tenant_id = ${ctx.tenantId} and state = 'open' and due_at < ${dayRange(day, day, zone).to} and employee_id is not null
      union all
      select escalated_to, 0, due_at from employee_tasks where tenant_id = ${ctx.tenantId} and state = 'open' and escalated_to is not null
    )
    select d.employee_id, coalesce(e.language, n.language) as language, count(*) filter (where own = 1 and due_at > ${ctx.now()})::int as today,
      count(*) filter (where own = 1 and due_at <= ${ctx.now()})::int as overdue, count(*) filter (where own = 0)::int as passed_up
    from due d
      join employees e on e.tenant_id = ${ctx.tenantId} and e.id = d.employee_id and e.status = 'active'
      join tenants n on n.id = e.tenant_id
    group by d.employee_id, e.language, n.language`.execute(ctx.db)
  const address = `${ctx.config.publicUrl}/tasks`
  const planned = await planReminders(
    ctx,
    rows.map((row) => ({
      key: `day:${day}:${row.employeeId}`,
      employeeId: row.employeeId,
      text: reminderText(row, row.language, address),
    })),
  )
  return planned.length
}

export type Reminder = { /** The same key is never said twice. */ key: string; employeeId: number; text: string }

/** Writes down what is to be said to those whom an app may write to; returns the keys that are new. */
export async function planReminders(ctx: Context, reminders: readonly Reminder[]): Promise<string[]> {
  if (reminders.length === 0) return []
  const { rows } = await sql<{ key: string }>`
    insert into task_reminders (tenant_id, key, employee_id, text, planned_at)
    select ${ctx.tenantId}, r.key, r."employeeId", r.text, ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify(reminders)}::jsonb) as r(key text, "employeeId" int, text text)
    where exists (${reachedBy(ctx, sql`r."employeeId"`)})
    order by r.key on conflict (tenant_id, key) do nothing returning key`.execute(ctx.db)
  return rows.map(({ key }) => key)
}

/** The corps whose app may write to an employee. */
const reachedBy = (ctx: Context, employee: ReturnType<typeof sql>) => sql<{ corp: number; userId: string }>`
  select w.id as corp, a.user_id from employee_accounts a
    join wecom_corps w on w.tenant_id = a.tenant_id and w.id = a.corp_id and w.state = 'active' and w.agent_id is not null
  where a.tenant_id = ${ctx.tenantId} and a.employee_id = ${employee} and a.left_at is null order by w.id limit 1`

const mostAttempts = 5
/** So long WeCom drops the second of two equal messages (doc 90236); after that nobody can say that a message is not there twice. */
const onceSeconds = 4 * 3600

type Planned = { id: number; employeeId: number; text: string; attempts: number; plannedAt: Date }

export async function sendPlanned(ctx: Context): Promise<void> {
  const rows = await ctx.db
    .selectFrom('taskReminders')
    .select(['id', 'employeeId', 'text', 'attempts', 'plannedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'planned')
    .orderBy('id')
    .limit(200)
    .execute()
  for (const row of rows) await sendOne(ctx, row)
}

async function sendOne(ctx: Context, planned: Planned): Promise<void> {
  if (!(await claim(ctx, planned))) return
  try {
    if (planned.attempts > 0 && ctx.now().getTime() - planned.plannedAt.getTime() > onceSeconds * 1000)
      throw appError('task_reminder.unknown_end', {
        message: 'Nobody knows whether the last try arrived, and it is too long ago to try again.',
      })
    const { rows } = await reachedBy(ctx, sql`${planned.employeeId}`).execute(ctx.db)
    const [account] = rows
    if (!account) throw appError('task_reminder.no_app', { message: 'No app may write to this employee any more.' })
    const app = await wecomApp(ctx, account.corp)
    await sendMessageOnce(app, { members: [account.userId] }, textMessage(planned.text), { withinSeconds: onceSeconds })
    await own(ctx, planned.id).set({ state: 'sent', sentAt: ctx.now(), error: null }).execute()
  } catch (error) {
    await fail(ctx, planned, error as Error & { code?: string })
  }
}

/** Of two who look at once only one goes on. */
const claim = async (ctx: Context, { id, attempts }: Planned): Promise<boolean> =>
  (await own(ctx, id)
    .set({ attempts: attempts + 1 })
    .where('attempts', '=', attempts)
    .where('state', '=', 'planned')
    .returning('id')
    .executeTakeFirst()) !== undefined

async function fail(ctx: Context, { id, attempts }: Planned, error: Error & { code?: string }): Promise<void> {
  const isRefusal = error instanceof WecomError && ['configure', 'fix_request', 'skip_item', 'tell'].includes(error.reaction)
  const isFinal = isRefusal || attempts + 1 >= mostAttempts || error.code?.startsWith('task_reminder.') === true
  ctx.log.warn({ err: error, reminder: id }, 'a reminder was not sent')
  await own(ctx, id)
    .set({ error: error.message.slice(0, 500), ...(isFinal ? { state: 'failed' } : {}) })
    .where('state', '=', 'planned')
    .execute()
}

const own = (ctx: Context, id: number) => ctx.db.updateTable('taskReminders').where('tenantId', '=', ctx.tenantId).where('id', '=', id)
