import { type RawBuilder, sql } from 'kysely'
import { WecomError } from '#connectors/wecom/errors.ts'
import type { Context, Installation } from '#platform/context.ts'
import { describeError } from '#platform/errors.ts'

/**
 * Tables of what is wanted at WeCom: a code, a link. `wanted_version` counts every change here, `synced_version` is the one that
 * WeCom was told last; between the two stand a lease, an error and the time of the next try.
 */
type Table = 'liveCodes' | 'groupCodes' | 'acquisitionLinks'

/** A row that this process may tell WeCom of, and nobody else. */
export type Held = { id: number; corp: number; wantedVersion: number; syncAttempts: number; leaseUntil: Date }

/** Which rows may be told at all, as a condition in SQL. */
type Which = { table: Table; tellable: string }

/** Longer than a question with all its repetitions takes. */
const leaseMs = 90_000
const longestWaitMs = 600_000

/**
 * Brings WeCom to what a row wants. Whoever releases the row sees in the same statement whether more was wanted meanwhile, so no
 * change gets lost between two. `tell` gives what is known of the row from then on, or `again` when it wants something else now.
 */
export async function tellWecom<Row extends Held>(
  ctx: Context,
  { id, tell, ...which }: Which & { id: number; tell(held: Row): Promise<Record<string, unknown> | 'again'> },
): Promise<void> {
  for (;;) {
    const held = await hold<Row>(ctx, which, id)
    if (!held) return
    const end = await tell(held).then(
      (told) => (told === 'again' ? {} : doneOf(held, told)),
      (error: unknown) => failureOf(ctx, which.table, held, error),
    )
    const isMore = await release(ctx, which.table, held, end)
    if ('syncError' in end && end.syncError !== null) return
    if ('syncedVersion' in end && !isMore) return
  }
}

async function hold<Row extends Held>(ctx: Context, { table, tellable }: Which, id: number): Promise<Row | undefined> {
  const now = ctx.now()
  const { rows } = await sql<Row>`
    update ${sql.table(table)} set lease_until = ${new Date(now.getTime() + leaseMs)}
    where tenant_id = ${ctx.tenantId} and id = ${id} and ${due(tellable, now)} returning *`.execute(ctx.db)
  return rows[0]
}

const due = (tellable: string, now: Date): RawBuilder<boolean> =>
  sql`(${sql.raw(tellable)}) and synced_version < wanted_version and (lease_until is null or lease_until < ${now}) and (retry_at is null or retry_at <= ${now})`

const doneOf = (held: Held, told: Record<string, unknown>) => ({
  ...told,
  syncedVersion: held.wantedVersion,
  syncError: null,
  syncAttempts: 0,
  retryAt: null,
})

/** What somebody has to set up first is asked for less and less often. */
function failureOf(ctx: Context, table: Table, held: Held, error: unknown) {
  ctx.log.warn({ err: error, table, id: held.id }, 'WeCom could not be told what is wanted')
  const { code, message } = describeError(error)
  const waitMs = (error instanceof WecomError ? error.retryAfterMs : undefined) ?? Math.min(longestWaitMs, 1000 * 2 ** held.syncAttempts)
  return {
    syncError: JSON.stringify({ code, message }),
    syncAttempts: held.syncAttempts + 1,
    retryAt: new Date(ctx.now().getTime() + waitMs),
  }
}

/** True when more was wanted meanwhile. */
async function release(
  ctx: Context,
  table: Table,
  { id, wantedVersion, leaseUntil }: Held,
  end: Record<string, unknown>,
): Promise<boolean> {
  const row = await ctx.db
    .updateTable(table as 'liveCodes')
    .set({ ...end, leaseUntil: null })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('leaseUntil', '=', leaseUntil)
    .returning(sql<boolean>`wanted_version > ${wantedVersion}`.as('isMore'))
    .executeTakeFirst()
  return row?.isMore ?? false
}

/** Rows of all tenants that WeCom has not been told of yet. */
export async function waitingToTell(installation: Installation, { table, tellable }: Which): Promise<{ tenantId: number; id: number }[]> {
  const { rows } = await sql<{ tenantId: number; id: number }>`
    select tenant_id, id from ${sql.table(table)} where ${due(tellable, installation.now())} order by tenant_id, id limit 1000`.execute(
    installation.databases.system,
  )
  return rows
}
