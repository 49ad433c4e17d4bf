import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readStores } from '#insight/stores/dirty.ts'
import { readConfig } from '#platform/config.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { type Consumer, consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { createInboxWriter } from '#platform/events/inbox.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { migrate, openInstallation } from '#platform/installation.ts'
import { backup, restore } from '#platform/operations/backup.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { emptyDatabases } from './support/empty-databases.ts'

const folder = mkdtempSync(join(tmpdir(), 'liuliang-operations-'))
const root = join(import.meta.dirname, '..')
const happened = defineEvent('thing.happened', { title: { zh: '发生', en: 'Happened' }, properties: z.object({ n: z.int() }) })
const nobody = async (_tenant: number, references: unknown[]) => references.map(() => 42)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('backup and restore', () => {
  test('bring every event and row back exactly once, also those on their way', async () => {
    const workspace = await openTestWorkspace()
    const ctx = await workspace.newTenant()
    const urls = {
      databaseUrl: String(workspace.env.DATABASE_URL),
      clickhouseUrl: String(workspace.env.CLICKHOUSE_URL),
      dataDir: String(workspace.env.LIULIANG_DATA),
    }
    for (let n = 0; n < 5; n++) await inTransaction(ctx, async (ctx) => emit(ctx, happened, { customerId: n, properties: { n } }))
    while ((await loadOnce(workspace, nobody)) > 0);
    // One load ended between insert and delete, one batch still waits.
    const dying = {
      ...workspace,
      clickhouse: {
        ...workspace.clickhouse,
        insert: async (...parts: Parameters<typeof workspace.clickhouse.insert>) => {
          await workspace.clickhouse.insert(...parts)
          throw new Error('killed')
        },
      },
    }
    await inTransaction(ctx, async (ctx) => emit(ctx, happened, { customerId: 9, properties: { n: 100 } }))
    await loadOnce(dying, nobody).catch(() => undefined)
    await createInboxWriter(workspace.databases).append(ctx.tenantId, [
      { name: 'page.viewed', person: 'p', at: '2026-01-02T00:00:00.000Z', properties: {} },
    ])
    // What was built beside the events stays behind.
    const { systemPool } = workspace.databases
    await systemPool.query(
      "insert into trails (tenant_id, year, layout, until_load, first_day, last_day, built_at) values ($1, 2026, 2, 9, '2026-01-01', '2026-01-01', now())",
      [ctx.tenantId],
    )
    await systemPool.query("insert into trail_marks (tenant_id, day, load) values ($1, '2026-01-01', 10)", [ctx.tenantId])
    expect((await readStores(ctx)).trails).toHaveLength(1)
    await backup(urls, join(folder, 'backup'))

    const env = await emptyDatabases(folder)
    const config = readConfig(env)
    await migrate(config)
    await restore({ databaseUrl: env.DATABASE_URL, clickhouseUrl: env.CLICKHOUSE_URL, dataDir: config.dataDir }, join(folder, 'backup'))
    const restored = await openInstallation(config, 'restored')
    const left = await restored.databases.systemPool.query(
      'select (select count(*) from trails) + (select count(*) from trail_marks) as rows, trail_marks_are_whole() as whole',
    )
    expect(left.rows).toEqual([{ rows: 0, whole: true }])
    while ((await loadOnce(restored, nobody)) > 0);
    const rows = await restored.clickhouse.rows<{ name: string; n: string }>(
      "select name, properties['n'] as n from events order by name, toInt32OrZero(n)",
    )
    expect(rows.map(({ name, n }) => `${name} ${n}`)).toEqual(['page.viewed ', ...[0, 1, 2, 3, 4, 100].map((n) => `thing.happened ${n}`)])
    // Ids outside mean the same thing there, and new rows do not collide with old ones.
    expect(restored.ids.decode(ctx.tenantId, 'cus', ctx.ids.encode(ctx.tenantId, 'cus', 7))).toBe(7)
    const again = createContext(restored, ctx.tenantId, systemActor, 'test')
    await inTransaction(again, async (ctx) => emit(ctx, happened, { customerId: 1, properties: { n: 7 } }))
    expect(await loadOnce(restored, nobody)).toBe(1)
    await restored.close()
  })

  test('readers go on where they stood, in a cluster that has counted fewer transactions', async () => {
    const workspace = await openTestWorkspace()
    const ctx = await workspace.newTenant()
    const seen: unknown[] = []
    const reader: Consumer = {
      name: 'reader',
      from: 'beginning',
      events: ['thing.happened'],
      handle: async (_ctx, events) => void seen.push(...events.map(({ properties }) => properties.n)),
    }
    await registerConsumers(workspace, [reader])
    const tell = (into: Context, n: number) =>
      inTransaction(into, async (inside) => emit(inside, happened, { customerId: n, properties: { n } }))
    for (const n of [1, 2, 3]) await tell(ctx, n)
    await consumeAll(workspace, [reader])
    for (const n of [4, 5]) await tell(ctx, n)
    for (const table of ['event_log', 'consumer_positions'])
      await workspace.databases.systemPool.query(`update ${table} set transaction = (transaction::text::bigint + 1000000000)::text::xid8`)
    const urls = {
      databaseUrl: String(workspace.env.DATABASE_URL),
      clickhouseUrl: String(workspace.env.CLICKHOUSE_URL),
      dataDir: String(workspace.env.LIULIANG_DATA),
    }
    await backup(urls, join(folder, 'readers'))
    const env = await emptyDatabases(folder)
    const config = readConfig(env)
    await migrate(config)
    await restore({ databaseUrl: env.DATABASE_URL, clickhouseUrl: env.CLICKHOUSE_URL, dataDir: config.dataDir }, join(folder, 'readers'))
    const restored = await openInstallation(config, 'restored')
    await tell(createContext(restored, ctx.tenantId, systemActor, 'test'), 6)
    await consumeAll(restored, [reader])
    expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5, 6])
    await restored.close()
  })

  test('a workspace that already holds a company is not overwritten, half a backup is not restored', async () => {
    const workspace = await openTestWorkspace()
    await workspace.newTenant()
    const urls = { databaseUrl: String(workspace.env.DATABASE_URL), clickhouseUrl: String(workspace.env.CLICKHOUSE_URL), dataDir: folder }
    await expect(restore(urls, join(folder, 'backup'))).rejects.toMatchObject({ code: 'restore.not_empty' })
    await expect(restore(urls, folder)).rejects.toMatchObject({ code: 'restore.no_backup' })
  })
})

describe('migrations', () => {
  let env: Awaited<ReturnType<typeof emptyDatabases>>
  beforeAll(async () => {
    env = await emptyDatabases(folder)
  })

  test('killed with -9 at random moments, they are whole after the next start', async () => {
    for (const milliseconds of [150, 250, 350, 450]) {
      const child = spawn(process.execPath, [join(root, 'src/cli.ts'), 'migrate', '--json'], {
        env: { ...process.env, ...env },
        stdio: 'ignore',
      })
      await sleep(milliseconds)
      child.kill('SIGKILL')
    }
    await migrate(readConfig(env))
    expect(await migrate(readConfig(env))).toEqual({ postgres: [], clickhouse: [] })
    const installation = await openInstallation(readConfig(env), 'test')
    expect(await installation.clickhouse.rows('select count() as c from events')).toEqual([{ c: 0 }])
    await installation.close()
  })

  test('data of a newer version is refused with words', async () => {
    const client = new pg.Client({ connectionString: env.DATABASE_URL })
    await client.connect()
    await client.query("insert into schema_migrations (number, name, checksum) values (9999, '9999_future.sql', '')")
    await expect(migrate(readConfig(env))).rejects.toMatchObject({
      code: 'migration.newer_database',
      message: expect.stringContaining('newer version'),
    })
    await client.query('delete from schema_migrations where number = 9999')
    await client.end()
  })
})
