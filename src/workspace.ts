import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import type { Config } from '#platform/config.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { migrate, openInstallation } from '#platform/installation.ts'
import { runDueJobs } from '#platform/jobs.ts'
import { createLogger } from '#platform/log.ts'
import { consumers, jobs } from './app.ts'
import { readAddress, startEngines } from './engines.ts'

/** The company of a new workspace; its owner renames it. */
export const firstTenant = { name: '我的企业', login: 'admin' }

/** A workspace that nobody serves, opened by a command for itself. */
export type OpenWorkspace = {
  installation: Installation
  ctx: Context /** Runs consumers, jobs and the loader until nothing waits. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** The data folder's workspace: of a running one its engines, where its own worker does what follows, else opened for this command alone. */
export async function openWorkspace(config: Config): Promise<OpenWorkspace> {
  const running = readAddress(config.dataDir)
  return running
    ? joinWorkspace({
        ...config,
        publicUrl: running.url,
        databaseUrl: running.databaseUrl,
        clickhouseUrl: running.clickhouseUrl,
        // Its WeCom may be the sandbox, which only the supervisor knows.
        wecom: running.wecom ?? config.wecom,
      })
    : startWorkspace(config)
}

async function joinWorkspace(config: Config): Promise<OpenWorkspace> {
  const installation = await openInstallation(config, 'command')
  const { tenantId } = await createTenantWithOwner(installation, firstTenant)
  return {
    installation,
    ctx: createContext(installation, tenantId, systemActor, `command-${process.pid}`),
    settle: () => untilLoaded(installation),
    close: () => installation.close(),
  }
}

async function startWorkspace(config: Config): Promise<OpenWorkspace> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const engines = await startEngines(config, createLogger(config.logLevel, 'engines'))
  try {
    await migrate(engines.config)
    const installation = await openInstallation(engines.config, 'command')
    const { tenantId } = await createTenantWithOwner(installation, firstTenant)
    await registerConsumers(installation, consumers)
    const close = async () => {
      await installation.close()
      await engines.stop()
    }
    return {
      installation,
      ctx: createContext(installation, tenantId, systemActor, `command-${process.pid}`),
      settle: () => settle(installation),
      close,
    }
  } catch (error) {
    await engines.stop()
    throw error
  }
}

/** The same in a folder that is gone afterwards. */
export async function openThrowAwayWorkspace(config: Config): Promise<OpenWorkspace> {
  const dataDir = mkdtempSync(join(tmpdir(), 'liuliang-analyze-'))
  const workspace = await startWorkspace({ ...config, dataDir, databaseUrl: undefined, clickhouseUrl: undefined })
  const close = async () => {
    await workspace.close()
    rmSync(dataDir, { recursive: true, force: true })
    rmSync(`${dataDir}.key`, { force: true })
  }
  return { ...workspace, close }
}

/** Waits until the running worker has moved everything that waited when it was asked. */
async function untilLoaded({ databases: { systemPool } }: Installation): Promise<void> {
  const { rows } = await systemPool.query('select coalesce(max(seq), 0) as last from event_inbox')
  while ((await systemPool.query('select 1 from event_inbox where seq <= $1 limit 1', [rows[0].last])).rowCount !== 0) await sleep(100)
}

/** Everything that follows from what was written: two quiet rounds mean that nothing more does. */
export async function settle(installation: Installation): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const moved =
      (await consumeAll(installation, consumers)) +
      (await runDueJobs(installation, jobs)) +
      (await loadOnce(installation, resolvePersons(installation)))
    quiet = moved === 0 ? quiet + 1 : 0
  }
}
