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
    // The key names the first wish of a task: packed again after a crash it would be the same task.
    const { rows } = await sql<{ count: number }>`
      with ready as (
        select s.*, case when s.group_id is null then ${customers}::int else ${groups}::int end as most,
          row_number() over (partition by s.corp, s.user_id, s.content_id, s.source_kind, s.source_id, s.step, s.group_id is null order by s.id) - 1 as place,
          count(*) over same as people, max(s.decided_at) over same as last, min(s.decided_at) over same as first
        from sends s where s.tenant_id = ${ctx.tenantId} and s.state = 'waiting' and s.reason = 'task'
        window same as (partition by s.corp, s.user_id, s.content_id, s.source_kind, s.source_id, s.step, s.group_id is null)),
      picked as (
        select r.*, min(r.id) over (partition by r.corp, r.user_id, r.content_id, r.source_kind, r.source_id, r.step, r.group_id is null, r.place / r.most) as lead
        from ready r where r.last <= ${settled} or r.first <= ${oldest} or r.people >= r.most),
      made as (
        insert into mass_tasks (tenant_id, key, corp, user_id, employee_id, audience, content_id, source_kind, source_id, step, size, next_at, created_at)
        select ${ctx.tenantId}, 'send ' || lead, corp, user_id, max(employee_id), case when group_id is null then 'customers' else 'groups' end, content_id, source_kind, source_id,
          step, count(*), ${now}, ${now}
        from picked group by lead, corp, user_id, group_id is null, content_id, source_kind, source_id, step
        returning id, key),
      put as (
        update sends s set task = m.id, state = 'tasked', reason = null from picked p join made m on m.key = 'send ' || p.lead
        where s.tenant_id = ${ctx.tenantId} and s.id = p.id and s.state = 'waiting' and s.reason = 'task' returning 1)
      select count(*)::int as count from put`.execute(db)
    return rows[0]?.count ?? 0
  })
}
