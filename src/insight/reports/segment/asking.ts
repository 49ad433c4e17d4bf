import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import type { Stores } from '../../stores/dirty.ts'
import type { Bindings } from '../sql.ts'
import { bitsOfWords, type People } from './bits.ts'
import type { Fact, Moment } from './node.ts'

/** A few people to ask about. */
export type Few = {
  /** Who they count as. */
  ids: readonly number[]
  /** Of these, who is a customer: no device, and merged into nobody. */
  listed: readonly number[]
  /** All ids that their events carry. */
  originals: readonly number[]
  /** Who each of the originals counts as. */
  canonicals: ReadonlyMap<number, number>
}

/** These people, by any of their ids. */
export async function fewOf(ctx: Context, people: readonly number[]): Promise<Few> {
  const { rows } = await sql<{ id: number; canonicalId: number; listed: boolean }>`
    with these as (select distinct canonical_id as id from customers where tenant_id = ${ctx.tenantId} and id = any(${[...new Set(people)]}::int[]))
    select c.id, c.canonical_id, c.listed from these t join customers c on c.tenant_id = ${ctx.tenantId} and c.id = t.id
    union all
    select c.id, c.canonical_id, c.listed from these t join customers c on c.tenant_id = ${ctx.tenantId} and c.canonical_id = t.id and c.canonical_id <> c.id`.execute(
    ctx.db,
  )
  return {
    ids: [...new Set(rows.map(({ canonicalId }) => canonicalId))],
    listed: rows.flatMap(({ id, listed }) => (listed ? [id] : [])),
    originals: rows.map(({ id }) => id),
    canonicals: new Map(rows.map(({ id, canonicalId }) => [id, canonicalId])),
  }
}

/** One evaluation of one rule, about everybody or about a few; `known` is what was found already, together with other rules. */
export type Asking = { ctx: Context; moment: Moment; stores: Stores; few?: Few; known?: ReadonlyMap<Fact, People> }

/** The people in column `who` of a question to ClickHouse, as words of bits: a few thousand numbers instead of a million ids. */
export async function peopleOf({ ctx }: Asking, bind: Bindings, question: string): Promise<People> {
  const [row] = await ctx.clickhouse.ask({
    params: bind.params,
    row: Words,
    sql: `select groupArray(word) as words, groupArray(bits) as values
      from (select intDiv(who, 32) as word, groupBitOr(bitShiftLeft(toUInt32(1), who % 32)) as bits from (${question}) where who != 0 group by word)`,
  })
  return { negated: false, bits: bitsOfWords(row?.words ?? [], row?.values ?? []) }
}

const Words = z.object({ words: z.array(z.number()), values: z.array(z.number()) })

/** Several sets at once: of a question with the columns who and held, for each place of `held` the people for whom it is true. */
export async function bitsTogether({ ctx }: Asking, bind: Bindings, question: string, places: number): Promise<Uint32Array[]> {
  const bits = Array.from({ length: places }, (_, i) => `groupBitOr(if(held[${i + 1}], bitShiftLeft(toUInt32(1), who % 32), 0))`)
  const rows = await ctx.clickhouse.ask({
    params: bind.params,
    row: Word,
    sql: `select intDiv(who, 32) as word, [${bits.join(', ')}] as bits from (${question}) group by word`,
  })
  const words = rows.map(({ word }) => word)
  return bits.map((_, place) =>
    bitsOfWords(
      words,
      rows.map((row) => row.bits[place] ?? 0),
    ),
  )
}

const Word = z.object({ word: z.number(), bits: z.array(z.number()) })

/** The same of a question to PostgreSQL, in its column `id`. */
export async function customersOf(
  { ctx, few }: { ctx: Context; few?: Pick<Few, 'ids'> | undefined },
  question: RawBuilder<unknown>,
): Promise<People> {
  const among = few ? sql`where found.id = any(${[...few.ids]}::int[])` : sql``
  const { rows } = await sql<{ words: number[] | null; bits: string[] | null }>`
    select array_agg(word) as words, array_agg(bits::text) as bits
    from (select found.id >> 5 as word, bit_or(1::bigint << (found.id & 31)) as bits from (${question}) found ${among} group by 1) packed`.execute(
    ctx.db,
  )
  return { negated: false, bits: bitsOfWords(rows[0]?.words ?? [], rows[0]?.bits?.map(Number) ?? []) }
}
