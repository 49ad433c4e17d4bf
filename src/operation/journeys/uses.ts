import { type RawBuilder, sql } from 'kysely'
import { idsTaken, namesOneOf, type Taken, type UsersOf } from '#management/uses.ts'
import { publicId } from '#platform/ids.ts'

/** Journeys that people walk or may come into, by a drawing that names it: the running version, or one that somebody is still on. */
export const journeysUsing: UsersOf = async (ctx, taken) => {
  if ('journey' in taken) return {}
  const { rows } = await sql<{ id: number; name: string }>`
    select j.id, j.name from journeys j
    where j.tenant_id = ${ctx.tenantId} and j.state in ('running', 'paused', 'draining') and exists (
      select from journey_versions v where v.tenant_id = j.tenant_id and v.journey_id = j.id and ${names(taken)}
        and (v.version = j.version or exists (
          select from journey_runs r where r.tenant_id = v.tenant_id and r.journey_id = v.journey_id and r.version = v.version and r.state = 'active')))
    order by j.name`.execute(ctx.db)
  return { journeys: rows.map(({ id, name }) => ({ id: publicId(ctx, 'jny', id), name })) }
}

function names(taken: Exclude<Taken, { journey: string }>): RawBuilder<boolean> {
  if (!('attribute' in taken)) return namesOneOf(sql`v.definition`, idsTaken(taken))
  const { attribute, choices } = taken
  return sql`exists (select from jsonb_array_elements(v.definition -> 'steps') step
    where step ->> 'type' = 'attribute' and step ->> 'key' = ${attribute} ${choices ? sql`and step ->> 'value' = any(${[...choices]}::text[])` : sql``})`
}
