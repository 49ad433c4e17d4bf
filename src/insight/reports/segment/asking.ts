import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import type { Stores } from '../../stores/dirty.ts'
import type { Bindings } from '../sql.ts'
import { bitsOfWords, type People } from './bits.ts'
import type { Moment } from './node.ts'

/** One evaluation of one rule. */
export type Asking = { ctx: Context; moment: Moment; stores: Stores }

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

/** The same of a question to PostgreSQL, in its column `id`. */
export async function customersOf({ ctx }: Asking, question: RawBuilder<unknown>): Promise<People> {
  const { rows } = await sql<{ words: number[] | null; bits: string[] | null }>`
    select array_agg(word) as words, array_agg(bits::text) as bits
    from (select found.id >> 5 as word, bit_or(1::bigint << (found.id & 31)) as bits from (${question}) found group by 1) packed`.execute(
    ctx.db,
  )
  return { negated: false, bits: bitsOfWords(rows[0]?.words ?? [], rows[0]?.bits?.map(Number) ?? []) }
}
