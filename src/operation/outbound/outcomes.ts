import { sql } from 'kysely'
import { employeeNames } from '#management/team/queries.ts'
import { messageFailed, messageSent, messageSuppressed } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit } from '#platform/events/emit.ts'
import type { MessageKind } from './schema.ts'
import type { Task } from './tasks.ts'

/** What became of a task's people; `at` is when, as WeCom tells it. */
type Ending = { state: 'sent' | 'failed' | 'cancelled' | 'suppressed'; reason: string | null; at: Date }
export type Outcome = Ending & { target: string }

type Changed = {
  customerId: number | null
  groupId: number | null
  kind: MessageKind
  state: Ending['state']
  reason: string | null
  at: Date
}

/** Writes down what became of a task's people and tells it, once: who has an end already keeps it. Returns how many. */
export async function settleSends(ctx: Context, task: Task, outcomes: readonly Outcome[]): Promise<number> {
  if (outcomes.length === 0) return 0
  const { rows } = await sql<Changed>`
    update sends s set state = n.state, reason = n.reason, sent_at = case when n.state = 'sent' then n.at end, finished_at = ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb) as n(target text, state text, reason text, at timestamptz)
    where s.tenant_id = ${ctx.tenantId} and s.task = ${task.id} and s.target = n.target and s.state in ('tasked', 'unknown')
    returning s.customer_id, s.group_id, s.kind, s.state, s.reason, n.at`.execute(ctx.db)
  await tell(ctx, task, rows)
  return rows.length
}

/** The same for everybody of a task who has no end yet. */
export async function settleRest(ctx: Context, task: Task, ending: Ending): Promise<number> {
  const targets = await openTargets(ctx, task)
  return settleSends(
    ctx,
    task,
    targets.map((target) => ({ ...ending, target })),
  )
}

/** Whom a task is still for. */
export async function openTargets(ctx: Context, task: Pick<Task, 'id'>): Promise<string[]> {
  const { rows } = await sql<{ target: string }>`
    select target from sends where tenant_id = ${ctx.tenantId} and task = ${task.id} and state in ('tasked', 'unknown') order by id`.execute(
    ctx.db,
  )
  return rows.map(({ target }) => target)
}

/** Nobody knows whether WeCom heard of them, or now somebody does again. */
export async function markKnown(ctx: Context, task: Pick<Task, 'id'>, known: boolean): Promise<void> {
  await sql`
    update sends set state = ${known ? 'tasked' : 'unknown'}
    where tenant_id = ${ctx.tenantId} and task = ${task.id} and state = ${known ? 'unknown' : 'tasked'}`.execute(ctx.db)
}

async function tell(ctx: Context, task: Task, changed: readonly Changed[]): Promise<void> {
  const { employeeId, sourceKind, sourceId, step, contentId } = task
  const names = await employeeNames(ctx, [employeeId])
  for (const { customerId, groupId, kind, state, reason, at } of changed) {
    const said = {
      source: sourceKind,
      sourceId,
      ...(step === null ? {} : { step }),
      content: contentId,
      kind,
      ...(groupId === null ? {} : { chat: groupId }),
    }
    const when = new Date(at)
    if (state === 'sent')
      emit(ctx, messageSent, {
        customerId,
        at: when,
        properties: { ...said, employee: employeeId, employeeName: names.get(employeeId) ?? '' },
      })
    else if (state === 'failed') emit(ctx, messageFailed, { customerId, at: when, properties: { ...said, reason: reason ?? '' } })
    else if (state === 'suppressed') emit(ctx, messageSuppressed, { customerId, at: when, properties: { ...said, reason: reason ?? '' } })
  }
}
