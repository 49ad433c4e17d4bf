import type { PoolClient } from 'pg'
import { z } from 'zod'
import type { Installation } from '#platform/context.ts'
import { markEverything } from '#platform/events/dirty-days.ts'
import type { Caretaker } from '#platform/events/loader.ts'
import { addDays } from '#platform/time.ts'
import { type Days, spanOf } from './span.ts'

/** Grows when the stores are made by other rules: then they are all rebuilt. */
const storesVersion = '1'

/** So many events are rebuilt at a time, because new ones wait meanwhile. */
const mostEvents = 5_000_000

/** The loader looks after the stores: nothing arrives while days are rebuilt. */
export const storeKeeper: Caretaker = {
  taken: async (installation, holder) => {
    await markForeignLoads(installation, holder)
  },
  between: async (installation, holder) => {
    await rebuildSome(installation, holder)
  },
}

/**
 * Blocks of versions that knew no stores, or not these: their days are marked. Said in `installation`: the last load, the last
 * one by a loader that writes days (`days_load`), and the rules the stores were made by.
 */
async function markForeignLoads({ clickhouse }: Installation, holder: PoolClient): Promise<void> {
  const { rows } = await holder.query<{ name: string; value: string }>(
    "select name, value from installation where name in ('last_load', 'days_load', 'stores_version')",
  )
  const said = new Map(rows.map(({ name, value }) => [name, value]))
  const [last, written] = [Number(said.get('last_load') ?? 0), Number(said.get('days_load') ?? 0)]
  if (last > 0 && (written === 0 || said.get('stores_version') !== storesVersion)) await markEverything(holder)
  else if (last > written) {
    const foreign = await clickhouse.rows<{ tenant: number }>('select distinct tenant from events where load > {written:UInt64}', {
      written,
    })
    await holder.query('select mark_dirty_days(t) from unnest($1::int[]) as given(t)', [foreign.map(({ tenant }) => tenant)])
  }
  await holder.query(
    "insert into installation (name, value) values ('stores_version', $1), ('days_load', $2) on conflict (name) do update set value = excluded.value",
    [storesVersion, String(last)],
  )
}

type Mark = { tenant: number; first: string; last: string; mark: number; zone: string }

/** Rebuilds a few days of what has been marked for long enough; says whether there was anything to do. */
export async function rebuildSome(installation: Installation, holder: PoolClient): Promise<boolean> {
  const found = await holder.query<Mark>(
    `select d.tenant_id as tenant, d.first_day as first, d.last_day as last, d.mark, t.timezone as zone
     from dirty_days d join tenants t on t.id = d.tenant_id where d.ready_at <= now() order by d.ready_at, d.tenant_id, d.first_day limit 1`,
  )
  const mark = found.rows[0]
  if (!mark || (await isWriting(installation))) return false
  // Killed from here on, the next one begins when nothing that was under way can still arrive.
  await holder.query("update dirty_days set ready_at = now() + interval '60 seconds' where tenant_id = $1 and mark = $2", [
    mark.tenant,
    mark.mark,
  ])
  const days = await firstDays(installation, mark)
  if (days) await rebuildDays(installation, mark, days)
  await takeAway(holder, mark, days)
  return true
}

/** Whether a rebuild that a killed loader had begun goes on in the engine. */
async function isWriting({ clickhouse }: Installation): Promise<boolean> {
  const found = await clickhouse.rows<{ writing: number }>(
    "select count() as writing from system.processes where query_kind != 'Select' and current_database = currentDatabase() and match(query, '(?i)(into|from) (active|person_day) ')",
  )
  return Number(found[0]?.writing ?? 0) > 0
}

const Counted = z.object({ day: z.string(), events: z.number() })

/** The first of the marked days that hold anything, of one month, as many as may be rebuilt at a time. */
async function firstDays({ clickhouse }: Installation, mark: Mark): Promise<Days | undefined> {
  const span = spanOf(mark.first, mark.last, mark.zone)
  const counted = await clickhouse.ask({
    sql: `select toString(local_day) as day, sum(times) as events from (
        select toDate(at, {zone:String}) as local_day, count() as times from events
        where tenant = {tenant:UInt32} and at >= fromUnixTimestamp64Milli({from:Int64}) and at < fromUnixTimestamp64Milli({to:Int64}) group by local_day
        union all select distinct day, 0 from active where tenant = {tenant:UInt32} and day >= {first:Date} and day <= {last:Date}
        union all select distinct day, 0 from person_day where tenant = {tenant:UInt32} and day >= {first:Date} and day <= {last:Date})
      group by local_day order by local_day`,
    params: { ...mark, from: span.from?.getTime() ?? 0, to: span.to?.getTime() ?? endOfTime },
    row: Counted,
  })
  const first = counted[0]?.day
  if (first === undefined) return undefined
  let [last, events] = [first, 0]
  for (const one of counted) {
    events += one.events
    if (one.day.slice(0, 7) !== first.slice(0, 7) || (events > mostEvents && one.day !== first)) break
    last = one.day
  }
  return { first, last }
}

/** Later than any event; what lies beyond it no store can name. */
const endOfTime = Date.UTC(2149, 5, 7)

async function rebuildDays({ clickhouse }: Installation, { tenant, zone }: Mark, { first, last }: Days): Promise<void> {
  const span = spanOf(first, last, zone)
  const params = { tenant, zone, first, last, from: span.from?.getTime() ?? 0, to: span.to?.getTime() ?? endOfTime }
  const whose = 'tenant = {tenant:UInt32} and at >= fromUnixTimestamp64Milli({from:Int64}) and at < fromUnixTimestamp64Milli({to:Int64})'
  for (const store of ['active', 'person_day'])
    await clickhouse.command(`delete from ${store} where tenant = {tenant:UInt32} and day >= {first:Date} and day <= {last:Date}`, params)
  await clickhouse.command(
    `insert into active (tenant, name, day, persons, events)
     select tenant, arrayJoin(['*', toString(name)]) as what, toDate(at, {zone:String}) as local_day, groupBitmapStateIf(person, person > 0), count()
     from events where ${whose} group by tenant, what, local_day`,
    params,
  )
  // Not counted here: the table adds up what is the same, in as little memory as it needs.
  await clickhouse.command(
    `insert into person_day (tenant, name, day, person, events)
     select tenant, name, toDate(at, {zone:String}), person, 1 from events where ${whose} and person > 0`,
    params,
  )
}

/** Over the connection that holds the lock, so that nobody else was the loader meanwhile; of a newer mark nothing is taken. */
async function takeAway(holder: PoolClient, { tenant, first, last, mark }: Mark, done: Days | undefined): Promise<void> {
  await holder.query(
    `with gone as (delete from dirty_days where tenant_id = $1 and first_day = $2 and last_day = $3 and mark = $4 returning tenant_id, last_day)
     insert into dirty_days (tenant_id, first_day, last_day, ready_at) select tenant_id, $5::date, last_day, now() from gone where $5::date <= last_day
     on conflict do nothing`,
    [tenant, first, last, mark, done ? addDays(done.last, 1) : '9999-12-31'],
  )
}
