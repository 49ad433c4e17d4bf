import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { readConfig } from '../config.ts'
import { type Context, createContext, type Installation, systemActor } from '../context.ts'
import { migrate, openInstallation } from '../installation.ts'

export type TestWorkspace = Installation & {
  /** A new tenant, and a context that may everything in it. */
  newTenant(facts?: { timezone?: string; currency?: string }): Promise<Context>
  /** Moves the clock of this installation. */
  setNow(at: Date | string): void
  /** URLs of this workspace's own databases, for child processes. */
  env: Record<string, string>
}

/** Databases of somebody's own in the engines of the run: a clone of the migrated template takes about 0.04 s. */
export async function ownDatabases(): Promise<{ DATABASE_URL: string; CLICKHOUSE_URL: string }> {
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  return {
    DATABASE_URL: await cloneTemplate(inject('databaseUrl'), name),
    CLICKHOUSE_URL: new URL(`/${name}`, inject('clickhouseUrl')).href,
  }
}

/** Databases of this test file's own and an installation on them. */
export async function openTestWorkspace(extra: Record<string, string> = {}): Promise<TestWorkspace> {
  const databases = await ownDatabases()
  const name = new URL(databases.CLICKHOUSE_URL).pathname.slice(1)
  const env = {
    LIULIANG_DATA: mkdtempSync(join(tmpdir(), `${name}-`)),
    LIULIANG_SECRET_KEY: 'a key for tests, forty letters or so long',
    LIULIANG_LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
    ...databases,
    ...extra,
  }
  const config = readConfig(env)
  await migrate(config)
  const installation = await openInstallation(config, 'test')
  let now: Date | undefined
  installation.now = () => now ?? new Date()
  afterAll(async () => {
    await installation.clickhouse.command(`drop database if exists ${name}`)
    await installation.close()
  })
  return {
    ...installation,
    now: () => installation.now(),
    newTenant: (facts) => newTenant(installation, facts),
    setNow: (at) => (now = new Date(at)),
    env,
  }
}

async function cloneTemplate(url: string, name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, '/postgres') })
  await admin.connect()
  const template = url.split('/').at(-1)?.split('?')[0]
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        await admin.query(`create database ${name} template ${template}`)
        break
      } catch (error) {
        // Another file is cloning at this very moment.
        if (attempt === 50 || (error as { code?: string }).code !== '55006') throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  } finally {
    await admin.end()
  }
  return url.replace(/\/[^/]*$/, `/${name}`)
}

async function newTenant(installation: Installation, facts: { timezone?: string; currency?: string } = {}): Promise<Context> {
  const { id } = await installation.databases.system
    .insertInto('tenants')
    .values({ name: '测试公司', timezone: facts.timezone ?? 'Asia/Shanghai', currency: facts.currency ?? 'CNY' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return createContext(installation, id, systemActor, `test-${id}`)
}
