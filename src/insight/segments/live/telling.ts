import { sql } from 'kysely'
import { segmentEntered, segmentLeft } from '#management/events.ts'
import { tagCustomers, untagCustomers } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import type { Why } from './stays.ts'

// A rule that takes in a million people moves them in one transaction. They are told in lists, each in a transaction of its own that
// also takes the list away: a list is told once, whenever who tells it is killed, and every customer hears of their moves in the order
// in which they were written down. What a segment's tag does follows with the telling.

/** How many customers a list has at most, how many lists and events a transaction begins with, and how many transactions a round has. */
const most = { customers: 2_000, lists: 200, events: 2_000, transactions: 5 }

/** `stayed`: in before and without the segment's tag; they get it, and nobody is told. */
type Move = { segment: number; direction: 'entered' | 'left' | 'stayed'; why: Why | 'merge'; at: Date }

/** Something that is still to be told, in the transaction of the stays. */
export async function noteMoves(ctx: Context, { segment, direction, why, at }: Move, customers: readonly number[]): Promise<void> {
  if (customers.length === 0) return
  await sql`
    insert into untold_moves (tenant_id, segment_id, direction, why, at, customers)
    select ${ctx.tenantId}, ${segment}, ${direction}, ${why}, ${at}, array_agg(one order by place)
    from unnest(${[...customers]}::int[]) with ordinality as n(one, place) group by (place - 1) / ${most.customers} order by min(place)`.execute(
    ctx.db,
  )
}

/** Who is in without the tag that the segment writes: it writes it only now, or somebody took it away. */
export async function noteUntagged(ctx: Context, { segment, why, at }: Omit<Move, 'direction'>): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select y.customer_id as id from segments s
    join segment_stays y on y.tenant_id = s.tenant_id and y.segment_id = s.id and y.left_at is null
    join customers c on c.tenant_id = y.tenant_id and c.id = y.customer_id
    where s.tenant_id = ${ctx.tenantId} and s.id = ${segment} and s.tag_id is not null
      and not exists (select from customer_tags t where t.tenant_id = ${ctx.tenantId} and t.tag_id = s.tag_id and t.canonical_id = c.canonical_id)`.execute(
    ctx.db,
  )
  await noteMoves(
    ctx,
    { segment, direction: 'stayed', why, at },
    rows.map(({ id }) => id),
  )
}

/** Tells consumers what is written down, the oldest first, as much as a round may; returns how many lists that were. */
export async function tellMoves(ctx: Context): Promise<number> {
  let told = 0
  for (let done = 0; done < most.transactions; done++) {
    const lists = await tellOldest(ctx)
    told += lists
    if (lists === 0) break
  }
  return told
}

type Untold = Move & { seq: string; name: string; customers: number[]; tag: number | null; takeAway: boolean }

const tellOldest = (ctx: Context): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const lists = await takeOldest(ctx)
    for (const list of lists) {
      sayMoves(ctx, list)
      await writeTag(ctx, list)
    }
    return lists.length
  })

/** A segment that was put away writes no tag any more; what happened before is told nevertheless. */
async function takeOldest(ctx: Context): Promise<Untold[]> {
  const { rows } = await sql<Untold>`
    with oldest as (select seq, customers from untold_moves where tenant_id = ${ctx.tenantId} order by seq limit ${most.lists}),
      waiting as (select seq, sum(cardinality(customers)) over (order by seq) - cardinality(customers) as before from oldest),
      taken as (delete from untold_moves m using waiting w where m.tenant_id = ${ctx.tenantId} and m.seq = w.seq and w.before < ${most.events} returning m.*)
    select m.seq::text, m.segment_id as segment, s.name, m.direction, m.why, m.at, m.customers,
      case when s.archived_at is null then s.tag_id end as tag, s.take_away
    from taken m join segments s on s.tenant_id = m.tenant_id and s.id = m.segment_id order by m.seq`.execute(ctx.db)
  return rows
}

function sayMoves(ctx: Context, { segment, name, direction, why, at, customers }: Untold): void {
  if (direction === 'stayed') return
  for (const customerId of customers)
    emit(ctx, direction === 'entered' ? segmentEntered : segmentLeft, { customerId, at, properties: { segment, segmentName: name, why } })
}

/** A rule gives its tag and takes away what rules gave: one that came by hand stays. */
async function writeTag(ctx: Context, { name, direction, tag, takeAway, customers }: Untold): Promise<void> {
  if (tag === null) return
  const asRule: Context = { ...ctx, actor: { ...ctx.actor, name } }
  if (direction !== 'left') await tagCustomers(asRule, tag, customers, { source: 'rule' })
  else if (takeAway) await untagCustomers(asRule, tag, await withoutWriter(ctx, tag, customers), { source: 'rule', given: 'rule' })
}

/** Those who are in no segment that writes the tag, as nobody whom they count as is. */
async function withoutWriter(ctx: Context, tag: number, customers: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select me.id from customers me where me.tenant_id = ${ctx.tenantId} and me.id = any(${[...customers]}::int[])
      and not exists (select from customers c
        join segment_stays y on y.tenant_id = c.tenant_id and y.customer_id = c.id and y.left_at is null
        join segments s on s.tenant_id = y.tenant_id and s.id = y.segment_id and s.tag_id = ${tag} and s.archived_at is null
        where c.tenant_id = ${ctx.tenantId} and c.canonical_id = me.canonical_id)`.execute(ctx.db)
  return rows.map(({ id }) => id)
}
