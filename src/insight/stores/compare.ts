import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { readStores } from './dirty.ts'
import { type Days, spanOf } from './span.ts'
import { type Build, tradeNames } from './trails.ts'

/** Local days of the two stores by day, UTC days of trails. */
type Differences = { active: string[]; personDay: string[]; trails: string[] }

const looks = 3
const betweenLooksMs = 300

/**
 * The days on which a store differs from the events. Days that are marked are known to differ and are left out. A block on
 * its way reaches one a moment before the other: what differs is looked at again.
 */
export async function differingDays(ctx: Context): Promise<Differences> {
  let found = await differencesNow(ctx)
  for (let look = 1; look < looks && Object.values(found).some((days) => days.length > 0); look++) {
    await sleep(betweenLooksMs)
    const again = await differencesNow(ctx)
    found = {
      active: both(found.active, again.active),
      personDay: both(found.personDay, again.personDay),
      trails: both(found.trails, again.trails),
    }
  }
  return found
}

const both = (some: readonly string[], others: readonly string[]): string[] => some.filter((one) => others.includes(one))

async function differencesNow(ctx: Context): Promise<Differences> {
  const { zone, dirty, trails } = await readStores(ctx)
  const isMarked = (day: string) => dirty.some(({ first, last }) => first <= day && day <= last)
  const found: Differences = { active: [], personDay: [], trails: [] }
  for (const month of await monthsOf(ctx, zone)) {
    found.active.push(...(await ask(ctx, zone, month, activeDifferences)))
    found.personDay.push(...(await ask(ctx, zone, month, personDayDifferences)))
  }
  for (const build of trails) found.trails.push(...(await trailDifferences(ctx, build)))
  return {
    active: found.active.filter((day) => !isMarked(day)),
    personDay: found.personDay.filter((day) => !isMarked(day)),
    trails: found.trails,
  }
}

const isTrade = `name in (${tradeNames.map((name) => `'${name}'`).join(', ')})`

/** Sums of hashes by UTC day: who did what when, and for how much. */
async function trailDifferences({ clickhouse, tenantId }: Context, { year, build, marked }: Build): Promise<string[]> {
  const found = await clickhouse.ask({
    sql: `select toString(day) as day from (
        select toDate(at, 'UTC') as day, cityHash64(toString(name), person, toUnixTimestamp64Milli(at), if(${isTrade}, amount, 0), if(${isTrade}, toString(currency), '')) as hash, false as kept
          from events where ${ofEvents} and person > 0
        union all select toDate(fromUnixTimestamp64Milli(moment, 'UTC')), cityHash64(toString(name), person, moment, amount, toString(currency)), true
          from trails array join moments as moment, if(${isTrade}, amounts, arrayResize(amounts, length(moments))) as amount where tenant = {tenant:UInt32} and build = {build:UInt64})
      group by day having sumIf(hash, kept) != sumIf(hash, not kept) or countIf(kept) != countIf(not kept) order by day`,
    params: { tenant: tenantId, build, from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) },
    row: z.object({ day: z.string() }),
  })
  return found.map(({ day }) => day).filter((day) => !marked.includes(day))
}

/** Month by month, so that memory is that of one. */
async function monthsOf({ clickhouse, tenantId }: Context, zone: string): Promise<Days[]> {
  return clickhouse.ask({
    sql: `select toString(toStartOfMonth(one)) as first, toString(toLastDayOfMonth(one)) as last from (
        select distinct toDate(at, {zone:String}) as one from events where tenant = {tenant:UInt32}
        union distinct select distinct day from active where tenant = {tenant:UInt32} union distinct select distinct day from person_day where tenant = {tenant:UInt32})
      group by first, last order by first`,
    params: { tenant: tenantId, zone },
    row: z.object({ first: z.string(), last: z.string() }),
  })
}

async function ask({ clickhouse, tenantId }: Context, zone: string, { first, last }: Days, sql: string): Promise<string[]> {
  const span = spanOf(first, last, zone)
  const found = await clickhouse.ask({
    sql,
    params: { tenant: tenantId, zone, first, last, from: span.from?.getTime() ?? 0, to: span.to?.getTime() ?? Date.UTC(2150, 0, 1) },
    row: z.object({ day: z.string() }),
  })
  return found.map(({ day }) => day)
}

const ofEvents = 'tenant = {tenant:UInt32} and at >= fromUnixTimestamp64Milli({from:Int64}) and at < fromUnixTimestamp64Milli({to:Int64})'
const ofStore = 'tenant = {tenant:UInt32} and day >= {first:Date} and day <= {last:Date}'

/** People as sets and events as numbers, event by event. */
const activeDifferences = `select distinct toString(local_day) as day from (
    select what, local_day, groupBitmapMergeStateIf(people, not kept) as told, groupBitmapMergeStateIf(people, kept) as stored, sumIf(times, not kept) as toldTimes, sumIf(times, kept) as storedTimes
    from (
      select arrayJoin(['*', toString(name)]) as what, toDate(at, {zone:String}) as local_day, groupBitmapStateIf(person, person > 0) as people, count() as times, false as kept
        from events where ${ofEvents} group by what, local_day
      union all select toString(name), day, persons, events, true from active where ${ofStore})
    group by what, local_day having bitmapXorCardinality(told, stored) > 0 or toldTimes != storedTimes)
  order by day`

/** Sums of hashes: who did what how often, without holding everybody in memory. */
const personDayDifferences = `select toString(local_day) as day from (
    select toDate(at, {zone:String}) as local_day, cityHash64(toString(name), person) as hash, 1 as times, false as kept from events where ${ofEvents} and person > 0
    union all select day, cityHash64(toString(name), person) * events, events, true from person_day where ${ofStore})
  group by local_day having sumIf(hash, kept) != sumIf(hash, not kept) or sumIf(times, kept) != sumIf(times, not kept) order by day`
