import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClickHouse, openClickHouse } from './clickhouse.ts'
import type { Config } from './config.ts'
import type { Installation } from './context.ts'
import { type Databases, openDatabases } from './database.ts'
import { appError } from './errors.ts'
import { createIdCodec } from './ids.ts'
import { createLogger, type Logger } from './log.ts'
import { createClickHouseDatabase, migrateClickHouse, migratePostgres } from './migrations.ts'
import { createSecretBox, readSecretKey } from './secrets.ts'

/** Opens both engines for a process. Needs migrated databases. */
export async function openInstallation(config: Config, name: string): Promise<Installation & { close(): Promise<void> }> {
  const { databaseUrl, clickhouseUrl } = engineUrls(config)
  const databases = openDatabases(databaseUrl)
  const clickhouse = openClickHouse(clickhouseUrl)
  const log = createLogger(config.logLevel, name)
  const ids = createIdCodec(await whenReachable(log, () => idKey(databases)))
  const close = async () => {
    await Promise.all([databases.close(), clickhouse.close()])
  }
  return { config, databases, clickhouse, ids, secrets: createSecretBox(readSecretKey(config)), log, now: () => new Date(), close }
}

/** Brings both engines to this version. */
export async function migrate(config: Config): Promise<{ postgres: string[]; clickhouse: string[] }> {
  const { databaseUrl, clickhouseUrl } = engineUrls(config)
  const { applied: postgres } = await migratePostgres(databaseUrl)
  await using server = disposable(openClickHouse(new URL('/default', clickhouseUrl).href))
  await createClickHouseDatabase(server, clickhouseUrl)
  await using database = disposable(openClickHouse(clickhouseUrl))
  const { applied: clickhouse } = await migrateClickHouse(database)
  return { postgres, clickhouse }
}

const disposable = (clickhouse: ClickHouse) => Object.assign(clickhouse, { [Symbol.asyncDispose]: () => clickhouse.close() })

/**
 * A process may be started while PostgreSQL is coming back: it waits for up to a minute and says so once. Refusals for other
 * reasons are not waited for.
 */
export async function whenReachable<T>(log: Logger, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (!isAway(error) || attempt === 300) throw error
      if (attempt === 1) log.warn({ reason: (error as Error).message }, 'PostgreSQL is not there yet, waiting for it')
      await sleep(200)
    }
  }
}

const away = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', '57P01', '57P02', '57P03', '08000', '08003', '08006'])

/** The driver has no code for a connection that broke in its hands. */
const isAway = (error: unknown): boolean =>
  away.has((error as { code?: string }).code ?? '') ||
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect/.test((error as Error).message)

function engineUrls(config: Config): { databaseUrl: string; clickhouseUrl: string } {
  const { databaseUrl, clickhouseUrl } = config
  if (!databaseUrl || !clickhouseUrl)
    throw appError('config.no_engines', {
      message: 'This process needs DATABASE_URL and CLICKHOUSE_URL; `npm start` sets both to the embedded engines.',
    })
  return { databaseUrl, clickhouseUrl }
}

/** Made once and kept with the data, so that ids outside survive backup and restore. */
async function idKey(databases: Databases): Promise<Buffer> {
  await databases.systemPool.query("insert into installation (name, value) values ('id_key', $1) on conflict do nothing", [
    randomBytes(16).toString('hex'),
  ])
  const found = await databases.systemPool.query("select value from installation where name = 'id_key'")
  return Buffer.from(found.rows[0].value, 'hex')
}
