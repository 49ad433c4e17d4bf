import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type ClickHouse, databaseOf } from './clickhouse.ts'
import { appError } from './errors.ts'

type Migration = { number: number; name: string; sql: string; checksum: string }

const folder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** `0007_orders.sql` → 7, in order; numbers are unique. */
export function readMigrations(engine: 'postgres' | 'clickhouse'): Migration[] {
  return readdirSync(join(folder, engine))
    .filter((file) => /^\d{4}_.*\.sql$/.test(file))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, engine, name), 'utf8')
      return { number: Number(name.slice(0, 4)), name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

/**
 * Brings PostgreSQL to this version. One transaction a file under one lock: a kill leaves a file either whole or absent,
 * and two starters wait for each other. A database of a newer version is refused.
 */
export async function migratePostgres(ownerUrl: string): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query("select pg_advisory_lock(hashtext('liuliang.migrations'))")
    await client.query(
      'create table if not exists schema_migrations (number int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())',
    )
    const done = new Map(
      (await client.query('select number, name from schema_migrations')).rows.map((row) => [row.number as number, row.name as string]),
    )
    const known = readMigrations('postgres')
    refuseDowngrade(Math.max(0, ...done.keys()), known)
    const missing = known.filter(({ number }) => !done.has(number))
    for (const migration of missing) await applyOne(client, migration)
    return { applied: missing.map(({ name }) => name) }
  } finally {
    await client.end()
  }
}

async function applyOne(client: pg.Client, { number, name, sql, checksum }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [number, name, checksum])
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    throw appError('migration.failed', { message: `${name}: ${(cause as Error).message}`, cause })
  }
}

/** ClickHouse has no transactions: every statement is written to be repeatable and the number is noted last. */
export async function migrateClickHouse(clickhouse: ClickHouse): Promise<{ applied: string[] }> {
  await clickhouse.command(
    'create table if not exists schema_migrations (number UInt32, name String, checksum String, applied_at DateTime default now()) engine = MergeTree order by number',
  )
  const done = new Set(
    (await clickhouse.rows<{ number: number }>('select distinct number from schema_migrations')).map(({ number }) => number),
  )
  const known = readMigrations('clickhouse')
  refuseDowngrade(Math.max(0, ...done), known)
  const missing = known.filter(({ number }) => !done.has(number))
  for (const { number, name, sql, checksum } of missing) {
    for (const statement of statements(sql)) await clickhouse.command(statement)
    await clickhouse.insert('schema_migrations', [{ number, name, checksum }])
  }
  return { applied: missing.map(({ name }) => name) }
}

/** A server has databases side by side; the one in the URL is made when it is missing. */
export async function createClickHouseDatabase(server: ClickHouse, url: string): Promise<void> {
  await server.command(`create database if not exists \`${databaseOf(url)}\``)
}

const statements = (sql: string): string[] =>
  sql
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter(Boolean)

function refuseDowngrade(newest: number, known: Migration[]): void {
  const last = known.at(-1)?.number ?? 0
  if (newest > last)
    throw appError('migration.newer_database', {
      message: `The data was written by a newer version (schema ${newest}, this program knows ${last}). Start that version, or restore a backup made before the upgrade.`,
    })
}
