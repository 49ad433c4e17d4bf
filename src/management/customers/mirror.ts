import type { PoolClient } from 'pg'
import type { Installation } from '#platform/context.ts'
import { textProperties } from '#platform/events/loader.ts'

/**
 * Writes changed merges and attributes to ClickHouse's `persons`. One writer at a time; the version is taken before the
 * state is read, so the newest version never carries an older state. Returns how many rows it wrote.
 */
export async function mirrorPersons(installation: Installation): Promise<number> {
  let written = 0
  for (;;) {
    const wrote = await mirrorSome(installation)
    written += wrote
    if (wrote < most) return written
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

type Person = {
  tenant_id: number
  id: number
  canonical_id: number
  attributes: Record<string, unknown>
  gender: string | null
  kind: string
}

async function mirrorLocked(installation: Installation, client: PoolClient): Promise<number> {
  const locked = await client.query("select pg_try_advisory_xact_lock(hashtext('liuliang.persons')) as held")
  if (!locked.rows[0].held) return 0
  const changes = await client.query<{ tenant_id: number; seq: number; customer_id: number }>(
    'select tenant_id, seq, customer_id from person_changes order by seq limit $1',
    [most],
  )
  if (changes.rows.length === 0) return 0
  const version = Number((await client.query("select nextval('person_versions') as version")).rows[0].version)
  const persons = await client.query<Person>(
    `select c.tenant_id, c.id, c.canonical_id, k.attributes, k.gender, k.kind
     from (select distinct t, i from unnest($1::int[], $2::int[]) as asked(t, i)) as asked
     join customers c on c.tenant_id = asked.t and c.id = asked.i
     join customers k on k.tenant_id = c.tenant_id and k.id = c.canonical_id`,
    [changes.rows.map((row) => row.tenant_id), changes.rows.map((row) => row.customer_id)],
  )
  await installation.clickhouse.insert(
    'persons',
    persons.rows.map((row) => ({
      tenant: row.tenant_id,
      person: row.id,
      canonical: row.canonical_id,
      properties: textProperties({ gender: row.gender, kind: row.kind, ...row.attributes }),
      deleted: 0,
      version,
    })),
  )
  await client.query(
    'delete from person_changes p using unnest($1::int[], $2::bigint[]) as done(t, s) where p.tenant_id = done.t and p.seq = done.s',
    [changes.rows.map((row) => row.tenant_id), changes.rows.map((row) => row.seq)],
  )
  return changes.rows.length
}
