import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { appError } from '../errors.ts'

export type EmbeddedClickHouse = { url: string; process: ChildProcess; stop(): Promise<void> }

const engine = fileURLToPath(new URL('./clickhouse-engine.ts', import.meta.url))

/** Starts the engine process on `dataDir/clickhouse`. An orphan of a killed supervisor holds the folder: it is ended first. */
export async function startClickHouse(
  dataDir: string,
  options: { port?: number; secret?: string; configFile?: string } = {},
): Promise<EmbeddedClickHouse> {
  const path = join(dataDir, 'clickhouse')
  await endOrphan(path)
  const secret = options.secret ?? randomBytes(24).toString('hex')
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      engine,
      ...['--path', path, '--port', String(options.port ?? 0)],
      ...(options.configFile ? ['--config', options.configFile] : []),
    ],
    {
      // Queries run on libuv's pool: as many threads as connections, and some for files.
      env: { ...process.env, CLICKHOUSE_ENGINE_SECRET: secret, UV_THREADPOOL_SIZE: '16' },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      detached: true,
    },
  )
  const port = await readPort(child)
  return { url: `http://default:${secret}@127.0.0.1:${port}`, process: child, stop: () => stop(child) }
}

function readPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      reject(appError('clickhouse.not_started', { message: `The embedded ClickHouse ended with code ${code} before it was ready.` })),
    )
    child.once('error', reject)
    if (child.stdout) createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line).port))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(10_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))])
}

async function endOrphan(path: string): Promise<void> {
  const file = join(path, 'engine.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8'))
  for (let attempt = 0; isEngine(pid); attempt++) {
    process.kill(pid, attempt < 50 ? 'SIGTERM' : 'SIGKILL')
    await sleep(100)
  }
}

/** Asks the process table, because a pid of an earlier boot may be anybody's by now. */
function isEngine(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !existsSync('/proc') || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('clickhouse-engine')
  } catch {
    return false
  }
}
