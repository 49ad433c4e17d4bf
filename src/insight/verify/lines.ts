import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery, sql } from 'kysely'
import { z } from 'zod'
import { paidLinesSql, refundedLinesSql } from '#conversion/orders/mirror-lines.ts'
import type { Context } from '#platform/context.ts'

const kinds = {
  order: { table: 'orders', kind: 'paid', lines: paidLinesSql },
  refund: { table: 'refunds', kind: 'refunded', lines: refundedLinesSql },
} as const
export type Document = keyof typeof kinds

const atOnce = 20_000
const betweenLooksMs = 300

/**
 * Orders (or refunds) whose lines in ClickHouse are not those of PostgreSQL. Changes on their way are known to differ and are left
 * out; one that goes its way between the two looks is looked at again.
 */
export async function differingLines(ctx: Context, document: Document): Promise<number[]> {
  const found = await differing(ctx, document)
  if (found.length === 0) return found
  await sleep(betweenLooksMs)
  const again = new Set(await differing(ctx, document))
  return found.filter((id) => again.has(id))
}

async function differing(ctx: Context, document: Document): Promise<number[]> {
  const wrong: number[] = []
  const last = await lastOf(ctx, document)
  for (let from = 0; from <= last; from += atOnce) {
    const [there, here, waiting] = [
      await mirrored(ctx, document, from),
      await told(ctx, document, await idsOf(ctx, document, from)),
      await waitingIds(ctx, document, from),
    ]
    const ids = [...new Set([...there.keys(), ...here.keys()])]
    wrong.push(...ids.filter((id) => there.get(id) !== here.get(id) && !waiting.has(id)))
  }
  return wrong.sort((a, b) => a - b)
}

async function lastOf(ctx: Context, document: Document): Promise<number> {
  const { table, kind } = kinds[document]
  const { rows } = await sql<{
    last: number | null
  }>`select max(id) as last from ${sql.table(table)} where tenant_id = ${ctx.tenantId}`.execute(ctx.db)
  const [mirror] = await ctx.clickhouse.ask({
    sql: `select max(document) as last from order_lines where tenant = {tenant:UInt32} and kind = {kind:String}`,
    params: { tenant: ctx.tenantId, kind },
    row: z.object({ last: z.number() }),
  })
  return Math.max(rows[0]?.last ?? 0, mirror?.last ?? 0)
}

/** Documents of an import that is not over are told of when it is. */
async function idsOf(ctx: Context, document: Document, from: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`select id from ${sql.table(kinds[document].table)}
    where tenant_id = ${ctx.tenantId} and id >= ${from} and id < ${from + atOnce} and counted_at is not null and import_id is null`.execute(
    ctx.db,
  )
  return rows.map(({ id }) => id)
}

/** A document that changed, and a refund whose order did. */
async function waitingIds(ctx: Context, document: Document, from: number): Promise<Set<number>> {
  const own = sql`select document_id as id from line_changes where tenant_id = ${ctx.tenantId} and kind = ${document}`
  const ofOrders = sql`union select r.id from refunds r join line_changes c on c.tenant_id = r.tenant_id and c.kind = 'order' and c.document_id = r.order_id
    where r.tenant_id = ${ctx.tenantId}`
  const { rows } = await sql<{ id: number }>`select id from (${own} ${document === 'refund' ? ofOrders : sql``}) w
    where id >= ${from} and id < ${from + atOnce}`.execute(ctx.db)
  return new Set(rows.map(({ id }) => id))
}

const Digest = z.object({ document: z.number(), digest: z.string() })
const digestsOf = (rows: readonly z.infer<typeof Digest>[]) => new Map(rows.map((row) => [row.document, row.digest]))

/** What a document's lines come to, in one text that both engines write alike. */
async function told(ctx: Context, document: Document, ids: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await ctx.db.executeQuery<z.infer<typeof Digest>>(
    CompiledQuery.raw(
      `select document, concat_ws(' ', count(*), sum(amount), trim_scale(sum(quantity::numeric)), max(ord), max(person), max(floor(extract(epoch from at)))::bigint,
          string_agg(product, ' ' order by product collate "C")) as digest
        from (${kinds[document].lines}) as l group by document`,
      [ctx.tenantId, ids],
    ),
  )
  return digestsOf(rows.map(({ document: id, digest }) => ({ document: Number(id), digest })))
}

async function mirrored(ctx: Context, document: Document, from: number): Promise<Map<number, string>> {
  const rows = await ctx.clickhouse.ask({
    sql: `select document, arrayStringConcat([toString(count()), toString(sum(amount)), toString(sum(quantity)), toString(max(ord)), toString(max(person)), toString(max(toUnixTimestamp(at))),
          arrayStringConcat(arraySort(groupArray(toString(product))), ' ')], ' ') as digest
        from order_lines final where tenant = {tenant:UInt32} and kind = {kind:String} and document >= {from:UInt64} and document < {to:UInt64} and deleted = 0
        group by document`,
    params: { tenant: ctx.tenantId, kind: kinds[document].kind, from, to: from + atOnce },
    row: Digest,
  })
  return digestsOf(rows)
}

/** Has the mirror write them anew; what PostgreSQL does not have is taken out of ClickHouse. */
export async function queueLines(ctx: Context, document: Document, ids: readonly number[]): Promise<void> {
  if (ids.length > 0)
    await sql`insert into line_changes (tenant_id, kind, document_id) select ${ctx.tenantId}, ${document}, unnest(${[...ids]}::bigint[])`.execute(
      ctx.db,
    )
}
