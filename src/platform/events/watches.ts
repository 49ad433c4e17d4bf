import { sql } from 'kysely'
import type { Context, Installation } from '../context.ts'
import { partitionOf } from './emit.ts'

/** A customer, as events carry them, and the name of what they did. */
export type Doer = { tenant: number; name: string; person: number }
/** Those who did something by that name in one load; they lie in the order of loads until whoever waits takes them away. */
export type Touch = { tenant: number; name: string; customers: number[] }

/** Any event. */
const anyName = '*'

/** What the tenant waits for from now on, instead of what it waited for. */
export async function watchEvents(ctx: Context, names: readonly string[]): Promise<void> {
  await sql`delete from watched_events where tenant_id = ${ctx.tenantId} and name <> all(${[...names]}::text[])`.execute(ctx.db)
  await sql`insert into watched_events (tenant_id, name) select ${ctx.tenantId}, one from unnest(${[...names]}::text[]) as one on conflict do nothing`.execute(
    ctx.db,
  )
}

/**
 * Who did what is waited for. Asked when the events are in ClickHouse: whoever begins to wait after this finds them there, and
 * nobody who waited before is forgotten.
 */
export async function touchesOf({ databases }: Installation, doers: readonly Doer[]): Promise<Touch[]> {
  const tenants = new Set(doers.map(({ tenant }) => tenant))
  const { rows } = await databases.systemPool.query<{ tenant: number; name: string }>(
    'select tenant_id as tenant, name from watched_events where tenant_id = any($1)',
    [[...tenants]],
  )
  if (rows.length === 0) return []
  const watched = new Set(rows.map(({ tenant, name }) => `${tenant} ${name}`))
  const isWatched = (tenant: number, name: string) => watched.has(`${tenant} ${name}`) || watched.has(`${tenant} ${anyName}`)
  const concerning = doers.filter(({ tenant, name }) => isWatched(tenant, name))
  return [...Map.groupBy(concerning, ({ tenant, name }) => `${tenant} ${name}`).values()].map((list) => ({
    tenant: list[0]?.tenant ?? 0,
    name: list[0]?.name ?? '',
    customers: [...new Set(list.map(({ person }) => person))],
  }))
}

/** A behaviour event as its sender sent it and the loader resolved it. */
export type Behaviour = { tenant: number; id: string; name: string; person: number; at: Date; properties: Record<string, unknown> }

/** Which behaviour events consumers shall hear of in the log, instead of those they heard of. Facts of commands are there anyway. */
export async function logEvents(ctx: Context, names: readonly string[]): Promise<void> {
  await sql`delete from logged_events where tenant_id = ${ctx.tenantId} and name <> all(${[...names]}::text[])`.execute(ctx.db)
  await sql`insert into logged_events (tenant_id, name) select ${ctx.tenantId}, one from unnest(${[...names]}::text[]) as one on conflict do nothing`.execute(
    ctx.db,
  )
}

/** Rows for the log: behaviour of somebody known that a consumer waits for. */
export async function loggedOf({ databases }: Installation, events: readonly Behaviour[]): Promise<object[]> {
  const tenants = new Set(events.map(({ tenant }) => tenant))
  if (tenants.size === 0) return []
  const { rows } = await databases.systemPool.query<{ tenant: number; name: string }>(
    'select tenant_id as tenant, name from logged_events where tenant_id = any($1)',
    [[...tenants]],
  )
  const waited = new Set(rows.map(({ tenant, name }) => `${tenant} ${name}`))
  return events
    .filter(({ tenant, name, person }) => person !== 0 && waited.has(`${tenant} ${name}`))
    .map(({ person, ...event }) => ({ ...event, customer: person, partition: partitionOf(person) }))
}
