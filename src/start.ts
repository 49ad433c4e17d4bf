import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectSandboxArchive } from '#management/archive/connect-sandbox.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { connectSandbox } from '#management/wecom/connect-sandbox.ts'
import type { Config } from '#platform/config.ts'
import { createContext, systemActor } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { migrate, openInstallation } from '#platform/installation.ts'
import { createLogger, type Logger } from '#platform/log.ts'
import { aborted, untilSignal } from '#platform/process.ts'
import { version } from '#platform/version.ts'
import { buildConsole } from './build-console.ts'
import { fillWithDemo } from './demo/fill.ts'
import { type Engines, readAddress, startEngines, writeAddress } from './engines.ts'
import { chooseSandboxPort, withPorts } from './ports.ts'
import { environmentOf, type Kept, keep } from './supervisor.ts'
import { firstTenant } from './workspace.ts'

export type StartOptions = { sandbox: boolean; json: boolean; demo?: boolean }

/** What somebody needs to begin, printed when everything serves. */
type Welcome = {
  url: string
  sandboxUrl: string | null
  phoneUrl: string | null
  login: string | null
  password: string | null
  apiKey: string
}

/** Starts everything and stays until a signal; then stops web → worker → sandbox → ClickHouse → PostgreSQL. */
export async function start(config: Config, options: StartOptions): Promise<void> {
  const signal = untilSignal()
  const log = createLogger(config.logLevel, 'supervisor')
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  takeFolder(config)
  const say = (text: string) => process.stderr.write(`${text}\n`)
  const engines = await startEngines(await withPorts(config), log)
  const kept: Kept[] = []
  try {
    say('Engines are up.')
    await migrate(engines.config)
    const [welcome] = await Promise.all([startProcesses(engines, options, log, kept, say), buildConsole(say)])
    say(welcomeText(welcome))
    if (options.json) process.stdout.write(`${JSON.stringify(welcome)}\n`)
    await aborted(signal)
    say('Stopping …')
  } finally {
    for (const one of kept) await one.stop()
    await engines.stop()
    rmSync(join(config.dataDir, 'workspace.json'), { force: true })
    rmSync(join(config.dataDir, 'supervisor.pid'), { force: true })
  }
}

/** One supervisor a folder. */
function takeFolder(config: Config): void {
  const file = join(config.dataDir, 'supervisor.pid')
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (holder && holder !== process.pid && isSupervisor(holder)) {
    const url = readAddress(config.dataDir)?.url
    throw appError('start.already_running', {
      message: `Liuliang already runs on ${config.dataDir}${url ? ` at ${url}` : ''} (process ${holder}).`,
    })
  }
  writeFileSync(file, String(process.pid))
}

function isSupervisor(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !existsSync('/proc') || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('cli.ts')
  } catch {
    return false
  }
}

async function startProcesses(
  engines: Engines,
  options: StartOptions,
  log: Logger,
  kept: Kept[],
  say: (text: string) => void,
): Promise<Welcome> {
  const { config } = engines
  const sandbox = options.sandbox && !process.env.WECOM_BASE_URL ? await startSandbox(config, log, kept) : undefined
  const configured = sandbox ? { ...config, wecom: { baseUrl: sandbox.url, openUrl: sandbox.url, loginUrl: sandbox.url } } : config
  const env = environmentOf(configured)
  const installation = await openInstallation(configured, 'supervisor')
  const first = await createTenantWithOwner(installation, firstTenant)
  const note = (name: string) => (restarts: number) =>
    void installation.databases.systemPool
      .query(
        'insert into processes (name, started_at, beat_at, restarts, version) values ($1, now(), now(), $2, $3) on conflict (name) do update set restarts = $2, started_at = now()',
        [name, restarts, version],
      )
      .catch(() => undefined)
  noteEngineRestarts(engines, note)
  const worker = keep({ name: 'worker', file: './worker.ts', env, log, onRestart: note('worker') })
  const web = keep({ name: 'web', file: './web.ts', env, log, onRestart: note('web') })
  kept.unshift(web, worker)
  await Promise.all([web.ready, worker.ready])
  writeAddress(config.dataDir, {
    pid: process.pid,
    url: config.publicUrl,
    token: first.apiKey,
    databaseUrl: String(config.databaseUrl),
    clickhouseUrl: String(config.clickhouseUrl),
    wecom: configured.wecom,
  })
  const ctx = createContext(installation, first.tenantId, systemActor, 'start')
  if (sandbox) {
    say('Connecting the WeCom sandbox …')
    await connectSandbox(ctx, sandbox.url)
  }
  if (options.demo) await fillWithDemo(createContext({ ...installation, config: configured }, first.tenantId, systemActor, 'demo'), { say })
  // From now on: what the demo company lived through was said before anybody kept it.
  if (sandbox) await connectSandboxArchive(ctx, sandbox.url)
  return {
    url: config.publicUrl,
    sandboxUrl: sandbox?.url ?? null,
    phoneUrl: sandbox?.phoneUrl ?? null,
    login: first.login,
    password: first.password,
    apiKey: first.apiKey,
  }
}

async function startSandbox(config: Config, log: Logger, kept: Kept[]): Promise<{ url: string; phoneUrl: string }> {
  const port = await chooseSandboxPort(config.dataDir, config.port + 1)
  const sandbox = keep({
    name: 'sandbox',
    file: '../sandbox/main.ts',
    args: ['--port', String(port), '--data', join(config.dataDir, 'sandbox'), '--json'],
    env: {},
    log,
  })
  kept.push(sandbox)
  return (await sandbox.ready) as { url: string; phoneUrl: string }
}

function noteEngineRestarts(engines: Engines, note: (name: string) => (restarts: number) => void): void {
  const noted = { postgres: -1, clickhouse: -1 }
  const look = () => {
    for (const name of ['postgres', 'clickhouse'] as const) {
      if (noted[name] === engines.restarts[name]) continue
      noted[name] = engines.restarts[name]
      note(name)(noted[name])
    }
  }
  look()
  setInterval(look, 1000).unref()
}

function welcomeText(welcome: Welcome): string {
  const lines = ['', `  Liuliang 留量 ${version}`, '', `  控制台 Console        ${welcome.url}`]
  if (welcome.password) lines.push(`  首次登录 First login  ${welcome.login} / ${welcome.password}`)
  else lines.push(`  登录 Login            ${welcome.login}`)
  if (welcome.sandboxUrl) lines.push(`  企业微信沙箱 Sandbox  ${welcome.sandboxUrl}`, `  虚拟手机 Phone        ${welcome.phoneUrl}`)
  return [...lines, '', '  Ctrl-C 停止 stops everything.', ''].join('\n')
}
