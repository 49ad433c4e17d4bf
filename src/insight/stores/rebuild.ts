import type { PoolClient } from 'pg'
import { z } from 'zod'
import type { Installation } from '#platform/context.ts'
import { markEverything } from '#platform/events/dirty-days.ts'
import type { Caretaker } from '#platform/events/loader.ts'
import { markForeignTrailDays } from '#platform/events/trail-marks.ts'
import { addDays } from '#platform/time.ts'
import { firstDay, lastDay, spanOf } from './span.ts'

/** Grows when the stores are made by other rules, or were copied while somebody wrote (2): then they are all rebuilt. */
const storesVersion = '2'

/** So many events are rebuilt at a time, because new ones wait meanwhile. */
const mostEvents = 5_000_000

/** The loader looks after the stores: nothing arrives while days are rebuilt. */
export const storeKeeper: Caretaker = {
  taken: async (installation, holder) => {
    await markForeignLoads(installation, holder)
    await markForeignTrailDays(installation, holder)
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
  // Commands load without saying by which rules; those of this version are meant then, which make what the first ones made.
  const version = said.get('stores_version') ?? storesVersion
  if (last > 0 && (written === 0 || version !== storesVersion)) await markEverything(holder)
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

/** The days of a month that are rebuilt together, and up to which day nothing else is marked and holds anything. */
type Chunk = { days: string[]; upTo: string }

/** Rebuilds a few days of what has been marked for long enough; says whether there was anything to do. */
export async function rebuildSome(installation: Installation, holder: PoolClient): Promise<boolean> {
  const { rows: marks } = await holder.query<Mark>(
    `select d.tenant_id as tenant, d.first_day as first, d.last_day as last, d.mark, t.timezone as zone
     from dirty_days d join tenants t on t.id = d.tenant_id
     where d.ready_at <= now() and d.tenant_id = (select tenant_id from dirty_days where ready_at <= now() order by ready_at, tenant_id limit 1)`,
  )
  const [one] = marks
  if (!one || (await isWriting(installation))) return false
  const chunk = await nextChunk(installation, one, marks)
  // Killed from here on, the next one begins when nothing that was under way can still arrive.
  await holder.query(
    "update dirty_days set ready_at = now() + interval '60 seconds' where tenant_id = $1 and mark = any($2) and first_day <= $3",
    [one.tenant, marks.map(({ mark }) => mark), chunk.upTo],
  )
  if (chunk.days.length > 0) await rebuildDays(installation, one, chunk.days)
  await takeAway(holder, marks, chunk)
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
async function nextChunk({ clickhouse }: Installation, { tenant, zone }: Mark, marks: readonly Mark[]): Promise<Chunk> {
  const [first, last] = [least(marks.map((mark) => mark.first)), greatest(marks.map((mark) => mark.last))]
  const counted = await clickhouse.ask({
    sql: `select toString(local_day) as day, sum(times) as events from (
        select toDate(at, {zone:String}) as local_day, count() as times from events
        where tenant = {tenant:UInt32} and at >= fromUnixTimestamp64Milli({from:Int64}) and at < fromUnixTimestamp64Milli({to:Int64}) group by local_day
        union all select distinct day, 0 from active where tenant = {tenant:UInt32} and day >= {first:Date} and day <= {last:Date}
        union all select distinct day, 0 from person_day where tenant = {tenant:UInt32} and day >= {first:Date} and day <= {last:Date})
      group by local_day order by local_day`,
    params: { tenant, zone, first, last, ...instantsOf(first, last, zone) },
    row: Counted,
  })
  const marked = counted.filter(({ day }) => marks.some((mark) => mark.first <= day && day <= mark.last))
  let events = 0
  const end = marked.findIndex((one, i) => {
    events += one.events
    return i > 0 && (events > mostEvents || one.day.slice(0, 7) !== marked[0]?.day.slice(0, 7))
  })
  const days = (end === -1 ? marked : marked.slice(0, end)).map(({ day }) => day)
  return { days, upTo: end === -1 ? last : (days.at(-1) ?? last) }
}

const least = (days: readonly string[]): string => [...days].sort()[0] ?? firstDay
const greatest = (days: readonly string[]): string => [...days].sort().at(-1) ?? lastDay

function instantsOf(first: string, last: string, zone: string): { from: number; to: number } {
  const span = spanOf(first, last, zone)
  return { from: span.from?.getTime() ?? 0, to: span.to?.getTime() ?? endOfTime }
}

/** Later than any event; what lies beyond it no store can name. */
const endOfTime = Date.UTC(2149, 5, 7)

async function rebuildDays({ clickhouse }: Installation, { tenant, zone }: Mark, days: readonly string[]): Promise<void> {
  const params = { tenant, zone, days, ...instantsOf(least(days), greatest(days), zone) }
  const told = `tenant = {tenant:UInt32} and at >= fromUnixTimestamp64Milli({from:Int64}) and at < fromUnixTimestamp64Milli({to:Int64})
    and toDate(at, {zone:String}) in {days:Array(Date)}`
  for (const store of ['active', 'person_day'])
    await clickhouse.command(`delete from ${store} where tenant = {tenant:UInt32} and day in {days:Array(Date)}`, params)
  await clickhouse.command(
    `insert into active (tenant, name, day, persons, events)
     select tenant, arrayJoin(['*', toString(name)]) as what, toDate(at, {zone:String}) as local_day, groupBitmapStateIf(person, person > 0), count()
     from events where ${told} group by tenant, what, local_day`,
    params,
  )
  // Not counted here: the table adds up what is the same, in as little memory as it needs.
  await clickhouse.command(
    `insert into person_day (tenant, name, day, person, events)
     select tenant, name, toDate(at, {zone:String}), person, 1 from events where ${told} and person > 0`,
    params,
  )
}

/** Over the connection that holds the lock, so that nobody else was the loader meanwhile; of newer marks nothing is taken. */
async function takeAway(holder: PoolClient, marks: readonly Mark[], { upTo }: Chunk): Promise<void> {
  await holder.query(
    `with gone as (delete from dirty_days where tenant_id = $1 and mark = any($2) and first_day <= $3::date returning tenant_id, last_day)
     insert into dirty_days (tenant_id, first_day, last_day, ready_at) select distinct tenant_id, $4::date, last_day, now() from gone where last_day > $3::date
     on conflict do nothing`,
    [marks[0]?.tenant, marks.map(({ mark }) => mark), upTo, addDays(upTo, 1)],
  )
}
