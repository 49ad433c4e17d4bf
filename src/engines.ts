import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '#platform/config.ts'
import { type EmbeddedClickHouse, startClickHouse } from '#platform/embedded/clickhouse.ts'
import { type EmbeddedPostgres, startPostgres } from '#platform/embedded/postgres.ts'
import { createLogger, type Logger } from '#platform/log.ts'

/** The engines of a workspace: embedded ones where the configuration names no URL, watched and started again when they die. */
export type Engines = {
  config: Config
  restarts: { postgres: number; clickhouse: number }
  pids(): Record<string, number | undefined>
  stop(): Promise<void>
}

/** The embedded ClickHouse keeps its port and secret for the life of the supervisor, so that URLs in other processes stay true. */
export async function startEngines(config: Config, log: Logger): Promise<Engines> {
  const postgres = config.databaseUrl ? undefined : await startPostgres(config.dataDir)
  const clickhouse = config.clickhouseUrl ? undefined : await startClickHouse(config.dataDir)
  const running: Running = { postgres, clickhouse, stopping: false, restarts: { postgres: 0, clickhouse: 0 } }
  if (postgres) void watchPostgres(config, running, log)
  if (clickhouse) watchClickHouse(config, running, clickhouse, log)
  return {
    config: {
      ...config,
      databaseUrl: postgres?.url ?? config.databaseUrl,
      clickhouseUrl: clickhouse ? `${clickhouse.url}/liuliang` : config.clickhouseUrl,
    },
    restarts: running.restarts,
    pids: () => ({ postgres: running.postgres?.pid, clickhouse: running.clickhouse?.process.pid }),
    stop: async () => {
      running.stopping = true
      await running.clickhouse?.stop()
      await running.postgres?.stop()
    },
  }
}

type Running = {
  postgres: EmbeddedPostgres | undefined
  clickhouse: EmbeddedClickHouse | undefined
  stopping: boolean
  restarts: Engines['restarts']
}

/** PostgreSQL is no child of ours (it may have been adopted), so it is looked at instead of waited for. */
async function watchPostgres(config: Config, running: Running, log: Logger): Promise<void> {
  while (!running.stopping) {
    await sleep(300, undefined, { ref: false })
    if (running.stopping || isAlive(running.postgres?.pid)) continue
    log.warn('PostgreSQL ended, starting it again')
    // Backends of a killed server need a moment to notice; until then the folder is still held.
    try {
      running.postgres = await startPostgres(config.dataDir)
      running.restarts.postgres++
    } catch (error) {
      log.warn({ err: error }, 'PostgreSQL did not start, trying again')
    }
  }
}

function watchClickHouse(config: Config, running: Running, engine: EmbeddedClickHouse, log: Logger): void {
  const { password, port } = new URL(engine.url)
  engine.process.once('exit', async (code, signal) => {
    while (!running.stopping) {
      log.warn({ code, signal }, 'ClickHouse engine ended, starting it again')
      try {
        running.clickhouse = await startClickHouse(config.dataDir, { port: Number(port), secret: password })
        running.restarts.clickhouse++
        return watchClickHouse(config, running, running.clickhouse, log)
      } catch (error) {
        log.warn({ err: error }, 'ClickHouse engine did not start, trying again')
        await sleep(500, undefined, { ref: false })
      }
    }
  })
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A killed child that nobody has waited for still has a number. */
const isZombie = (pid: number): boolean => existsSync(`/proc/${pid}/stat`) && /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

/** Where a running workspace is to be found, for commands on the same data folder. */
export type Address = { pid: number; url: string; token: string; databaseUrl: string; clickhouseUrl: string; wecom?: Config['wecom'] }

const addressFile = (dataDir: string): string => join(dataDir, 'workspace.json')

export const writeAddress = (dataDir: string, address: Address): void =>
  writeFileSync(addressFile(dataDir), JSON.stringify(address), { mode: 0o600 })

/** Undefined when nothing runs there, whatever file a killed supervisor left. */
export function readAddress(dataDir: string): Address | undefined {
  if (!existsSync(addressFile(dataDir))) return undefined
  const address = JSON.parse(readFileSync(addressFile(dataDir), 'utf8')) as Address
  return isAlive(address.pid) ? address : undefined
}

/** The engines of a running workspace when there is one, else engines started for this piece of work alone. */
export async function withEngines<T>(
  config: Config,
  work: (urls: { databaseUrl: string; clickhouseUrl: string; dataDir: string }) => Promise<T>,
): Promise<T> {
  const { dataDir } = config
  const running = readAddress(dataDir)
  if (running) return work({ dataDir, databaseUrl: running.databaseUrl, clickhouseUrl: running.clickhouseUrl })
  const engines = await startEngines(config, createLogger(config.logLevel, 'engines'))
  try {
    return await work({ dataDir, databaseUrl: String(engines.config.databaseUrl), clickhouseUrl: String(engines.config.clickhouseUrl) })
  } finally {
    await engines.stop()
  }
}
