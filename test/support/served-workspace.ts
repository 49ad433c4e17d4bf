import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Engines, startEngines } from '#app/engines.ts'
import { freePort } from '#app/ports.ts'
import { environmentOf, type Kept, keep } from '#app/supervisor.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { readConfig } from '#platform/config.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { migrate, openInstallation } from '#platform/installation.ts'
import { createLogger } from '#platform/log.ts'

/** A workspace like `npm start` makes one, in a folder that is gone afterwards: engines, web, worker. */
export type ServedWorkspace = {
  ctx: Context
  url: string
  apiKey: string
  /** The owner's first login; the password must be changed. */
  login: string
  password: string
  engines: Engines
  web: Kept
  worker: Kept
  close(): Promise<void>
}

export async function openServedWorkspace(extra: Record<string, string> = {}): Promise<ServedWorkspace> {
  const dataDir = mkdtempSync(join(tmpdir(), 'liuliang-served-'))
  const port = await freePort()
  const config = readConfig({ LIULIANG_DATA: dataDir, LIULIANG_PORT: String(port), LIULIANG_LOG_LEVEL: 'fatal', ...extra })
  const log = createLogger('fatal', 'bench')
  const engines = await startEngines(config, log)
  await migrate(engines.config)
  const installation = await openInstallation(engines.config, 'bench')
  const { tenantId, apiKey, login, password } = await createTenantWithOwner(installation, { name: 'bench', login: 'admin' })
  const env = environmentOf(engines.config)
  const [web, worker] = [keep({ name: 'web', file: './web.ts', env, log }), keep({ name: 'worker', file: './worker.ts', env, log })]
  await Promise.all([web.ready, worker.ready])
  const close = async () => {
    await Promise.all([web.stop(), worker.stop()])
    await installation.close()
    await engines.stop()
    rmSync(dataDir, { recursive: true, force: true })
    rmSync(`${dataDir}.key`, { force: true })
  }
  return {
    ctx: createContext(installation, tenantId, systemActor, 'bench'),
    url: `http://127.0.0.1:${port}`,
    apiKey,
    login,
    password: password ?? '',
    engines,
    web,
    worker,
    close,
  }
}
