import type { Installation } from '#platform/context.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { afterRaces } from '#platform/races.ts'

const position = 'customers.activity_load'
const window = 500

/**
 * Notes when customers last did something of their own: behaviour events, and those facts that are declared so. Reads what
 * the loader has written since the last time. Returns how many customers were seen.
 */
export async function noteActivity(installation: Installation, definitions: readonly EventDefinition[]): Promise<number> {
  const [newest] = await installation.clickhouse.rows<{ load: number }>('select max(load) as load from events')
  let from = await readPosition(installation)
  // A restored database counts its loads again from an older number.
  if (from > (newest?.load ?? 0)) from = 0
  let seen = 0
  for (; from < (newest?.load ?? 0); from += window) {
    const to = Math.min(from + window, newest?.load ?? 0)
    seen += await noteLoads(installation, { from, to, others: definitions.filter(({ own }) => !own).map(({ name }) => name) })
    await writePosition(installation, to)
  }
  return seen
}

async function noteLoads(installation: Installation, params: { from: number; to: number; others: string[] }): Promise<number> {
  const active = await installation.clickhouse.rows<{ tenant: number; person: number; at: number }>(
    `select tenant, person, toUnixTimestamp64Milli(max(at)) as at from events
     where load > {from:UInt64} and load <= {to:UInt64} and person > 0 and name not in {others:Array(String)} group by tenant, person
     order by tenant, person`,
    params,
  )
  for (let start = 0; start < active.length; start += 5000) await noteSome(installation, active.slice(start, start + 5000))
  return active.length
}

/** To the minute: who clicks around is not written again at every click. */
async function noteSome(
  { databases: { systemPool } }: Installation,
  active: { tenant: number; person: number; at: number }[],
): Promise<void> {
  const seen = `seen as (select t as tenant, p as person, to_timestamp(ms / 1000.0) as at from unnest($1::int[], $2::int[], $3::float8[]) as n(t, p, ms))`
  const params = [active.map(({ tenant }) => tenant), active.map(({ person }) => person), active.map(({ at }) => at)]
  await afterRaces(() =>
    systemPool.query(
      `with ${seen},
       noted as (
         update customers c set active_at = seen.at from seen
         where c.tenant_id = seen.tenant and c.id = seen.person and c.active_at + interval '1 minute' <= seen.at and c.canonical_id <> c.id
         returning c.tenant_id, c.canonical_id, c.active_at),
       newest as (select tenant_id, canonical_id, max(active_at) as at from noted group by 1, 2)
       update customers c set last_active_at = greatest(c.last_active_at, newest.at) from newest
       where c.tenant_id = newest.tenant_id and c.id = newest.canonical_id`,
      params,
    ),
  )
  await afterRaces(() =>
    systemPool.query(
      `with ${seen}
       update customers c set active_at = seen.at, last_active_at = greatest(c.last_active_at, seen.at) from seen
       where c.tenant_id = seen.tenant and c.id = seen.person and c.active_at + interval '1 minute' <= seen.at and c.canonical_id = c.id`,
      params,
    ),
  )
}

const readPosition = async (installation: Installation): Promise<number> =>
  Number((await installation.databases.systemPool.query('select value from installation where name = $1', [position])).rows[0]?.value ?? 0)

const writePosition = (installation: Installation, load: number) =>
  installation.databases.systemPool.query(
    'insert into installation (name, value) values ($1, $2) on conflict (name) do update set value = $2',
    [position, String(load)],
  )
