import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'

/** How often people left a step by a way; the step '' stands for the journey itself. */
export type Count = { journey: number; version: number; step: string; way: string; people: number }

/** Adds up. In one order for everybody, so that two who count wait for each other instead of deadlocking. */
export async function countPeople(ctx: Context, counts: readonly Count[]): Promise<void> {
  if (counts.length === 0) return
  await sql`
    insert into journey_counts as c (tenant_id, journey_id, version, step, way, people)
    select ${ctx.tenantId}, n.journey, n.version, n.step, n.way, sum(n.people)
    from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as n(journey int, version int, step text, way text, people int)
    group by n.journey, n.version, n.step, n.way order by n.journey, n.version, n.step, n.way
    on conflict (tenant_id, journey_id, version, step, way) do update set people = c.people + excluded.people`.execute(ctx.db)
}
