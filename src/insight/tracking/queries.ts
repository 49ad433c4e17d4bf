import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
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

/** The newest events as ClickHouse has them, for whoever checks whether a page or a program sends what it should. */
export async function recentEvents(ctx: Context, { name, person, limit }: RecentQuery) {
  const rows = await ctx.clickhouse.ask({
    sql: `select toString(id) as id, name, person, formatDateTime(at, '%Y-%m-%dT%H:%i:%S.%fZ', 'UTC') as at,
        formatDateTime(received_at, '%Y-%m-%dT%H:%i:%S.%fZ', 'UTC') as receivedAt, properties
      from events
      where tenant = {tenant:UInt32} and ({name:String} = '' or name = {name:String}) and ({person:UInt32} = 0 or person = {person:UInt32})
        and received_at > now() - interval 7 day
      order by received_at desc, id limit {limit:UInt32}`,
    params: { tenant: ctx.tenantId, name: name ?? '', person: person ?? 0, limit },
    row: RecentRow,
  })
  const names = await namesOf(ctx, [...new Set(rows.map(({ person }) => person).filter((id) => id > 0))])
  return rows.map(({ person: customer, ...event }) => ({
    ...event,
    customerId: customer === 0 ? null : publicId(ctx, 'cus', customer),
    customerName: names.get(customer) ?? null,
  }))
}

async function namesOf(ctx: Context, ids: number[]): Promise<Map<number, string | null>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('customers')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

const UseRow = z.object({ name: z.string(), events: z.int(), persons: z.int(), lastAt: instant, properties: z.array(z.string()) })

/** What has arrived under each name in 30 days, with the properties seen. */
export const eventUse = (ctx: Context) =>
  ctx.clickhouse.ask({
    sql: `select name, count() as events, uniqExact(person) as persons, formatDateTime(max(at), '%Y-%m-%dT%H:%i:%SZ', 'UTC') as lastAt,
        arraySort(groupUniqArrayArray(200)(mapKeys(properties))) as properties
      from events where tenant = {tenant:UInt32} and at > now() - interval 30 day
      group by name order by events desc limit 500`,
    params: { tenant: ctx.tenantId },
    row: UseRow,
  })

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
