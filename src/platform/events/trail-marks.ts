import type { Pool, PoolClient } from 'pg'
import type { Installation } from '../context.ts'

const dayMs = 86_400_000
/** Days that a date of ClickHouse can name; years beyond them have no builds. */
const lastDay = 65_535

/**
 * Marks the UTC days of a load's events where builds of trails may not hold them, before the events are in ClickHouse. Asked after
 * the load was begun: a build that is not seen here waits for the load (`untilLoad` of the builder).
 */
export async function markTrailDays(client: Pool, load: number, events: readonly { tenant: number; at: number }[]): Promise<void> {
  const days = new Map(
    events.map(({ tenant, at }) => {
      const day = Math.floor(at / dayMs)
      return [`${tenant} ${day}`, { tenant, day }]
    }),
  )
  const known = [...days.values()].filter(({ day }) => 0 <= day && day <= lastDay)
  // In one order, so that two who mark the same days wait for each other instead of deadlocking.
  await client.query({
    name: 'trail_marks',
    text: `insert into trail_marks (tenant_id, day, load)
      select t, date '1970-01-01' + d, $3 from unnest($1::int[], $2::int[]) as given(t, d)
      where exists (select from trails where tenant_id = t and year = extract(year from date '1970-01-01' + d))
      order by 1, 2
      on conflict (tenant_id, day) do update set load = excluded.load where trail_marks.load < excluded.load`,
    values: [known.map(({ tenant }) => tenant), known.map(({ day }) => day), load],
  })
}

/**
 * Days that loads by versions without marks brought events to, when a version that marks takes over. Until this has ended reports
 * read no trails, because `trails_load` stands behind `last_load`.
 */
export async function markForeignTrailDays({ clickhouse }: Installation, holder: PoolClient): Promise<void> {
  const { rows } = await holder.query<{ name: string; value: string }>(
    "select name, value from installation where name in ('last_load', 'trails_load')",
  )
  const said = new Map(rows.map(({ name, value }) => [name, Number(value)]))
  const [last, told] = [said.get('last_load') ?? 0, said.get('trails_load') ?? -1]
  if (told >= last) return
  const { rows: kept } = await holder.query<{ tenant: number }>('select distinct tenant_id as tenant from trails')
  const days = await clickhouse.rows<{ tenant: number; day: string; newest: number }>(
    `select tenant, toString(toDate(at, 'UTC')) as day, max(load) as newest from events
     where tenant in {tenants:Array(UInt32)} and load > {told:Int64} group by tenant, day order by tenant, day`,
    { tenants: kept.map(({ tenant }) => tenant), told },
  )
  await holder.query(
    `with marked as (
       insert into trail_marks (tenant_id, day, load) select * from unnest($1::int[], $2::date[], $3::bigint[])
       on conflict (tenant_id, day) do update set load = greatest(trail_marks.load, excluded.load))
     insert into installation (name, value) values ('trails_load', $4) on conflict (name) do update set value = excluded.value`,
    [days.map(({ tenant }) => tenant), days.map(({ day }) => day), days.map(({ newest }) => newest), String(last)],
  )
}

/**
 * All builds, or those of one tenant, say nothing any more, also the one under way. Whoever changes, deletes or inserts events in any
 * other way than through the loader does this when it is done; before it, too, where reports are to follow at once.
 */
export async function forgetTrails(client: Pool | PoolClient, tenant?: number): Promise<void> {
  await client.query('update trails set retired_at = now() where retired_at is null and tenant_id = coalesce($1, tenant_id)', [
    tenant ?? null,
  ])
}
