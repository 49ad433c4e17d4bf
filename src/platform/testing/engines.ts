import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startClickHouse } from '../embedded/clickhouse.ts'
import { startPostgres } from '../embedded/postgres.ts'
import { migratePostgres } from '../migrations.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string
    clickhouseUrl: string
  }
}

/** One PostgreSQL and one ClickHouse for the whole run; every test file gets databases of its own in them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'liuliang-test-'))
  const databaseUrl = process.env.DATABASE_URL
  const postgres = databaseUrl ? undefined : await startPostgres(folder)
  const clickhouse = process.env.CLICKHOUSE_URL ? undefined : await startClickHouse(folder)
  await migratePostgres(postgres?.url ?? String(databaseUrl))
  project.provide('databaseUrl', postgres?.url ?? String(databaseUrl))
  project.provide('clickhouseUrl', clickhouse?.url ?? String(process.env.CLICKHOUSE_URL))
  // What tests leave in their temporary folders goes with the run; workers inherit this.
  process.env.TMPDIR = join(folder, 'tmp')
  mkdirSync(process.env.TMPDIR)
  return async () => {
    await clickhouse?.stop()
    await postgres?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
