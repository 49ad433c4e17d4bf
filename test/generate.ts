// `npm run generate`: the database types and the schema dump, from a freshly migrated database.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres } from '#platform/embedded/postgres.ts'
import { migratePostgres } from '#platform/migrations.ts'
import { dumpSchema } from '#platform/schema-dump.ts'

const root = join(import.meta.dirname, '..')
const typesFile = join(root, 'src/platform/database.generated.ts')
const folder = mkdtempSync(join(tmpdir(), 'liuliang-generate-'))
const postgres = await startPostgres(folder)
try {
  await migratePostgres(postgres.url)
  const url = new URL(postgres.url)
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/kysely-codegen/dist/cli/bin.js'),
      '--dialect=postgres',
      '--camel-case',
      '--date-parser=string',
      `--url=${url.href}`,
      `--out-file=${typesFile}`,
      '--log-level=warn',
      '--exclude-pattern=schema_migrations',
    ],
    { stdio: 'inherit' },
  )
  // The pool reads bigint as number (database.ts); the generator does not know.
  writeFileSync(
    typesFile,
    readFileSync(typesFile, 'utf8').replace(/export type Int8 = .*/, 'export type Int8 = ColumnType<number, number, number>;'),
  )
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  writeFileSync(join(root, 'migrations/postgres/schema.sql'), await dumpSchema(client))
  await client.end()
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
