import { cpSync, createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { openClient } from '../clickhouse.ts'
import { appError } from '../errors.ts'
import { readMigrations } from '../migrations.ts'
import { version } from '../version.ts'

export type EngineUrls = { databaseUrl: string; clickhouseUrl: string; dataDir: string }

/** What a backup folder holds: `manifest.json`, `postgres/<table>.gz`, `clickhouse/<table>.gz`, `files/`. */
export type Manifest = {
  version: string
  madeAt: string
  migrations: { postgres: number; clickhouse: number }
  lastLoad: number
  tables: Record<string, { rows: number; columns: string[] }>
  sequences: Record<string, number>
  clickhouse: Record<string, number>
}

const lastOf = (engine: 'postgres' | 'clickhouse'): number => readMigrations(engine).at(-1)?.number ?? 0

/**
 * Writes everything into `folder`: PostgreSQL in one snapshot, then from ClickHouse exactly the events that this snapshot
 * counts as loaded. The rest lies in the snapshot's inbox, so no event is missing and none is there twice.
 */
export async function backup(urls: EngineUrls, folder: string): Promise<Manifest> {
  if (existsSync(join(folder, 'manifest.json')))
    throw appError('backup.exists', { message: `${folder} already holds a backup.`, field: 'folder' })
  for (const part of ['postgres', 'clickhouse']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 })
  const client = new pg.Client({ connectionString: urls.databaseUrl })
  await client.connect()
  try {
    await client.query('begin transaction isolation level repeatable read read only')
    const tables = await dumpTables(client, folder)
    const sequences = await readSequences(client)
    const lastLoad = Number((await client.query("select value from installation where name = 'last_load'")).rows[0]?.value ?? 0)
    await client.query('commit')
    const clickhouse = await dumpClickHouse(urls.clickhouseUrl, folder, lastLoad)
    if (existsSync(join(urls.dataDir, 'files'))) cpSync(join(urls.dataDir, 'files'), join(folder, 'files'), { recursive: true })
    const manifest: Manifest = {
      version,
      madeAt: new Date().toISOString(),
      migrations: { postgres: lastOf('postgres'), clickhouse: lastOf('clickhouse') },
      lastLoad,
      tables,
      sequences,
      clickhouse,
    }
    // Last, so that a folder with a manifest is a whole backup.
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2), { mode: 0o600 })
    return manifest
  } finally {
    await client.end()
  }
}

async function dumpTables(client: pg.Client, folder: string): Promise<Manifest['tables']> {
  const tables: Manifest['tables'] = {}
  const names = await client.query<{ name: string; columns: string[] }>(`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not in ('schema_migrations', 'processes') group by 1 order by 1`)
  for (const { name, columns } of names.rows) {
    const out = client.query(copyTo(`copy "${name}" (${columns.map((column) => `"${column}"`).join(', ')}) to stdout`))
    await pipeline(out, createGzip({ level: 4 }), createWriteStream(join(folder, 'postgres', `${name}.gz`), { mode: 0o600 }))
    tables[name] = { rows: out.rowCount, columns }
  }
  return tables
}

async function readSequences(client: pg.Client): Promise<Record<string, number>> {
  const found = await client.query<{ name: string; last: number }>(
    "select quote_ident(sequencename) as name, last_value::bigint as last from pg_sequences where schemaname = 'public' and last_value is not null",
  )
  return Object.fromEntries(found.rows.map(({ name, last }) => [name, Number(last)]))
}

async function dumpClickHouse(url: string, folder: string, lastLoad: number): Promise<Record<string, number>> {
  const client = openClient(url, 3600)
  const counts: Record<string, number> = {}
  try {
    for (const [table, condition] of [
      ['events', `where load <= ${lastLoad}`],
      ['persons', ''],
    ] as const) {
      const result = await client.query({ query: `select * from ${table} ${condition}`, format: 'JSONEachRow' })
      counts[table] = 0
      const lines = async function* () {
        for await (const rows of result.stream()) {
          counts[table] = (counts[table] ?? 0) + rows.length
          yield `${rows.map(({ text }) => text).join('\n')}\n`
        }
      }
      await pipeline(
        Readable.from(lines()),
        createGzip({ level: 4 }),
        createWriteStream(join(folder, 'clickhouse', `${table}.gz`), { mode: 0o600 }),
      )
    }
    return counts
  } finally {
    await client.close()
  }
}

/** Fills empty, migrated databases from a backup of the same version of the schema. */
export async function restore(urls: EngineUrls, folder: string): Promise<Manifest> {
  const manifest = readManifest(folder)
  const client = new pg.Client({ connectionString: urls.databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query('select count(*)::int as tenants from tenants')
    if (rows[0].tenants > 0)
      throw appError('restore.not_empty', {
        message: 'This workspace already holds a company. Restore into an empty data folder.',
        field: 'data',
      })
    await client.query('begin')
    // Rows come back table by table; references between them hold again at the end.
    await client.query("set local session_replication_role = 'replica'")
    await client.query('delete from installation')
    for (const [name, { columns }] of Object.entries(manifest.tables)) await restoreTable(client, folder, name, columns)
    for (const [sequence, last] of Object.entries(manifest.sequences))
      await client.query('select setval($1::regclass, $2)', [sequence, last])
    await renumberLog(client)
    await forgetBuilds(client)
    await restoreClickHouse(urls.clickhouseUrl, folder)
    await client.query('commit')
    if (existsSync(join(folder, 'files'))) cpSync(join(folder, 'files'), join(urls.dataDir, 'files'), { recursive: true })
    return manifest
  } finally {
    await client.end()
  }
}

function readManifest(folder: string): Manifest {
  if (!existsSync(join(folder, 'manifest.json')))
    throw appError('restore.no_backup', { message: `${folder} holds no whole backup (no manifest.json).`, field: 'folder' })
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
  if (manifest.migrations.postgres > lastOf('postgres') || manifest.migrations.clickhouse > lastOf('clickhouse'))
    throw appError('restore.newer_backup', {
      message: `The backup was made by the newer version ${manifest.version}; restore it with that version.`,
      field: 'folder',
    })
  const missing = Object.keys(manifest.tables).filter((name) => !readdirSync(join(folder, 'postgres')).includes(`${name}.gz`))
  if (missing.length > 0) throw appError('restore.incomplete', { message: `The backup lacks ${missing.join(', ')}.`, field: 'folder' })
  return manifest
}

async function restoreTable(client: pg.Client, folder: string, name: string, columns: string[]): Promise<void> {
  const into = client.query(copyFrom(`copy "${name}" (${columns.map((column) => `"${column}"`).join(', ')}) from stdin`))
  await pipeline(createReadStream(join(folder, 'postgres', `${name}.gz`)), createGunzip(), into)
}

/**
 * Each cluster counts its own transactions. A log that kept the numbers of another one would stand before what is written from now
 * on, and its readers would pass over that in silence. So the log becomes one early transaction, in the order it had, and every reader stands
 * behind as many rows as it had read.
 */
async function renumberLog(client: pg.Client): Promise<void> {
  await client.query(
    'create temp table kept_log on commit drop as select *, row_number() over (order by transaction, seq) as place from event_log',
  )
  await client.query(
    `update consumer_positions p set transaction = '3', seq = coalesce((select max(place) from kept_log k where (k.transaction, k.seq) <= (p.transaction, p.seq)), 0)`,
  )
  await client.query('delete from event_log')
  await client.query(
    `insert into event_log (tenant_id, transaction, seq, partition, barrier, id, name, customer_id, at, properties, request_id) overriding system value
     select tenant_id, '3', place, partition, barrier, id, name, customer_id, at, properties, request_id from kept_log`,
  )
}

/** Trails are not part of a backup: the events come back without them, and loads may have the numbers of others that were lost. */
async function forgetBuilds(client: pg.Client): Promise<void> {
  await client.query('delete from trails; delete from trail_marks')
  await client.query(
    `insert into installation (name, value) select 'trails_load', coalesce((select value from installation where name = 'last_load'), '0')
     on conflict (name) do update set value = excluded.value`,
  )
}

async function restoreClickHouse(url: string, folder: string): Promise<void> {
  const client = openClient(url, 3600)
  try {
    for (const table of ['events', 'persons']) {
      let lines: string[] = []
      let rest = ''
      const flush = async () => {
        if (lines.length > 0)
          await client.insert({
            table,
            values: lines.map((line) => JSON.parse(line)),
            format: 'JSONEachRow',
            clickhouse_settings: { max_partitions_per_insert_block: '0' },
          })
        lines = []
      }
      for await (const chunk of createReadStream(join(folder, 'clickhouse', `${table}.gz`))
        .pipe(createGunzip())
        .setEncoding('utf8')) {
        const parts = (rest + chunk).split('\n')
        rest = parts.pop() ?? ''
        lines.push(...parts.filter(Boolean))
        if (lines.length >= 50_000) await flush()
      }
      await flush()
    }
  } finally {
    await client.close()
  }
}
