import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'

/** What a process needs to know about empty databases of its own, not migrated; its data folder lies in `folder` once it makes one. */
export async function emptyDatabases(folder = tmpdir()): Promise<{
  DATABASE_URL: string
  CLICKHOUSE_URL: string
  LIULIANG_DATA: string
  LIULIANG_SECRET_KEY: string
}> {
  const name = `empty_${randomUUID().replaceAll('-', '').slice(0, 12)}`
  const admin = new pg.Client({ connectionString: inject('databaseUrl').replace(/\/[^/]*$/, '/postgres') })
  await admin.connect()
  await admin.query(`create database ${name}`)
  await admin.end()
  return {
    DATABASE_URL: inject('databaseUrl').replace(/\/[^/]*$/, `/${name}`),
    CLICKHOUSE_URL: new URL(`/${name}`, inject('clickhouseUrl')).href,
    LIULIANG_DATA: join(folder, `liuliang-${name}`),
    LIULIANG_SECRET_KEY: 'a key for tests, forty letters or so long',
  }
}
