import { sql } from 'kysely'
import { z } from 'zod'
import type { Context, Installation } from '#platform/context.ts'
import { partitions } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { differingDays } from '../stores/compare.ts'
import { differingLines } from './lines.ts'
import { type Check, mostExamples } from './postgres.ts'

const checkOf = (check: string, wrong: readonly string[], remedy?: string): Check => ({
  check,
  ok: wrong.length === 0,
  wrong: wrong.length,
  examples: wrong.slice(0, mostExamples),
  ...(remedy !== undefined && wrong.length > 0 ? { remedy } : {}),
})

const canRepair = 'Run `liuliang verify --repair`: it is made anew from what it is derived from.'

/** What holds between the two engines, once the loader has come to its end. */
export const checkEvents = async (ctx: Context): Promise<Check[]> => [
  checkOf('event.once', await doubled(ctx)),
  checkOf('event.orders', await untrue(ctx, 'order')),
  checkOf('event.refunds', await untrue(ctx, 'refund')),
  checkOf('event.persons', await strangers(ctx)),
  ...(await checkStores(ctx)),
  ...(await checkLines(ctx)),
]

/** The days, in the tenant's zone, of trails in UTC, on which a store tells something else than the events. */
async function checkStores(ctx: Context): Promise<Check[]> {
  const { active, personDay, trails } = await differingDays(ctx)
  return [
    checkOf('store.active', active, canRepair),
    checkOf('store.person_day', personDay, canRepair),
    checkOf('store.trails', trails, canRepair),
  ]
}

/** The mirror of lines that reports of products and baskets read. */
async function checkLines(ctx: Context): Promise<Check[]> {
  const [orders, refunds] = [await differingLines(ctx, 'order'), await differingLines(ctx, 'refund')]
  const named = (prefix: 'ord' | 'ref', ids: readonly number[]) => ids.map((id) => publicId(ctx, prefix, id))
  return [checkOf('lines.orders', named('ord', orders), canRepair), checkOf('lines.refunds', named('ref', refunds), canRepair)]
}

/** So many ids are held in memory at a time. */
const idsAtOnce = 10_000_000

async function doubled(ctx: Context): Promise<string[]> {
  const params = { tenant: ctx.tenantId }
  const [all] = await ctx.clickhouse.rows<{ events: number }>('select count() as events from events where tenant = {tenant:UInt32}', params)
  const parts = Math.max(1, Math.ceil((all?.events ?? 0) / idsAtOnce))
  const found: string[] = []
  for (let part = 0; part < parts; part++)
    for (const { id } of await ctx.clickhouse.rows<{ id: string }>(
      'select toString(id) as id from events where tenant = {tenant:UInt32} and cityHash64(id) % {parts:UInt32} = {part:UInt32} group by events.id having count() > 1 order by id limit 1000',
      { ...params, parts, part },
    ))
      found.push(id)
  return found
}

const facts = {
  order: { table: 'orders', prefix: 'ord', told: 'order.paid', changed: 'order.amended' },
  // A refund's amount may be told in pieces, each of them an event of the same name.
  refund: { table: 'refunds', prefix: 'ref', told: 'order.refunded', changed: 'order.refunded' },
} as const

const Told = z.object({ thing: z.int(), times: z.int(), amount: z.int() })

const atOnce = 50_000

/** Orders (or refunds) whose events do not say what stands in PostgreSQL, and events about ones that are not there. */
async function untrue(ctx: Context, kind: keyof typeof facts): Promise<string[]> {
  const { table, prefix, told, changed } = facts[kind]
  const { rows: spans } = await sql<{
    last: number | null
  }>`select max(id) as last from ${sql.table(table)} where tenant_id = ${ctx.tenantId}`.execute(ctx.db)
  const last = spans[0]?.last ?? 0
  const wrong: string[] = []
  for (let from = 0; from <= last; from += atOnce) {
    const to = from + atOnce > last ? Number.MAX_SAFE_INTEGER : from + atOnce
    const events = await ctx.clickhouse.ask({
      sql: `select toInt64OrZero(properties[{kind:String}]) as thing, countIf(name = {told:String}) as times, sum(toInt64OrZero(properties['amount'])) as amount
        from events where tenant = {tenant:UInt32} and name in ({told:String}, {changed:String})
        group by thing having thing >= {from:Int64} and thing < {to:Int64}`,
      params: { kind, told, changed, tenant: ctx.tenantId, from, to },
      row: Told,
    })
    const { rows } = await sql<{ id: number; announced: number | null }>`
      select id, announced_minor as announced from ${sql.table(table)} where tenant_id = ${ctx.tenantId} and id >= ${from} and id < ${to}`.execute(
      ctx.db,
    )
    const said = new Map(events.map((one) => [one.thing, one]))
    for (const { id, announced } of rows) {
      const { times = 0, amount = 0 } = said.get(id) ?? {}
      said.delete(id)
      // An order is paid once; pieces of a refund only have to add up.
      const isTrue = announced === null ? times === 0 : (kind === 'order' ? times === 1 : times >= 1) && amount === announced
      if (!isTrue) wrong.push(publicId(ctx, prefix, id))
    }
    wrong.push(...[...said.keys()].map((id) => publicId(ctx, prefix, id)))
  }
  return wrong
}

const Mapped = z.object({ person: z.int(), canonical: z.int() })

/** Merged customers who count as somebody else in ClickHouse than in PostgreSQL. */
async function strangers(ctx: Context): Promise<string[]> {
  const mapped = await ctx.clickhouse.ask({
    sql: 'select person, canonical from persons final where tenant = {tenant:UInt32} and canonical != person and deleted = 0',
    params: { tenant: ctx.tenantId },
    row: Mapped,
  })
  const merged = await ctx.db
    .selectFrom('customers')
    .select(['id', 'canonicalId'])
    .where('tenantId', '=', ctx.tenantId)
    .whereRef('canonicalId', '<>', 'id')
    .execute()
  const there = new Map(mapped.map(({ person, canonical }) => [person, canonical]))
  const here = new Map(merged.map(({ id, canonicalId }) => [id, canonicalId]))
  return [...new Set([...there.keys(), ...here.keys()])]
    .filter((id) => there.get(id) !== here.get(id))
    .map((id) => publicId(ctx, 'cus', id))
}

/** The spine's own bookkeeping, which belongs to no tenant. */
export async function checkSpine({ databases: { systemPool } }: Installation, consumers: readonly string[]): Promise<Check[]> {
  const { rows } = await systemPool.query<{ place: string }>(
    `select c || ' ' || p as place from unnest($1::text[]) c, generate_series(0, $2 - 1) p
       where not exists (select from consumer_positions x where x.consumer = c and x.partition = p)
     union all
     select consumer || ' ' || partition from consumer_positions where partition >= $2
     union all
     select consumer || ' ' || partition from consumer_positions where transaction >= pg_snapshot_xmax(pg_current_snapshot())
     union all
     select 'load ' || id from event_load where started_at < now() - interval '5 minutes'
     union all
     select 'inbox ' || seq from (select seq from event_inbox where received_at < now() - interval '5 minutes' order by seq limit 1000) i`,
    [consumers, partitions],
  )
  return [
    checkOf(
      'log.positions',
      rows.map(({ place }) => place),
    ),
  ]
}
