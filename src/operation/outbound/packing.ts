import { sql } from 'kysely'
import { massMessageLimits } from '#connectors/wecom/mass-messages.ts'
import type { Context } from '#platform/context.ts'
import { taskLock } from './commands.ts'

/** A member confirms each task by hand, so wishes that follow each other closely become one; none waits longer than the second. */
const settledMs = 2_000
const longestMs = 30_000

/**
 * Puts wishes that the gate let through into mass messages of WeCom: one for each sender and content, of as many people as WeCom
 * takes. Returns how many were put into one.
 */
export async function packReady(ctx: Context, { atOnce = false } = {}): Promise<number> {
  return ctx.db.transaction().execute(async (db) => {
    const { rows: locks } = await sql<{
      isAlone: boolean
    }>`select pg_try_advisory_xact_lock(${taskLock}, ${ctx.tenantId}) as is_alone`.execute(db)
    if (!locks[0]?.isAlone) return 0
    const now = ctx.now()
    const settled = new Date(now.getTime() - (atOnce ? 0 : settledMs))
    const oldest = new Date(now.getTime() - longestMs)
    const { customers, groups } = massMessageLimits
    const ready = await sql<Ready>`
      with ready as (
        select s.*, case when s.group_id is null then ${customers}::int else ${groups}::int end as most,
          row_number() over (partition by s.corp, s.user_id, s.content_id, s.source_kind, s.source_id, s.step, s.group_id is null order by s.id) - 1 as place,
          count(*) over same as people, max(s.decided_at) over same as last, min(s.decided_at) over same as first
        from sends s where s.tenant_id = ${ctx.tenantId} and s.state = 'waiting' and s.reason = 'task'
        window same as (partition by s.corp, s.user_id, s.content_id, s.source_kind, s.source_id, s.step, s.group_id is null))
      select id, corp, user_id, employee_id, content_id, source_kind, source_id, step, group_id is null as to_customers,
        min(id) over (partition by corp, user_id, content_id, source_kind, source_id, step, group_id is null, place / most) as lead
      from ready where last <= ${settled} or first <= ${oldest} or people >= most`.execute(db)
    if (ready.rows.length === 0) return 0
    const tasks = await insertTasks({ ...ctx, db }, ready.rows)
    // A list of numbers is joined by number; a guess of the planner about grouped rows made this quadratic.
    await sql`
      update sends s set task = n.task, state = 'tasked', reason = null
      from unnest(${ready.rows.map(({ id }) => id)}::bigint[], ${ready.rows.map(({ lead }) => tasks.get(lead) ?? 0)}::bigint[]) as n(id, task)
      where s.tenant_id = ${ctx.tenantId} and s.id = n.id and s.state = 'waiting' and s.reason = 'task'`.execute(db)
    return ready.rows.length
  })
}

type Ready = {
  id: number
  corp: number
  userId: string
  employeeId: number
  contentId: number
  sourceKind: string
  sourceId: number
  step: string | null
  toCustomers: boolean
  /** The first wish of the task: whose key makes it the same task when it is packed again. */
  lead: number
}

/** The tasks by their first wish. */
async function insertTasks(ctx: Context, ready: readonly Ready[]): Promise<Map<number, number>> {
  const sizes = new Map<number, number>()
  for (const { lead } of ready) sizes.set(lead, (sizes.get(lead) ?? 0) + 1)
  const rows = ready
    .filter(({ id, lead }) => id === lead)
    .map((one) => ({
      key: `send ${one.lead}`,
      corp: one.corp,
      user_id: one.userId,
      employee: one.employeeId,
      audience: one.toCustomers ? 'customers' : 'groups',
      content: one.contentId,
      source: one.sourceKind,
      source_id: one.sourceId,
      step: one.step,
      size: sizes.get(one.lead),
    }))
  const { rows: made } = await sql<{ id: number; key: string }>`
    insert into mass_tasks (tenant_id, key, corp, user_id, employee_id, audience, content_id, source_kind, source_id, step, size, next_at, created_at)
    select ${ctx.tenantId}, n.key, n.corp, n.user_id, n.employee, n.audience, n.content, n.source, n.source_id, n.step, n.size, ${ctx.now()}, ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as n(key text, corp int, user_id text, employee int, audience text, content int, source text, source_id int, step text, size int)
    returning id, key`.execute(ctx.db)
  return new Map(made.map(({ id, key }) => [Number(key.slice('send '.length)), id]))
}
