import { sql } from 'kysely'
import { z } from 'zod'
import { tradeNames } from '../../stores/trails.ts'
import type { Matcher } from '../schema.ts'
import { bindings, namesOf, scanEvents } from '../sql.ts'
import type { Asking } from './asking.ts'
import { attributeSql } from './attribute-people.ts'
import { builtIns } from './attribute-schema.ts'
import type { KnownEvent, KnownFollow, KnownStay, Person } from './judge.ts'
import { latestEvents } from './latest.ts'
import { type Fact, factsOf, type Node } from './node.ts'

/** Everything that this rule asks about one person, and nothing else. `id` is canonical. */
export async function readPerson(asking: Asking, node: Node, id: number): Promise<Person> {
  const facts = factsOf(node)
  const asks = (kind: Fact['kind']) => facts.some((fact) => fact.kind === kind)
  const [attributes, tags, follows, stays, events, told] = await Promise.all([
    readAttributes(asking, id),
    asks('tag') ? readTags(asking, id) : [],
    asks('follow') ? readFollows(asking, id) : [],
    asks('group') ? readStays(asking, id) : [],
    readEvents(asking, facts, id),
    readTold(facts, id),
  ])
  return { id, attributes, tags, follows, stays, events, told }
}

async function readTold(facts: readonly Fact[], id: number): Promise<ReadonlyMap<Fact, unknown>> {
  const telling = facts.flatMap((fact) => (fact.kind === 'people' && fact.tell ? [{ fact, tell: fact.tell }] : []))
  return new Map(await Promise.all(telling.map(async ({ fact, tell }) => [fact, await tell(id)] as const)))
}

async function readAttributes({ ctx, moment }: Asking, id: number): Promise<Record<string, string>> {
  const { rows } = await sql<{ own: Record<string, string>; builtIn: Record<string, string | null> }>`
    select (select coalesce(jsonb_object_agg(a.key, a.value), '{}') from jsonb_each_text(c.attributes) a) as own,
      jsonb_build_object(${sql.join(builtIns.flatMap((name) => [sql`${name}::text`, attributeSql(name, moment)]))}) as built_in
    from customers c where c.tenant_id = ${ctx.tenantId} and c.id = ${id}`.execute(ctx.db)
  const known = { ...rows[0]?.builtIn, ...rows[0]?.own }
  return Object.fromEntries(Object.entries(known).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
}

async function readTags({ ctx }: Asking, id: number): Promise<number[]> {
  const rows = await ctx.db
    .selectFrom('customerTags')
    .select('tagId')
    .distinct()
    .where('tenantId', '=', ctx.tenantId)
    .where('canonicalId', '=', id)
    .execute()
  return rows.map(({ tagId }) => tagId)
}

type FollowRow = {
  employee: number
  addedAt: Date
  endedAt: Date | null
  endedBy: string | null
  channel: number | null
  addWay: string | null
}

async function readFollows({ ctx }: Asking, id: number): Promise<KnownFollow[]> {
  const { rows } = await sql<FollowRow>`
    select employee_id as employee, added_at, ended_at, ended_by, channel_id as channel, add_way from follows
    where tenant_id = ${ctx.tenantId} and canonical_id = ${id} and added_at is not null
    union all
    select f.employee_id, f.added_at, f.ended_at, f.ended_by, f.channel_id, f.add_way from customers c
    join follow_periods f on f.tenant_id = c.tenant_id and f.customer_id = c.id where c.tenant_id = ${ctx.tenantId} and c.canonical_id = ${id}`.execute(
    ctx.db,
  )
  return rows.map(({ addedAt, endedAt, ...row }) => ({ ...row, addedAt: addedAt.getTime(), endedAt: endedAt?.getTime() ?? null }))
}

async function readStays({ ctx }: Asking, id: number): Promise<KnownStay[]> {
  const { rows } = await sql<{ group: number; joinedAt: Date; leftAt: Date | null }>`
    select m.group_id as "group", m.joined_at, m.left_at from customers c
    join group_members m on m.tenant_id = c.tenant_id and m.customer_id = c.id where c.tenant_id = ${ctx.tenantId} and c.canonical_id = ${id}`.execute(
    ctx.db,
  )
  return rows.map(({ group, joinedAt, leftAt }) => ({ group, joinedAt: joinedAt.getTime(), leftAt: leftAt?.getTime() ?? null }))
}

async function readEvents({ ctx, moment }: Asking, facts: readonly Fact[], id: number): Promise<KnownEvent[]> {
  const matchers = facts.flatMap(matchersOf)
  const trade = facts.some((fact) => fact.kind === 'orders') ? tradeNames.map((event) => ({ event })) : []
  if (matchers.length + trade.length === 0) return []
  const bind = bindings()
  const names = namesOf([...matchers, ...trade])
  const scan = scanEvents(bind, { tenantId: ctx.tenantId, to: new Date(moment.at.getTime() + 1), names, among: [id] })
  return ctx.clickhouse.ask({
    params: bind.params,
    row: EventRow,
    sql: `select name, toString(id) as id, ms, properties from ${scan} order by ms`,
  })
}

/** The events that a leaf asks for. */
export function matchersOf(fact: Fact): Matcher[] {
  if (fact.kind === 'event') return [fact]
  if (fact.kind === 'sequence') return fact.steps
  return fact.kind === 'latest' ? [{ event: latestEvents[fact.of].event }] : []
}

const EventRow = z.object({ name: z.string(), id: z.string(), ms: z.number(), properties: z.record(z.string(), z.string()) })
