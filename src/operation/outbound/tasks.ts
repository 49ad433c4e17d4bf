import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import type { SourceKind } from './schema.ts'

export type TaskState = 'planned' | 'calling' | 'unknown' | 'asked' | 'confirmed' | 'done' | 'cancelled' | 'failed'

/** A mass message of WeCom in somebody's hands: `fence` grows with every takeover, and who holds an older one changes nothing. */
export type Task = {
  id: number
  fence: number
  corp: number
  userId: string
  employeeId: number
  audience: 'customers' | 'groups'
  contentId: number
  sourceKind: SourceKind
  sourceId: number
  step: string | null
  state: TaskState
  msgId: string | null
  calledAt: Date | null
  askedAt: Date | null
  confirmedAt: Date | null
  attempts: number
  cancelWanted: 'cancelled' | 'stopped' | null
  remindWanted: boolean
  remindedAt: Date[]
  createdAt: Date
}

/**
 * Longer than a call may take: whoever takes a task over knows that the first one has ended. Told by the database's clock, because a
 * worker whose own runs ahead would take it over in the middle of a call.
 */
const leaseSeconds = 60

const leaseEnd = () => sql<Date>`now() + make_interval(secs => ${leaseSeconds})`

/**
 * Tasks that something is to be done about, taken by this worker; what WeCom has not heard of comes first. Of one member's tasks that WeCom has not heard of yet only the
 * first goes: two messages with the same words could not be told apart should the answer to one be lost.
 */
export async function claimTasks(ctx: Context, limit: number): Promise<Task[]> {
  const now = ctx.now()
  const { rows } = await sql<Task>`
    update mass_tasks set fence = fence + 1, lease_until = ${leaseEnd()}
    where tenant_id = ${ctx.tenantId} and id in (
      select t.id from mass_tasks t
      where t.tenant_id = ${ctx.tenantId} and t.next_at <= ${now} and (t.lease_until is null or t.lease_until < now())
        and (t.state not in ('planned', 'calling', 'unknown') or not exists (
          select from mass_tasks e where e.tenant_id = t.tenant_id and e.corp = t.corp and e.user_id = t.user_id and e.id < t.id and e.state in ('planned', 'calling', 'unknown')))
      order by t.state in ('planned', 'calling', 'unknown') desc, t.next_at, t.id limit ${limit} for update of t skip locked)
    returning id, fence, corp, user_id, employee_id, audience, content_id, source_kind, source_id, step, state, msg_id, called_at, asked_at, confirmed_at,
      attempts, cancel_wanted, remind_wanted, reminded_at, created_at`.execute(ctx.db)
  return rows
}

type Change = {
  state?: TaskState
  msgId?: string
  calledAt?: Date | null
  askedAt?: Date
  confirmedAt?: Date
  finishedAt?: Date
  attempts?: number
  remindWanted?: boolean
  remindedAt?: RawBuilder<Date[]>
  error?: { code: string; message: string; errcode?: number } | null
}

/** Keeps it for another minute while it is worked on. */
export const holdTask = (ctx: Context, task: Pick<Task, 'id' | 'fence'>): Promise<boolean> =>
  updateTask(ctx, task, { leaseUntil: leaseEnd() })

/**
 * Says that WeCom is called now, for which the whole minute is kept, and what is wanted of the task by now; undefined when somebody
 * else has it. Until the end of the caller's transaction nobody takes wishes of the task back.
 */
export async function beginCall(
  ctx: Context,
  task: Pick<Task, 'id' | 'fence'>,
  { calledAt, attempts }: { calledAt: Date; attempts: number },
): Promise<Pick<Task, 'cancelWanted'> | undefined> {
  const { rows } = await sql<Pick<Task, 'cancelWanted'>>`
    update mass_tasks set state = 'calling', called_at = ${calledAt}, attempts = ${attempts}, lease_until = ${leaseEnd()}
    where tenant_id = ${ctx.tenantId} and id = ${task.id} and fence = ${task.fence} returning cancel_wanted`.execute(ctx.db)
  return rows[0]
}

/** Changes a task that is still this worker's; false when somebody else has it by now. */
export const changeTask = (ctx: Context, task: Pick<Task, 'id' | 'fence'>, change: Change): Promise<boolean> =>
  updateTask(ctx, task, change)

async function updateTask(
  ctx: Context,
  task: Pick<Task, 'id' | 'fence'>,
  { error, ...columns }: Change & { leaseUntil?: RawBuilder<Date> },
): Promise<boolean> {
  const { numUpdatedRows } = await ctx.db
    .updateTable('massTasks')
    .set({ ...columns, ...(error === undefined ? {} : { error: error && JSON.stringify(error) }) })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', task.id)
    .where('fence', '=', task.fence)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Puts the task down until then; null when it is over. What was wanted of it meanwhile is done at once. */
export async function releaseTask(ctx: Context, task: Pick<Task, 'id' | 'fence'>, nextAt: Date | null): Promise<void> {
  await sql`
    update mass_tasks set lease_until = null,
      next_at = case when ${nextAt}::timestamptz is null then null when cancel_wanted is not null or remind_wanted then ${ctx.now()}::timestamptz else ${nextAt}::timestamptz end
    where tenant_id = ${ctx.tenantId} and id = ${task.id} and fence = ${task.fence}`.execute(ctx.db)
}

/** WeCom bounded this corp's calls: none of its tasks is tried before. */
export async function restCorp(ctx: Context, corp: number, until: Date): Promise<void> {
  await sql`
    update mass_tasks set next_at = ${until}
    where tenant_id = ${ctx.tenantId} and corp = ${corp} and state = 'planned' and next_at < ${until}`.execute(ctx.db)
}
