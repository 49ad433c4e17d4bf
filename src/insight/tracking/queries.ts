import { sql } from 'kysely'
import { z } from 'zod'
import { aliasOf, membersOf } from '#management/identity/queries.ts'
import { type Alias, identityKinds } from '#management/identity/schema.ts'
import { normalPhone, phoneFingerprint } from '#management/identity/values.ts'
import type { Context } from '#platform/context.ts'
import { internalId, publicId } from '#platform/ids.ts'
import type { RecentQuery } from './schema.ts'

/** The contract's form of a time: milliseconds, whatever precision the column has. */
const instant = z.string().transform((text) => new Date(text).toISOString())

const RecentRow = z.object({
  id: z.string(),
  name: z.string(),
  person: z.int(),
  at: instant,
  receivedAt: instant,
  properties: z.record(z.string(), z.string()),
})

/** Spans that are looked at in turn: the newest events lie in the first that holds enough of them. Older ones are no news. */
const spans = [10 * 60, 6 * 3600, 7 * 24 * 3600]

/**
 * The newest events as ClickHouse has them, for whoever checks whether a page or a program sends what it should. The index of
 * arrivals keeps each look to the parts of its span, so that it takes as long with a hundred million events as with one.
 */
export async function recentEvents(ctx: Context, { name, person, device, limit }: RecentQuery) {
  const persons = person === undefined ? undefined : await personsNamed(ctx, person)
  if (persons?.length === 0) return []
  let rows: z.infer<typeof RecentRow>[] = []
  // Somebody's events lie together: the widest span is the only look.
  for (const seconds of persons ? spans.slice(-1) : spans) {
    rows = await newestOf(ctx, { name, persons, device, limit, seconds })
    if (rows.length === limit) break
  }
  const names = await namesOf(ctx, [...new Set(rows.map(({ person }) => person).filter((id) => id > 0))])
  return rows.map(({ person: customer, ...event }) => ({
    ...event,
    customerId: customer === 0 ? null : publicId(ctx, 'cus', customer),
    customerName: names.get(customer)?.name ?? null,
    customerAlias: names.get(customer)?.alias ?? null,
  }))
}

type Look = { name: string | undefined; persons: readonly number[] | undefined; device: string | undefined; limit: number; seconds: number }

const newestOf = (ctx: Context, { name, persons, device, limit, seconds }: Look): Promise<z.infer<typeof RecentRow>[]> =>
  ctx.clickhouse.ask({
    sql: `select toString(id) as id, name, person, formatDateTime(at, '%Y-%m-%dT%H:%i:%S.%fZ', 'UTC') as at,
        formatDateTime(e.received_at, '%Y-%m-%dT%H:%i:%S.%fZ', 'UTC') as receivedAt, properties
      from events as e
      where e.tenant = {tenant:UInt32} and e.received_at > now() - {seconds:UInt32}
        ${name === undefined ? '' : 'and e.name = {name:String}'} ${persons ? 'and e.person in {persons:Array(UInt32)}' : ''}
        ${device === undefined ? '' : "and e.properties['$device'] = {device:String}"}
      order by e.received_at desc, e.id limit {limit:UInt32}`,
    params: {
      tenant: ctx.tenantId,
      seconds,
      limit,
      ...(name === undefined ? {} : { name }),
      ...(persons ? { persons } : {}),
      ...(device === undefined ? {} : { device }),
    },
    row: RecentRow,
  })

/** Whoever counts as the customer of this name: an id from outside, or any identity as its sender writes it. */
async function personsNamed(ctx: Context, name: string): Promise<number[]> {
  if (name.startsWith('cus_')) return membersOf(ctx, internalId(ctx, 'cus', name))
  const values = [name.trim(), ...phoneFingerprintsOf(ctx, name)]
  const { rows } = await sql<{ customerId: number }>`
    select distinct customer_id from identities
    where tenant_id = ${ctx.tenantId} and kind = any(${[...identityKinds]}::text[]) and value = any(${values}::text[])`.execute(ctx.db)
  return [...new Set((await Promise.all(rows.map(({ customerId }) => membersOf(ctx, customerId)))).flat())]
}

function phoneFingerprintsOf(ctx: Context, text: string): string[] {
  try {
    return [phoneFingerprint(ctx, normalPhone(text))]
  } catch {
    return []
  }
}

type Called = { id: number; name: string | null; alias: Alias | null }

async function namesOf(ctx: Context, ids: number[]): Promise<Map<number, Called>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<Called>`
    select id, name, case when name is null then ${aliasOf('customers.id')} end as alias
    from customers where tenant_id = ${ctx.tenantId} and id = any(${ids}::int[])`.execute(ctx.db)
  return new Map(rows.map((row) => [row.id, row]))
}

const UseRow = z.object({ name: z.string(), events: z.int(), persons: z.int(), lastAt: instant })

/** What has arrived under each name in 30 days. */
export const eventUse = (ctx: Context) =>
  ctx.clickhouse.ask({
    sql: `select name, count() as events, uniqExact(person) as persons, formatDateTime(max(at), '%Y-%m-%dT%H:%i:%SZ', 'UTC') as lastAt
      from events where tenant = {tenant:UInt32} and at > now() - interval 30 day
      group by name order by events desc limit 500`,
    params: { tenant: ctx.tenantId },
    row: UseRow,
  })

const ToldRow = z.object({ of: z.string(), properties: z.array(z.string()) })

/**
 * With which properties events of these names were ever told (of any without names), and people under `person`. An event that came
 * without any has an empty list, one that never came none.
 */
export async function toldProperties(
  ctx: Context,
  names?: readonly string[],
): Promise<{ events: Map<string, string[]>; person: string[] }> {
  const rows = await ctx.clickhouse.ask({
    sql: `select concat('e', name) as of, arraySort(groupUniqArrayIf(property, property != '')) as properties from event_properties
      where tenant = {tenant:UInt32} ${names ? 'and name in {names:Array(String)}' : ''} group by name
      union all select 'p' as of, arraySort(groupUniqArray(property)) as properties from person_properties where tenant = {tenant:UInt32}`,
    params: { tenant: ctx.tenantId, ...(names ? { names } : {}) },
    row: ToldRow,
  })
  const events = rows.filter(({ of }) => of.startsWith('e')).map(({ of, properties }) => [of.slice(1), properties] as const)
  return { events: new Map(events), person: rows.find(({ of }) => of === 'p')?.properties ?? [] }
}

export const listQuarantine = async (ctx: Context, limit: number) => {
  const rows = await ctx.db
    .selectFrom('quarantinedEvents')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('replayedAt', 'is', null)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id, reason, field, event, receivedAt }) => ({
    id: publicId(ctx, 'qua', id),
    reason,
    field,
    event,
    receivedAt: receivedAt.toISOString(),
  }))
}
