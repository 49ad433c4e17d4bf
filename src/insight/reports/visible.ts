import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'

/** Everybody the actor may see, as canonical ids: the customers with a live follow by an employee in the actor's scope. */
export async function visiblePersons(ctx: Context): Promise<number[] | undefined> {
  if (ctx.actor.scope === 'all') return undefined
  const { rows } = await sql<{ canonicalId: number }>`
    select distinct canonical_id from follows
    where tenant_id = ${ctx.tenantId} and employee_id = any(${[...ctx.actor.scope]}::int[]) and ended_at is null order by canonical_id`.execute(
    ctx.db,
  )
  return rows.map((row) => row.canonicalId)
}
