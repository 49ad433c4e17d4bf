import pg, { type PoolClient } from 'pg'
import type { Installation } from '#platform/context.ts'
import type { Schedule } from '#platform/jobs.ts'
import { type LineRow, paidLines, refundedLines } from './mirror-lines.ts'

/**
 * Writes the lines of changed orders and refunds to ClickHouse's `order_lines`. Changes are rows that are deleted once they are
 * written, so none is passed over however late its transaction commits. One writer at a time; the version is taken before the
 * state is read, so the newest version never carries an older state. Returns how many changes it wrote.
 */
export async function mirrorOrderLines(installation: Installation): Promise<number> {
  let written = 0
  for (;;) {
    const wrote = await mirrorSome(installation)
    written += wrote
    if (wrote < most) return written
  }
}

export const orderLineSchedules: readonly Schedule[] = [
  { name: 'orders.lines', everySeconds: 2, run: async (installation) => void (await mirrorOrderLines(installation)) },
]

/** All of them anew, after a restore: ClickHouse's lines are not part of a backup. */
export async function queueAllOrderLines(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(
      `insert into line_changes (tenant_id, kind, document_id)
       select tenant_id, 'order', id from orders where counted_at is not null
       union all select tenant_id, 'refund', id from refunds where counted_at is not null`,
    )
  } finally {
    await client.end()
  }
}

const most = 5000

async function mirrorSome(installation: Installation): Promise<number> {
  const client = await installation.databases.systemPool.connect()
  try {
    await client.query('begin')
    const wrote = await mirrorLocked(installation, client)
    await client.query('commit')
    return wrote
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

type Change = { tenant_id: number; seq: number; kind: 'order' | 'refund'; document_id: number }

async function mirrorLocked(installation: Installation, client: PoolClient): Promise<number> {
  const locked = await client.query("select pg_try_advisory_xact_lock(hashtext('liuliang.order_lines')) as held")
  if (!locked.rows[0].held) return 0
  const { rows: changes } = await client.query<Change>('select tenant_id, seq, kind, document_id from line_changes order by seq limit $1', [
    most,
  ])
  if (changes.length === 0) return 0
  const version = Number((await client.query("select nextval('line_versions') as version")).rows[0].version)
  for (const [tenant, own] of Map.groupBy(changes, (change) => change.tenant_id))
    await mirrorTenant(installation, client, tenant, own, version)
  await client.query(
    'delete from line_changes c using unnest($1::int[], $2::bigint[]) as done(t, s) where c.tenant_id = done.t and c.seq = done.s',
    [changes.map((change) => change.tenant_id), changes.map((change) => change.seq)],
  )
  return changes.length
}

async function mirrorTenant(
  installation: Installation,
  client: PoolClient,
  tenant: number,
  changes: Change[],
  version: number,
): Promise<void> {
  const named = (kind: Change['kind']) => [...new Set(changes.filter((change) => change.kind === kind).map((change) => change.document_id))]
  const orders = named('order')
  // A refund of the whole order is spread over its lines, so it changes with them.
  const { rows } = await client.query<{ id: number }>(
    'select id from refunds where tenant_id = $1 and (id = any($2::bigint[]) or order_id = any($3::bigint[]))',
    [tenant, named('refund'), orders],
  )
  const refunds = [...new Set([...rows.map(({ id }) => id), ...named('refund')])]
  const lines = [...(await paidLines(client, tenant, orders)), ...(await refundedLines(client, tenant, refunds))]
  const gone = [
    ...(await vanished(installation, tenant, 'paid', orders, lines)),
    ...(await vanished(installation, tenant, 'refunded', refunds, lines)),
  ]
  await installation.clickhouse.insert(
    'order_lines',
    [...lines, ...gone].map((line) => ({ tenant, ...line, version })),
  )
}

type Gone = Pick<LineRow, 'kind' | 'document' | 'line'> & { deleted: 1 }

/** Lines that ClickHouse has and the document has no more. */
async function vanished(
  { clickhouse }: Installation,
  tenant: number,
  kind: LineRow['kind'],
  documents: readonly number[],
  lines: readonly LineRow[],
): Promise<Gone[]> {
  if (documents.length === 0) return []
  const known = await clickhouse.rows<{ document: number; last: number }>(
    `select document, max(line) as last from order_lines where tenant = {tenant:UInt32} and kind = '${kind}' and document in (${documents.join(',')}) group by document`,
    { tenant },
  )
  const now = Map.groupBy(
    lines.filter((line) => line.kind === kind),
    (line) => line.document,
  )
  return known.flatMap(({ document, last }) => {
    const count = now.get(document)?.length ?? 0
    return Array.from({ length: Math.max(0, last - count) }, (_, i) => ({ kind, document, line: count + i + 1, deleted: 1 as const }))
  })
}
