import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { countPeople } from './counts.ts'

// Who came while a journey was paused. They are no newcomers yet: every policy is asked when they come to the door again.

export type Kept = { id: number; customerId: number; entryKey: string; entry: Record<string, unknown>; at: Date }

/** Returns how many are kept now who were not before: of several who come for the same the first one. */
export async function keepArrivals(ctx: Context, journey: number, arrivals: readonly Omit<Kept, 'id'>[]): Promise<number> {
  const { rows } = await sql`
    insert into journey_arrivals (tenant_id, journey_id, customer_id, entry_key, entry, at)
    select ${ctx.tenantId}, ${journey}, a."customerId", a."entryKey", a.entry, least(a.at, ${ctx.now()})
    from jsonb_to_recordset(${JSON.stringify(arrivals)}::jsonb) as a("customerId" int, "entryKey" text, entry jsonb, at timestamptz)
    on conflict do nothing returning id`.execute(ctx.db)
  return rows.length
}

/** The first of those who wait, as they will come to the door. */
export async function firstArrivals(ctx: Context, journey: number, most: number): Promise<Kept[]> {
  const { rows } = await sql<Kept>`
    select id, customer_id, entry_key, entry, at from journey_arrivals
    where tenant_id = ${ctx.tenantId} and journey_id = ${journey} order by id limit ${most}`.execute(ctx.db)
  return rows.map((row) => ({ ...row, id: Number(row.id) }))
}

/** The first of those who wait, who do so no more. */
export async function takeArrivals(ctx: Context, journey: number, most: number): Promise<Kept[]> {
  const { rows } = await sql<Kept>`
    with taken as (
      delete from journey_arrivals where tenant_id = ${ctx.tenantId} and id in (
        select id from journey_arrivals where tenant_id = ${ctx.tenantId} and journey_id = ${journey} order by id limit ${most})
      returning id, customer_id, entry_key, entry, at)
    select * from taken order by id`.execute(ctx.db)
  return rows.map((row) => ({ ...row, id: Number(row.id) }))
}

/** They wait no more, or nobody does; that they came is counted, as of those who came while nobody could wait. */
export async function dropArrivals(ctx: Context, from: { journey: number; version: number; ids?: readonly number[] }): Promise<number> {
  const { journey, version, ids } = from
  const { rows } = await sql<{ people: number }>`
    with dropped as (
      delete from journey_arrivals where tenant_id = ${ctx.tenantId} and journey_id = ${journey}
        and ${ids ? sql<boolean>`id = any(${[...ids]}::bigint[])` : sql<boolean>`true`} returning 1)
    select count(*)::int as people from dropped`.execute(ctx.db)
  const people = rows[0]?.people ?? 0
  if (people > 0) await countPeople(ctx, [{ journey, version, step: '', way: 'closed', people }])
  return people
}

export async function countArrivals(ctx: Context, journey: number): Promise<number> {
  const row = await ctx.db
    .selectFrom('journeyArrivals')
    .select(({ fn }) => fn.countAll<string>().as('people'))
    .where('tenantId', '=', ctx.tenantId)
    .where('journeyId', '=', journey)
    .executeTakeFirstOrThrow()
  return Number(row.people)
}

/** Of these people, by any of their originals, those who wait at these journeys. */
export async function arrivalsOf(
  ctx: Context,
  journeys: readonly number[],
  customerIds: readonly number[],
): Promise<(Kept & { journeyId: number; version: number })[]> {
  const { rows } = await sql<Kept & { journeyId: number; version: number }>`
    select a.id, a.customer_id, a.entry_key, a.entry, a.at, a.journey_id, j.version
    from journey_arrivals a join journeys j on j.tenant_id = a.tenant_id and j.id = a.journey_id
    where a.tenant_id = ${ctx.tenantId} and a.journey_id = any(${[...journeys]}::int[]) and a.customer_id = any(${[...customerIds]}::int[])
    order by a.journey_id, a.id`.execute(ctx.db)
  return rows.map((row) => ({ ...row, id: Number(row.id) }))
}
