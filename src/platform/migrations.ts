import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type ClickHouse, databaseOf } from './clickhouse.ts'
import { appError } from './errors.ts'

export type Migration = { number: number; name: string; sql: string; checksum: string }

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

/** How long a file may stand in line for a table, how long it then stays away, and for how long it comes back. */
export type Patience = { lockMs: number; pauseMs: number; totalMs: number }

/**
 * PostgreSQL looks for deadlocks after a second: who stands in line for less is never the reason that a request is ended by it.
 */
const patient: Patience = { lockMs: 900, pauseMs: 2_000, totalMs: 600_000 }

/**
 * Brings PostgreSQL to this version. One transaction a file under one lock: a kill leaves a file either whole or absent,
 * and two starters wait for each other. A database of a newer version is refused.
 */
export async function migratePostgres(
  ownerUrl: string,
  known: Migration[] = readMigrations('postgres'),
  patience: Patience = patient,
): Promise<{ applied: string[] }> {
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
    refuseDowngrade(Math.max(0, ...done.keys()), known)
    const missing = known.filter(({ number }) => !done.has(number))
    for (const migration of missing) await applyBetween(client, migration, patience)
    return { applied: missing.map(({ name }) => name) }
  } finally {
    await client.end()
  }
}

/**
 * Between the transactions of running processes. Who waits for a table makes everybody behind wait too, readers included, so
 * a file waits for a moment only, steps back, lets the others through and tries again.
 */
async function applyBetween(client: pg.Client, migration: Migration, { lockMs, pauseMs, totalMs }: Patience): Promise<void> {
  const giveUpAt = Date.now() + totalMs
  for (let attempt = 1; ; attempt++, await sleep(pauseMs * (0.5 + Math.random()))) {
    try {
      // An autovacuum in the way gives up when it has been waited for as long as the search for deadlocks takes.
      return await applyOne(client, migration, attempt % 4 === 0 ? 2 * lockMs : lockMs)
    } catch (cause) {
      await client.query('rollback')
      if (!standsInLine(cause)) throw appError('migration.failed', { message: `${migration.name}: ${(cause as Error).message}`, cause })
      if (Date.now() < giveUpAt) continue
      throw appError('migration.blocked', {
        status: 503,
        message: `${migration.name} was not applied: other transactions hold its tables (${await longestTransactions(client)}). Wait for them or end them, then migrate again.`,
        cause,
      })
    }
  }
}

async function applyOne(client: pg.Client, { number, name, sql, checksum }: Migration, lockMs: number): Promise<void> {
  // Where we may, we look for deadlocks long before the others do: whoever finds one is who steps back.
  await client.query(
    `begin; set local lock_timeout = ${lockMs};
     select set_config('deadlock_timeout', '100ms', true) where has_parameter_privilege('deadlock_timeout', 'set')`,
  )
  await client.query(sql)
  await client.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [number, name, checksum])
  await client.query('commit')
}

/** lock_not_available, deadlock_detected. */
const standsInLine = (error: unknown): boolean => ['55P03', '40P01'].includes((error as { code?: string }).code ?? '')

async function longestTransactions(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string; seconds: number }>(
    `select pid, coalesce(nullif(application_name, ''), usename, 'unnamed') as name, round(extract(epoch from now() - xact_start))::int as seconds
     from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid() order by xact_start limit 3`,
  )
  return rows.map(({ pid, name, seconds }) => `process ${pid}, ${name}, open for ${seconds} s`).join('; ') || 'gone by now'
}

/** ClickHouse has no transactions: every statement is written to be repeatable and the number is noted last. */
export async function migrateClickHouse(
  clickhouse: ClickHouse,
  known: Migration[] = readMigrations('clickhouse'),
): Promise<{ applied: string[] }> {
  await clickhouse.command(
    'create table if not exists schema_migrations (number UInt32, name String, checksum String, applied_at DateTime default now()) engine = MergeTree order by number',
  )
  const done = new Set(
    (await clickhouse.rows<{ number: number }>('select distinct number from schema_migrations')).map(({ number }) => number),
  )
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
