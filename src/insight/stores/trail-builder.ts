import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import { z } from 'zod'
import type { Installation } from '#platform/context.ts'
import { holdLock } from '#platform/locks.ts'
import { addDays } from '#platform/time.ts'
import { tradeNames, trailLayout } from './trails.ts'

/** When a year is built, and how considerately. Counts of events are those of the store `active`. */
export type TrailRules = {
  /** A year of fewer events is answered by the events as fast. */
  enoughEvents: number
  /** A year is built again when days that came to their end and are marked hold more than this share of its events. */
  markedShare: number
  /** Not sooner after the last build of a year, or after one that was given up. */
  restMs: number
  /** Reports may still read a build for so long after another one counts: they began before. */
  graceMs: number
  /** So many events are in memory at a time. */
  eventsAtOnce: number
}

export const trailRules: TrailRules = {
  enoughEvents: 1_000_000,
  markedShare: 0.05,
  restMs: 3_600_000,
  graceMs: 600_000,
  eventsAtOnce: 4_000_000,
}

/** So often somebody looks whether there is anything to build. */
const lookMs = 60_000
/** A load that takes longer than this has nobody who goes on with it. */
const patienceMs = 60_000

/** Builds trails beside everything else until aborted; one process does, another takes over when it dies. */
export async function keepTrails(installation: Installation, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await holdLock(installation, 'liuliang.trails', async (holder) => {
        while (!signal.aborted && (await buildNext(installation, holder, trailRules, signal)));
      })
    } catch (error) {
      installation.log.warn({ err: error }, 'builder of trails interrupted, trying again')
    }
    await sleep(lookMs, undefined, { signal }).catch(() => undefined)
  }
}

type Year = { tenant: number; year: number }

/**
 * Builds the year that needs it most; says whether it did. Over the connection that holds the lock: a process that lost it switches
 * nothing.
 */
export async function buildNext(
  installation: Installation,
  holder: PoolClient,
  rules: TrailRules = trailRules,
  signal?: AbortSignal,
): Promise<boolean> {
  await dropOld(installation, holder, rules)
  const chosen = await choose(installation, holder, rules)
  return chosen !== undefined && build(installation, holder, chosen, rules, signal)
}

/** What killed builders left, what has been replaced for long enough, and what arrived after its builder was taken for dead. */
async function dropOld({ clickhouse }: Installation, holder: PoolClient, { restMs, graceMs }: TrailRules): Promise<void> {
  const { rows: kept } = await holder.query<{ build: string }>(
    "select build::text from trails where built_at is not null and (retired_at is null or retired_at > now() - $1 * interval '1 millisecond')",
    [graceMs],
  )
  const builds = await clickhouse.rows<{ build: string }>(
    "select distinct partition as build from system.parts where database = currentDatabase() and table = 'trails' and active",
  )
  const counted = new Set(kept.map(({ build }) => build))
  for (const { build } of builds) if (!counted.has(build)) await clickhouse.command(`alter table trails drop partition ${Number(build)}`)
  // What was given up stands for a while, so that a year that cannot be built keeps no other waiting.
  await holder.query(
    `delete from trails where retired_at < now() - $1 * interval '1 millisecond'
       or built_at is null and (retired_at is not null or begun_at < now() - $2 * interval '1 millisecond')`,
    [graceMs, restMs],
  )
}

const Counted = z.object({ tenant: z.int(), year: z.int(), events: z.int() })

async function choose({ clickhouse, now }: Installation, holder: PoolClient, rules: TrailRules): Promise<Year | undefined> {
  const worthwhile = await clickhouse.ask({
    sql: `select tenant, toYear(day) as year, sum(active.events) as events from active
      where name = '*' and day < '2149-01-01' group by tenant, year having events >= {enough:UInt64} order by events desc`,
    params: { enough: rules.enoughEvents },
    row: Counted,
  })
  const { rows } = await holder.query<Year & { waits: boolean; outdated: boolean; marked: string[] }>(
    `select t.tenant_id as tenant, t.year, bool_or(coalesce(built_at, begun_at) > now() - $1 * interval '1 millisecond') as waits,
       bool_or(layout < $3) as outdated,
       array_agg(m.day::text) filter (where m.day is not null) as marked
     from trails t left join trail_marks m on m.tenant_id = t.tenant_id and m.load > t.until_load
       and m.day between make_date(t.year, 1, 1) and least(make_date(t.year, 12, 31), $2::date - 1)
     where t.retired_at is null group by t.tenant_id, t.year`,
    [rules.restMs, now().toISOString().slice(0, 10), trailLayout],
  )
  const known = new Map(rows.map((one) => [`${one.tenant} ${one.year}`, one]))
  for (const { tenant, year, events } of worthwhile) {
    const { waits = false, outdated = true, marked = undefined } = known.get(`${tenant} ${year}`) ?? {}
    if (waits) continue
    if (outdated || (marked && (await eventsOf(clickhouse, tenant, marked)) > rules.markedShare * events)) return { tenant, year }
  }
  return undefined
}

async function eventsOf(clickhouse: Installation['clickhouse'], tenant: number, days: readonly string[]): Promise<number> {
  const [found] = await clickhouse.ask({
    sql: "select sum(active.events) as events from active where tenant = {tenant:UInt32} and name = '*' and day in {days:Array(Date)}",
    params: { tenant, days },
    row: Counted.pick({ events: true }),
  })
  return found?.events ?? 0
}

/**
 * The row comes first, and then the loads that may not have seen it are waited for: every later one marks its days. What is read
 * of later loads after that lies on marked days, which nobody asks of this build.
 */
async function build(
  { clickhouse }: Installation,
  holder: PoolClient,
  { tenant, year }: Year,
  rules: TrailRules,
  signal?: AbortSignal,
): Promise<boolean> {
  const { rows } = await holder.query<{ build: string }>(
    'insert into trails (tenant_id, year, layout) values ($1, $2, $3) returning build',
    [tenant, year, trailLayout],
  )
  const build = Number(rows[0]?.build)
  const until = await untilLoad(holder, signal)
  const plan = await planOf(clickhouse, { tenant, year }, rules)
  // Nobody known did anything, or loads stand still: the row that stays makes the year wait.
  if (until === undefined || plan.parts.length === 0) return false
  for (const part of plan.parts) {
    if (signal?.aborted) return false
    const started = performance.now()
    await clickhouse.command(insertSql, { ...instantsBetween(plan), ...part, tenant, build })
    // As much time for others, where cores are few.
    await sleep(performance.now() - started, undefined, { signal }).catch(() => undefined)
  }
  await switchTo(holder, { tenant, year, build, until, first: plan.first, last: plan.last })
  await holder.query(
    'delete from trail_marks where tenant_id = $1 and load <= $3 and day between make_date($2, 1, 1) and make_date($2, 12, 31)',
    [tenant, year, until],
  )
  return true
}

/** The last load of which all before have ended, once none is under way that began before this was asked. */
async function untilLoad(holder: PoolClient, signal?: AbortSignal): Promise<number | undefined> {
  const { rows } = await holder.query<{ last: string | null }>('select max(id) as last from event_load')
  for (const since = Date.now(); ; await sleep(50)) {
    const { rows: found } = await holder.query<{ waits: boolean; until: string }>(
      `select exists (select from event_load where id <= $1) as waits,
         coalesce(least((select min(id) - 1 from event_load), (select value::bigint from installation where name = 'last_load')), 0) as until`,
      [rows[0]?.last ?? 0],
    )
    if (found[0] && !found[0].waits) return Number(found[0].until)
    if (signal?.aborted || Date.now() - since > patienceMs) return undefined
  }
}

type Part = { least: number; most: number }
type Plan = { parts: Part[]; first: string; last: string }

/** Stretches of people with so many events together; somebody with more is a stretch of their own. */
async function planOf(clickhouse: Installation['clickhouse'], { tenant, year }: Year, { eventsAtOnce }: TrailRules): Promise<Plan> {
  const pieces = await clickhouse.ask({
    sql: `with (select (min(person), max(person)) from events where ${within}) as ends
      select min(person) as least, max(person) as most, count() as events, toString(min(toDate(at, 'UTC'))) as first, toString(max(toDate(at, 'UTC'))) as last
      from events where ${within} group by intDiv((person - ends.1) * 4096, ends.2 - ends.1 + 1) order by least`,
    params: { tenant, ...instantsOf(year) },
    row: z.object({ least: z.int(), most: z.int(), events: z.int(), first: z.string(), last: z.string() }),
  })
  const parts: Part[] = []
  let events = 0
  for (const piece of pieces) {
    const before = parts.at(-1)
    events += piece.events
    if (before && events <= eventsAtOnce) before.most = piece.most
    else {
      parts.push({ least: piece.least, most: piece.most })
      events = piece.events
    }
  }
  const days = pieces.flatMap(({ first, last }) => [first, last]).sort()
  return { parts, first: days[0] ?? '', last: days.at(-1) ?? '' }
}

const instantsOf = (year: number) => ({ from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) })
/** A build holds nothing outside its first and last day: whoever asks for all days between them filters no moments. */
const instantsBetween = ({ first, last }: Plan) => ({ from: Date.parse(first), to: Date.parse(addDays(last, 1)) })

/** Loads are not asked for: what came later lies on marked days, or outside the planned ones. */
const within = `tenant = {tenant:UInt32} and person > 0 and at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`

const insertSql = `insert into trails (tenant, build, name, person, currency, moments, amounts)
  select {tenant:UInt32}, {build:UInt64}, name, person, if(isTrade, currency, '') as paidIn, arraySort(groupArray(ms)),
    arraySort((amount, ms) -> ms, groupArrayIf(amount, isTrade), groupArrayIf(ms, isTrade))
  from (select name, person, toUnixTimestamp64Milli(at) as ms, amount, currency, name in (${tradeNames.map((name) => `'${name}'`).join(', ')}) as isTrade
    from events where ${within} and person >= {least:UInt32} and person <= {most:UInt32})
  group by name, person, paidIn
  settings max_threads = 1, max_insert_threads = 1`

type Built = Year & { build: number; until: number; first: string; last: string }

/** From here on this build counts and the one before does not, unless all were forgotten meanwhile. */
async function switchTo(holder: PoolClient, { tenant, year, build, until, first, last }: Built): Promise<void> {
  await holder.query(
    `update trails set built_at = coalesce(built_at, now()), retired_at = case when build = $3 then null else now() end,
       until_load = coalesce(until_load, $4), first_day = coalesce(first_day, $5), last_day = coalesce(last_day, $6)
     where tenant_id = $1 and year = $2 and retired_at is null and (build = $3 or built_at is not null)
       and exists (select from trails where tenant_id = $1 and year = $2 and build = $3 and retired_at is null)`,
    [tenant, year, build, until, first, last],
  )
}
