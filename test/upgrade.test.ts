import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { freePort } from '#app/ports.ts'
import { readConfig } from '#platform/config.ts'
import type { Installation } from '#platform/context.ts'
import { openInstallation } from '#platform/installation.ts'
import { emptyDatabases } from './support/empty-databases.ts'
import { previousVersion, unpack } from './upgrade-previous.ts'
import { type Ledger, startTraffic } from './upgrade-traffic.ts'

// The way to a new version without a pause, as docs/operations.md tells it: migrate beside the running old processes, start the
// new ones, move the traffic, stop the old ones.

const root = join(import.meta.dirname, '..')

test('the previous version goes on while the new one migrates, both work side by side, and nothing acknowledged is lost or doubled', {
  timeout: 240_000,
}, async ({ skip, onTestFinished }) => {
  const leave = (why: string): never => {
    process.stdout.write(`\nThe rolling upgrade was NOT tested: ${why}.\n`)
    return skip(why)
  }
  const found = previousVersion()
  if ('why' in found) return leave(`there is no previous version to come from, ${found.why}`)
  const previous = unpack(found.commit)
  onTestFinished(previous.remove)
  if (previous.missing.length > 0)
    return leave(`the previous version needs ${previous.missing.join(', ')}, which is not installed any more`)
  process.stdout.write(`\nUpgrading from ${found.commit.slice(0, 10)}.\n`)

  const databases = await emptyDatabases()
  onTestFinished(() => rmSync(databases.LIULIANG_DATA, { recursive: true, force: true }))
  const started: Program[] = []
  onTestFinished(async () => void (await Promise.all(started.map(({ stop }) => stop()))))
  const program = async (folder: string, file: string, ...args: string[]) => {
    const port = await freePort()
    const one = startProgram(join(folder, file), args, {
      ...databases,
      LIULIANG_PORT: String(port),
      LIULIANG_PUBLIC_URL: 'https://example.com',
    })
    started.push(one)
    return { ...one, url: `http://127.0.0.1:${port}` }
  }

  const old = await program(previous.folder, 'src/cli.ts', 'start', '--json', '--no-sandbox')
  const { apiKey } = await old.ready
  const traffic = await startTraffic(old.url, String(apiKey))
  onTestFinished(async () => void (await traffic.stop()))
  await sleep(2_500)
  const before = sizes(traffic.ledger)

  const migrated = await runCommand(root, 'migrate', databases)
  expect(migrated.code).toBe(0)
  // Or nothing was tried at all.
  expect(Object.values(migrated.result).flat()).not.toEqual([])
  // A crashed process of the previous version comes back; only what would migrate refuses the newer data.
  const comeBack = await program(previous.folder, 'src/web.ts')
  const [refused] = await Promise.all([runCommand(previous.folder, 'migrate', databases), comeBack.ready])
  expect({ code: refused.code, error: refused.error }).toEqual({ code: 1, error: 'migration.newer_database' })
  const between = sizes(traffic.ledger)
  await traffic.moveTo([old.url, comeBack.url])
  await sleep(2_500)
  expect(traffic.ledger.faults).toEqual([])
  expectProgress(between, sizes(traffic.ledger))

  const [web, worker] = [await program(root, 'src/web.ts'), await program(root, 'src/worker.ts')]
  await Promise.all([web.ready, worker.ready])
  await traffic.moveTo([old.url, web.url])
  await sleep(2_500)
  await traffic.moveTo([web.url])
  expect([await old.stop(), await comeBack.stop()]).toEqual([0, 0])
  const alone = sizes(traffic.ledger)
  await sleep(2_000)
  const ledger = await traffic.stop()

  expect(ledger.faults).toEqual([])
  expectProgress(before, between)
  expectProgress(alone, sizes(ledger))
  const installation = await openInstallation(readConfig(databases), 'upgrade')
  onTestFinished(() => installation.close())
  await atRest(installation)
  await expectStored(installation, ledger)
  await expectReadable(web.url, String(apiKey), ledger)
  expect([await web.stop(), await worker.stop()]).toEqual([0, 0])
  expect([old, comeBack, web, worker].flatMap(({ complaints }) => complaints())).toEqual([])
})

type Program = {
  /** What it says when it serves. */
  ready: Promise<Record<string, unknown>>
  /** Errors in its log, and processes that it had to start again. */
  complaints(): string[]
  stop(): Promise<number | null>
}

function startProgram(file: string, args: string[], env: Record<string, string>): Program {
  const child = spawnProgram(file, args, { ...env, LIULIANG_LOG_LEVEL: 'warn' })
  const log = collect(child.stderr)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Record<string, unknown>))
    child.stdout?.on('data', (text: Buffer) => text.toString().startsWith('{') && resolve(JSON.parse(text.toString())))
    void ended.then((code) => reject(new Error(`${file} ended with ${code}: ${log()}`)))
  })
  ready.catch(() => undefined)
  return {
    ready,
    complaints: () =>
      log()
        .split('\n')
        .filter((line) => line.startsWith('{') && (JSON.parse(line).level >= 50 || /process ended/.test(line))),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** One command of that version's `liuliang`, to its end. */
async function runCommand(folder: string, name: string, env: Record<string, string>) {
  const child = spawnProgram(join(folder, 'src/cli.ts'), [name, '--json'], env)
  const [out, log] = [collect(child.stdout), collect(child.stderr)]
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const lastLine = log().trim().split('\n').at(-1) ?? ''
  return { code, result: JSON.parse(out() || '{}') as Record<string, string[]>, error: code === 0 ? undefined : JSON.parse(lastLine).code }
}

function spawnProgram(file: string, args: string[], env: Record<string, string>): ChildProcess {
  const { NODE_ENV: _, ...own } = process.env
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
    cwd: join(file, '../..'),
    env: { ...own, ...env },
    // A command would not end as long as somebody may talk to it.
    stdio: ['ignore', 'pipe', 'pipe', ...(file.endsWith('cli.ts') ? [] : ['ipc' as const])],
  })
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = ''
  stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return () => text
}

type Sizes = Record<'events' | 'orders' | 'imports' | 'reads', number>

const sizes = ({ events, orders, imports, reads }: Ledger): Sizes => ({ events: events.size, orders: orders.size, imports, reads })

function expectProgress(from: Sizes, to: Sizes): void {
  for (const name of ['events', 'orders', 'reads'] as const) expect({ name, more: to[name] > from[name] }).toEqual({ name, more: true })
}

/** Nothing in the inbox, no job, no event that a consumer has not passed. */
async function atRest({ databases: { systemPool } }: Installation): Promise<void> {
  for (let quiet = 0; quiet < 3; await sleep(200)) {
    const { rows } = await systemPool.query(`
      select (select count(*) from event_inbox) + (select count(*) from event_load) + (select count(*) from jobs where state in ('waiting', 'running'))
        + (select count(*) from consumer_positions p where exists (
            select from event_log e where e.partition = p.partition and (e.transaction, e.seq) > (p.transaction, p.seq))) as waiting`)
    quiet = rows[0].waiting === 0 ? quiet + 1 : 0
  }
}

async function expectStored({ databases: { systemPool }, clickhouse }: Installation, ledger: Ledger): Promise<void> {
  const events = await clickhouse.rows<{ id: string }>("select id from events where name = 'upgrade.sent'")
  expect(events.map(({ id }) => id).sort()).toEqual([...ledger.events].sort())
  const orders = await systemPool.query<{ order_no: string; paid_minor: number }>('select order_no, paid_minor from orders')
  expect(orders.rows.map(({ order_no, paid_minor }) => `${order_no} ${paid_minor}`).sort()).toEqual(
    [...ledger.orders].map(([orderNo, paid]) => `${orderNo} ${paid}`).sort(),
  )
  // Each payment was told once, whichever version's worker told it.
  const [told] = await clickhouse.rows<{ told: number; different: number }>(
    "select count() as told, uniqExact(properties['order']) as different from events where name = 'order.paid'",
  )
  expect(told).toEqual({ told: ledger.orders.size, different: ledger.orders.size })
  const { rows } = await systemPool.query(
    "select (select count(*) from dead_letters) as letters, (select count(*) from quarantined_events) as quarantined, (select count(*) from jobs where state = 'failed') as failed",
  )
  expect(rows[0]).toEqual({ letters: 0, quarantined: 0, failed: 0 })
}

async function expectReadable(url: string, key: string, ledger: Ledger): Promise<void> {
  const read = async (path: string, report?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      ...(report ? { method: 'POST', body: JSON.stringify({ report }) } : {}),
    })
    expect({ path, status: response.status }).toEqual({ path, status: 200 })
    return (await response.json()) as Record<string, unknown>
  }
  for (const [customer, name] of ledger.names) expect((await read(`/api/v1/customers/${customer}`)).name).toBe(name)
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const yesterday = new Date(Date.now() - 16 * 3_600_000).toISOString().slice(0, 10)
  const report = { type: 'trend', dateFrom: yesterday, dateTo: today, series: [{ event: 'upgrade.sent', measure: 'count' }] }
  const { result } = (await read('/api/v1/reports/run', report)) as { result: { series: { values: number[] }[] } }
  expect(result.series[0]?.values.reduce((sum, value) => sum + value, 0)).toBe(ledger.events.size)
}
