import { randomUUID } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClickHouse, openClickHouse } from '#platform/clickhouse.ts'
import { createClickHouseDatabase, migrateClickHouse, migratePostgres, readMigrations } from '#platform/migrations.ts'
import { emptyDatabases } from './support/empty-databases.ts'
import { filesNaming, versionBefore } from './upgrade-previous.ts'
import { clickhouseBreaks, clickhouseShape, postgresBreaks, postgresShape } from './upgrade-rules.ts'

// The previous version runs on while a migration is applied and after it: every migration only adds.

/** The schema before there was a version to come from. */
const first = { postgres: 11, clickhouse: 1 }

const root = join(import.meta.dirname, '..')

/** An empty ClickHouse database. */
async function databaseOfItsOwn(): Promise<ClickHouse & AsyncDisposable> {
  const { CLICKHOUSE_URL } = await emptyDatabases()
  const server = openClickHouse(new URL('/default', CLICKHOUSE_URL).href)
  await createClickHouseDatabase(server, CLICKHOUSE_URL)
  await server.close()
  const clickhouse = openClickHouse(CLICKHOUSE_URL)
  return Object.assign(clickhouse, { [Symbol.asyncDispose]: () => clickhouse.close() })
}
const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))

/** By these sources, and by those from before the migration where the history is at hand. */
function isCalledBefore(file: string): (name: string) => boolean {
  const before = versionBefore(file)
  return (name) =>
    sources.some((source) => new RegExp(`\\b${name}\\b`).test(source)) ||
    ('commit' in before && filesNaming(before.commit, name).length > 0)
}

describe('PostgreSQL', () => {
  let client: pg.Client
  const later = readMigrations('postgres').filter(({ number }) => number > first.postgres)

  beforeAll(async () => {
    const { DATABASE_URL } = await emptyDatabases()
    await migratePostgres(
      DATABASE_URL,
      readMigrations('postgres').filter(({ number }) => number <= first.postgres),
    )
    client = new pg.Client({ connectionString: DATABASE_URL })
    await client.connect()
  })
  afterAll(() => client.end())

  test.each(later)('$name only adds', async ({ name, sql }) => {
    const before = await postgresShape(client)
    await client.query(`begin; ${sql}`)
    const after = await postgresShape(client)
    await client.query('commit')
    expect(postgresBreaks(before, after, isCalledBefore(`migrations/postgres/${name}`))).toEqual([])
  })

  test('the rules see the whole schema', async () => {
    const { tables, columns, rules, functions, promises } = await postgresShape(client)
    expect(tables.size).toBeGreaterThan(40)
    expect(columns.get('customers.canonical_id')).toMatchObject({ type: 'integer', required: true })
    expect(rules.get('customers: customers_pkey')).toMatchObject({ unique: true, columns: ['tenant_id', 'id'] })
    expect(functions.has('refresh_customers(integer[])')).toBe(true)
    expect([...promises]).toEqual(
      expect.arrayContaining([
        'trigger preset_roles on tenants',
        'policy tenant on customers',
        'right of liuliang_app to select customers',
        'right of liuliang_system to call event_horizon()',
      ]),
    )
  })

  // One a rule, and what must be said about it.
  test.each([
    ['drop table dead_letters', 'table dead_letters is gone'],
    ['alter table tags rename to labels', 'table tags is gone'],
    ['drop table login_attempts; create table login_attempts (n int)', 'table login_attempts is made anew'],
    ['alter table customers drop column company', 'column customers.company is gone'],
    ['alter table customers rename column company to firm', 'column customers.company is gone'],
    ['alter table customers drop column company; alter table customers add column company text', 'column customers.company is made anew'],
    ['alter table customers alter column company set not null', 'column customers.company becomes not null'],
    ['alter table customers alter column paid_minor type numeric', 'column customers.paid_minor changes its type from bigint to numeric'],
    ['alter table customers add column grade int not null', 'new column customers.grade is not null and has no default'],
    ['alter table customers alter column kind drop default', 'column customers.kind loses its default'],
    [
      'alter table customers add constraint grown check (orders_count < 100)',
      'new rule customers: grown may refuse what the previous version writes',
    ],
    [
      'create unique index one_name on customers (tenant_id, name)',
      'new rule customers: one_name may refuse what the previous version writes',
    ],
    [
      'alter table customer_totals drop constraint customer_totals_pkey',
      'uniqueness customer_totals: customer_totals_pkey is gone, "on conflict" may name it',
    ],
    ['drop function letter_pairs(text)', 'function letter_pairs(text) is gone and was called'],
    ['drop function event_horizon()', 'function event_horizon() is gone and was called'],
    [
      `drop function event_horizon(); create function event_horizon() returns xid8 language sql as $$ select pg_snapshot_xmin(pg_current_snapshot()) $$;
       grant execute on function event_horizon() to liuliang_system`,
      'function event_horizon() is gone and was called',
    ],
    ['drop trigger preset_roles on tenants', 'trigger preset_roles on tenants is gone'],
    ['drop policy tenant on customers', 'policy tenant on customers is gone'],
    ['revoke insert on customers from liuliang_app', 'right of liuliang_app to insert customers is gone'],
    ["do $$ begin execute 'alter table customers ' || 'drop column company'; end $$", 'column customers.company is gone'],
  ])('%s: refused', async (sql, complaint) => {
    expect(await breaksOf(sql)).toContain(complaint)
  })

  test.each([
    'create table layers (tenant_id int, id int, name text not null, primary key (tenant_id, id))',
    'alter table customers add column grade int not null default 0, add column note text, add check (grade >= 0)',
    'alter table customers add column code text; create unique index customers_code on customers (tenant_id, code) where code is not null',
    'create index customers_company on customers (tenant_id, company)',
    'alter table customers alter column name drop not null',
    'create or replace function letter_pairs(text text) returns text language sql immutable as $$ select text $$',
    'create function nobody_asks(n int) returns int language sql as $$ select n $$; drop function nobody_asks(int)',
    'insert into installation (name, value) values ($$a$$, $$b$$)',
  ])('%s: fine', async (sql) => {
    expect(await breaksOf(sql)).toEqual([])
  })

  async function breaksOf(sql: string): Promise<string[]> {
    await client.query('begin')
    try {
      const before = await postgresShape(client)
      await client.query(sql)
      return postgresBreaks(before, await postgresShape(client), isCalledBefore('migrations/postgres/none.sql'))
    } finally {
      await client.query('rollback')
    }
  }
})

describe('ClickHouse', () => {
  let clickhouse: ClickHouse
  const later = readMigrations('clickhouse').filter(({ number }) => number > first.clickhouse)

  beforeAll(async () => {
    clickhouse = await databaseOfItsOwn()
    await migrateClickHouse(
      clickhouse,
      readMigrations('clickhouse').filter(({ number }) => number <= first.clickhouse),
    )
  })
  afterAll(() => clickhouse.close())

  /** A table of the same columns in its place, with all that it held: the version before this one reads and writes it as it did. */
  const exchanged: Record<string, string[]> = { '0009_fine_active.sql': ['table active is made anew'] }

  test('every migration only adds', async () => {
    for (const { number, name } of later) {
      const before = await clickhouseShape(clickhouse)
      await migrateClickHouse(
        clickhouse,
        readMigrations('clickhouse').filter((one) => one.number <= number),
      )
      expect({ name, breaks: clickhouseBreaks(before, await clickhouseShape(clickhouse)) }).toEqual({ name, breaks: exchanged[name] ?? [] })
    }
    expect((await clickhouseShape(clickhouse)).columns.get('events.person')).toMatchObject({ type: 'UInt32', computed: false })
  })

  test('a table that is exchanged keeps what it held, wherever the migration was ended and begun again', async () => {
    const counts =
      'select name, sum(active.events) as times, bitmapCardinality(groupBitmapMergeState(persons)) as people from active group by name order by name'
    for (let statements = 0; statements <= 6; statements++) {
      await using other = await databaseOfItsOwn()
      const known = (until: number) => readMigrations('clickhouse').filter(({ number }) => number <= until)
      await migrateClickHouse(other, known(8))
      const event = { tenant: 1, at: Date.UTC(2026, 4, 1), name: 'page.viewed', properties: {}, received_at: 0, load: 0 }
      await other.insert(
        'events',
        [1, 2].map((person) => ({ ...event, person, id: randomUUID() })),
      )
      let left = statements
      const dying = { ...other, command: async (sql: string) => (left-- > 0 ? other.command(sql) : Promise.reject(new Error('killed'))) }
      // Noting the number is an insert: with six statements only that is left.
      await migrateClickHouse(dying, known(9)).catch(() => undefined)
      await migrateClickHouse(other, known(9))
      await other.insert('events', [{ ...event, person: 3, id: randomUUID() }])
      const one = (name: string) => ({ name, times: 3, people: 3 })
      expect(await other.rows(counts), `ended after ${statements} statements`).toEqual([one('*'), one('page.viewed')])
      const [found] = await other.rows<{ fine: number }>(
        "select position(create_table_query, 'index_granularity = 16') > 0 as fine from system.tables where database = currentDatabase() and name = 'active'",
      )
      expect(found?.fine).toBe(1)
    }
  })

  test.each([
    [['drop table example'], ['table example is gone']],
    [['rename table example to other_example'], ['table example is gone']],
    [
      ['drop table example sync', 'create table example (n UInt32) engine = MergeTree order by n'],
      ['table example is made anew', 'column example.word is gone'],
    ],
    [['alter table example drop column word'], ['column example.word is gone']],
    [['alter table example rename column word to words'], ['column example.word is gone']],
    [
      ['alter table example modify column word LowCardinality(String)'],
      ['column example.word changes its type from String to LowCardinality(String)'],
    ],
    [["alter table example modify column word String materialized 'x'"], ['column example.word can no longer be written']],
    [
      ["alter table example add column more String default 'x'", 'create table second_example (n UInt32) engine = MergeTree order by n'],
      [],
    ],
  ])('%s', async (statements, complaints) => {
    for (const name of ['example', 'other_example', 'second_example']) await clickhouse.command(`drop table if exists ${name} sync`)
    await clickhouse.command('create table example (n UInt32, word String) engine = MergeTree order by n')
    const before = await clickhouseShape(clickhouse)
    for (const statement of statements) await clickhouse.command(statement)
    expect(clickhouseBreaks(before, await clickhouseShape(clickhouse))).toEqual(complaints)
  })
})
