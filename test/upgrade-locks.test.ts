import { setTimeout as sleep } from 'node:timers/promises'
import type { Hono } from 'hono'
import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import type { AppEnv } from '#platform/http/router.ts'
import { type Migration, migratePostgres, readMigrations } from '#platform/migrations.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

// A migration while somebody works: pages go on, and nothing is changed by halves.

let workspace: TestWorkspace
let app: Hono<AppEnv>
let apiKey: string

beforeAll(async () => {
  workspace = await openTestWorkspace()
  app = createApp(workspace)
  ;({ apiKey } = await createTenantWithOwner(workspace, { name: '公司', login: 'owner' }))
})

let further = 0
const withNext = (name: string, sql: string): Migration[] => {
  const known = readMigrations('postgres')
  return [...known, { number: (known.at(-1)?.number ?? 0) + ++further, name, sql, checksum: '' }]
}

/** A transaction that has read customers and stays open, such as a long export. */
async function longReader(): Promise<{ pid: number; end(): Promise<void> }> {
  const client = new pg.Client({ connectionString: workspace.env.DATABASE_URL, application_name: 'long export' })
  await client.connect()
  await client.query('begin; select count(*) from customers')
  const { rows } = await client.query('select pg_backend_pid() as pid')
  return { pid: rows[0].pid, end: () => client.end() }
}

/** Asks for the customers page again and again; the slowest answer, in milliseconds. */
async function slowestPage(signal: AbortSignal): Promise<{ slowest: number; pages: number }> {
  let [slowest, pages] = [0, 0]
  while (!signal.aborted) {
    const asked = performance.now()
    const answer = await app.request('/api/v1/customers', { headers: { Authorization: `Bearer ${apiKey}` } })
    expect(answer.status).toBe(200)
    slowest = Math.max(slowest, performance.now() - asked)
    pages++
    await sleep(10)
  }
  return { slowest, pages }
}

const columns = async (name: string): Promise<number> =>
  (await workspace.databases.systemPool.query("select from pg_attribute where attrelid = 'customers'::regclass and attname = $1", [name]))
    .rowCount ?? 0

describe('a migration that must wait for a table', () => {
  test('lets pages through again and again, and is applied when the table is free', async () => {
    const reader = await longReader()
    const stop = new AbortController()
    const pages = slowestPage(stop.signal)
    const migrating = migratePostgres(
      String(workspace.env.DATABASE_URL),
      withNext('later.sql', 'alter table customers add column later_note text'),
      { lockMs: 400, pauseMs: 300, totalMs: 60_000 },
    )
    await sleep(4_000)
    expect(await columns('later_note')).toBe(0)
    await reader.end()
    expect(await migrating).toEqual({ applied: ['later.sql'] })
    stop.abort()
    const { slowest, pages: asked } = await pages
    expect(await columns('later_note')).toBe(1)
    // Whoever stands behind the waiting ALTER waits as long as it does; behind one that waited to the end it would be 4 s.
    expect(slowest).toBeLessThan(2_500)
    expect(asked).toBeGreaterThan(5)
  })

  test('lets the transaction live that would wait for it in turn', async () => {
    const request = new pg.Client({ connectionString: workspace.env.DATABASE_URL })
    await request.connect()
    await request.query('begin; update customers set listed = listed')
    const sql = 'alter table orders add column crossed_note text; alter table customers add column crossed_note text'
    const migrating = migratePostgres(String(workspace.env.DATABASE_URL), withNext('0098_crossed.sql', sql))
    // It would hold orders and wait for customers, as the request does the other way round; having found no deadlock in its own
    // first second, it would leave the next one to be found at the request's expense.
    await sleep(1_300)
    await request.query('update orders set lines = lines')
    await request.query('commit')
    await request.end()
    expect(await migrating).toEqual({ applied: ['0098_crossed.sql'] })
    expect(await columns('crossed_note')).toBe(1)
  })

  test('gives up in the end with the names of those who stand in its way, and has changed nothing', async () => {
    const reader = await longReader()
    const sql = 'create table half_done (tenant_id int); alter table customers add column never_note text'
    await expect(
      migratePostgres(String(workspace.env.DATABASE_URL), withNext('0099_never.sql', sql), {
        lockMs: 200,
        pauseMs: 50,
        totalMs: 600,
      }),
    ).rejects.toMatchObject({ code: 'migration.blocked', message: expect.stringContaining(`process ${reader.pid}, long export`) })
    await reader.end()
    expect(await columns('never_note')).toBe(0)
    expect((await workspace.databases.systemPool.query("select to_regclass('half_done') as found")).rows[0].found).toBeNull()
  })

  test('a mistake in it is told at once, without waiting', async () => {
    const began = performance.now()
    await expect(
      migratePostgres(String(workspace.env.DATABASE_URL), withNext('0099_wrong.sql', 'alter table nobody add column x int')),
    ).rejects.toMatchObject({ code: 'migration.failed', message: expect.stringContaining('nobody') })
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})
