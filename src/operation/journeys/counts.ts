import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { remember } from '#platform/remember.ts'

/** How often people left a step by a way; the step '' stands for the journey itself. */
export type Count = { journey: number; version: number; step: string; way: string; people: number }

/** Adds up. In one order for everybody, so that two who count wait for each other instead of deadlocking. */
export async function countPeople(ctx: Context, counts: readonly Count[]): Promise<void> {
  if (counts.length === 0) return
  await sql`
    insert into journey_counts as c (tenant_id, journey_id, version, step, way, people)
    select ${ctx.tenantId}, n.journey, n.version, n.step, n.way, n.people
    from jsonb_to_recordset(${JSON.stringify(summed(counts))}::jsonb) as n(journey int, version int, step text, way text, people int)
    order by n.journey, n.version, n.step, n.way
    on conflict (tenant_id, journey_id, version, step, way) do update set people = c.people + excluded.people`.execute(ctx.db)
}

/** A batch is a few ways many times. */
function summed(counts: readonly Count[]): Count[] {
  const sums = new Map<string, Count>()
  for (const { people, ...way } of counts) remember(sums, JSON.stringify(way), () => ({ ...way, people: 0 })).people += people
  return [...sums.values()]
}
