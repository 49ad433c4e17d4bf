import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { customersOf, type Few } from '../../reports/segment/asking.ts'
import { bitsOf, bitsOfWords, idsOf, without } from '../../reports/segment/bits.ts'
import { noteMoves, noteUntagged } from './telling.ts'

/** Why somebody came in or went out: the rule was made or changed, something happened, time passed. */
export type Why = 'rule' | 'fact' | 'time'

/** What an evaluation found, as the segment stood when it began; `among` are those it was about, everybody where it says nothing. */
export type Found = { segment: number; ruleVersion: number; at: Date; members: Uint32Array; among?: readonly number[]; why: Why }

/**
 * Writes down who came in and who went out since the last look, and that this is still to be told, or nothing where the rule was
 * changed or put away meanwhile. Looking again changes nothing, so that a look that was cut off is simply repeated.
 */
export function settle(ctx: Context, found: Found): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const { rows } = await sql<{ ruleVersion: number }>`
      select rule_version from segments where tenant_id = ${ctx.tenantId} and id = ${found.segment} and archived_at is null for update`.execute(
      ctx.db,
    )
    if (rows[0]?.ruleVersion !== found.ruleVersion) return
    const open = await openStays(ctx, found)
    await leave(ctx, found, idsOf(without(open, found.members)))
    // Before the others come in: they get their tag when they are told.
    if (!found.among) await noteUntagged(ctx, found)
    await enter(ctx, found, idsOf(without(found.members, open)))
  })
}

/** Of the people looked at; stays of somebody who counts as another now belong to the ids that the other one had. */
async function openStays(ctx: Context, { segment, among }: Found): Promise<Uint32Array> {
  const stays = sql`select customer_id as id from segment_stays where tenant_id = ${ctx.tenantId} and segment_id = ${segment} and left_at is null`
  return (await customersOf({ ctx, few: among && { ids: among } }, stays)).bits
}

async function enter(ctx: Context, found: Found, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  const { segment, at, why } = found
  await sql`insert into segment_stays (tenant_id, segment_id, customer_id, entered_at, entered_by)
    select ${ctx.tenantId}, ${segment}, one, ${at}, ${why} from unnest(${[...ids]}::int[]) as one`.execute(ctx.db)
  await noteMoves(ctx, { segment, direction: 'entered', why, at }, ids)
}

/** Whoever counts as somebody else now did not leave: the other one may be in, with a stay of their own. */
async function leave(ctx: Context, { segment, at, why }: Found, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql<{ id: number; why: Why | 'merge' }>`
    update segment_stays s set left_at = greatest(${at}, s.entered_at), left_by = case when c.canonical_id <> c.id then 'merge' else ${why} end
    from customers c where c.tenant_id = s.tenant_id and c.id = s.customer_id
      and s.tenant_id = ${ctx.tenantId} and s.segment_id = ${segment} and s.left_at is null and s.customer_id = any(${[...ids]}::int[])
    returning s.customer_id as id, s.left_by as why`.execute(ctx.db)
  for (const [why, some] of Map.groupBy(rows, (row) => row.why))
    await noteMoves(
      ctx,
      { segment, direction: 'left', why, at },
      some.map(({ id }) => id),
    )
}

/** Who differs from what is written down: of these people, members without an open stay and the other way round. */
export async function differing(
  ctx: Context,
  few: Few,
  found: ReadonlyMap<number, Uint32Array>,
): Promise<ReadonlyMap<number, readonly number[]>> {
  const open = await openOf(ctx, few, [...found.keys()])
  return new Map(
    [...found].map(([segment, members]) => {
      const stays = open.get(segment) ?? bitsOf([])
      return [segment, [...idsOf(without(members, stays)), ...idsOf(without(stays, members))]]
    }),
  )
}

async function openOf(ctx: Context, { originals }: Few, segments: readonly number[]): Promise<Map<number, Uint32Array>> {
  const { rows } = await sql<{ segment: number; words: number[]; bits: string[] }>`
    select segment, array_agg(word) as words, array_agg(bits::text) as bits from (
      select segment_id as segment, customer_id >> 5 as word, bit_or(1::bigint << (customer_id & 31)) as bits from segment_stays
      where tenant_id = ${ctx.tenantId} and left_at is null and segment_id = any(${[...segments]}::int[]) and customer_id = any(${[...originals]}::int[])
      group by 1, 2) packed
    group by segment`.execute(ctx.db)
  return new Map(rows.map(({ segment, words, bits }) => [segment, bitsOfWords(words, bits.map(Number))]))
}
