import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from '#app/ports.ts'
import { corpBounds, share } from '#connectors/wecom/limits.ts'
import { connectSandbox } from '#management/wecom/connect-sandbox.ts'
import { callbackUrl, findCorp } from '#management/wecom/corps.ts'
import { openSecret } from '#management/wecom/secrets.ts'
import { startSync } from '#management/wecom/sync.ts'
import type { Context } from '#platform/context.ts'
import { openServedWorkspace, type ServedWorkspace } from '#test/support/served-workspace.ts'
import { atLeast, atMost, type Bench, percentile, type Row } from './bench.ts'

const run = promisify(execFile)

/** Customers a page, and what the hour's budget of one list API lets a sync read when it has hours to go. */
const perPage = 100
const budgetAnHour = share(corpBounds.hour ?? 0, 'bulk') * perPage

/** Of a web process that has just started; its p99 is said apart. */
const warmUpSeconds = 15

const offered = { callbacks: 1_000, greeted: 200, greetedWithinMs: 10_000 }

/**
 * A company on the sandbox: read whole for the first time, told of things at a steady rate, and greeting new friends while a
 * second company of that size is being read. Sandbox, PostgreSQL, engine, web, worker and load share this machine.
 */
export const bench: Bench = async (size, say) => {
  const customers = size === 'full' ? 50_000 : 5_000
  const sandbox = await openSandbox()
  const workspace = await openServedWorkspace({ WECOM_BASE_URL: sandbox.url })
  try {
    const { ctx } = workspace
    await connectSandbox(ctx, sandbox.url)
    const { corp, corpId } = await connected(ctx, sandbox)
    await syncDone(ctx)
    const code = await makeCode(workspace)
    say(`Sync: ${customers} customers are read for the first time …`)
    const first = await readWhole(ctx, sandbox, corp, { customers, seed: 'one' })
    say(`${first.friendships} friendships of ${first.customers} customers in ${first.seconds.toFixed(1)} s`)
    await settled(ctx)
    say(`Callbacks: ${offered.callbacks}/s are offered …`)
    const callbacks = await receive(ctx, corp, corpId, size === 'full' ? 30 : 10)
    say(
      `p99 ${callbacks.earlyP99.toFixed(0)} ms in the first ${warmUpSeconds} s of a new web process, ${callbacks.p99.toFixed(0)} ms after them`,
    )
    await settled(ctx)
    say(`Welcomes: ${offered.greeted} people within ${offered.greetedWithinMs / 1000} s while ${customers} more customers are read …`)
    const greetings = await greetDuringSync(ctx, sandbox, { corp, code, customers }, say)
    return [
      {
        ...atLeast('customers read a second', first.customers / first.seconds, 'customers/s', Math.round(budgetAnHour / 3600)),
        baseline: budgetAnHour / 3600,
        ratio: first.customers / first.seconds / (budgetAnHour / 3600),
      },
      atLeast('callbacks answered', callbacks.answered / callbacks.seconds, 'callbacks/s', offered.callbacks * 0.98),
      atMost('  p99 of the answer', callbacks.p99, 'ms', 50),
      atMost('  refused or broken', callbacks.failed, 'callbacks', 0),
      ...greetings,
    ]
  } finally {
    await workspace.close()
    await sandbox.close()
  }
}

type Sandbox = { url: string; ask<T>(method: string, path: string, body?: object): Promise<T>; close(): Promise<void> }

async function openSandbox(): Promise<Sandbox> {
  const data = mkdtempSync(join(tmpdir(), 'liuliang-bench-sandbox-'))
  const port = await freePort()
  const file = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url))
  const flags = ['--disable-warning=ExperimentalWarning', file, '--port', String(port), '--data', data, '--json']
  const child: ChildProcess = spawn(process.execPath, flags, { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  while (
    !(await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(50)
  return {
    url,
    async ask(method, path, body) {
      const init = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const response = await fetch(`${url}${path}`, { method, ...init })
      const answer = await response.json()
      if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
      return answer as never
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.kill('SIGTERM')) await ended
      rmSync(data, { recursive: true, force: true })
    },
  }
}

async function connected(ctx: Context, sandbox: Sandbox): Promise<{ corp: number; corpId: string }> {
  const { items } = await sandbox.ask<{ items: { corpId: string }[] }>('GET', '/sandbox/corps')
  const corpId = items[0]?.corpId ?? ''
  return { corp: (await findCorp(ctx, corpId)) ?? 0, corpId }
}

async function makeCode({ ctx, url, apiKey }: ServedWorkspace): Promise<string> {
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' }
    const response = await fetch(`${url}/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
    return answer as T
  }
  const members = await ctx.db
    .selectFrom('employeeAccounts as a')
    .innerJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'a.tenantId').onRef('e.id', '=', 'a.employeeId'))
    .select('e.name')
    .where('a.tenantId', '=', ctx.tenantId)
    .limit(5)
    .execute()
  const { items } = await ask<{ items: { id: string; name: string }[] }>('GET', '/employees?limit=200')
  const employees = items.filter(({ name }) => members.some((member) => member.name === name)).map(({ id }) => ({ employeeId: id }))
  const code = await ask<{ configId: string | null }>('POST', '/live-codes', {
    name: 'Bench',
    employees,
    welcome: { text: '你好 {nickname}，欢迎！', attachments: [] },
  })
  return String(code.configId)
}

type Company = { customers: number; seed: string }

/** Customers a second from the first page to the last; departments and employees come before. */
async function readWhole(ctx: Context, sandbox: Sandbox, corp: number, company: Company) {
  const before = await counts(ctx)
  await sandbox.ask('POST', '/sandbox/company', { employees: company.customers / 100, customers: company.customers, seed: company.seed })
  await startSync(ctx, corp, 'asked')
  await customersBegin(ctx)
  const startedAt = performance.now()
  await syncDone(ctx)
  const seconds = (performance.now() - startedAt) / 1000
  const after = await counts(ctx)
  return { seconds, customers: after.customers - before.customers, friendships: after.friendships - before.friendships }
}

async function counts(ctx: Context): Promise<{ customers: number; friendships: number }> {
  const { rows } = await ctx.databases.systemPool.query<{ customers: string; friendships: string }>(
    'select count(distinct external_userid) as customers, count(*) as friendships from wecom_follows where tenant_id = $1 and live',
    [ctx.tenantId],
  )
  return { customers: Number(rows[0]?.customers), friendships: Number(rows[0]?.friendships) }
}

const lastSync = (ctx: Context) =>
  ctx.db
    .selectFrom('jobs')
    .select(['state', 'progress', 'error'])
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', 'wecom.sync')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()

async function customersBegin(ctx: Context): Promise<void> {
  while (((await lastSync(ctx)).progress as { step?: string } | null)?.step !== 'customers') await sleep(20)
}

async function syncDone(ctx: Context): Promise<void> {
  for (;;) {
    const { state, error } = await lastSync(ctx)
    if (state === 'done') return
    if (state === 'failed') throw new Error(`the sync failed: ${JSON.stringify(error)}`)
    await sleep(50)
  }
}

/** Nothing waits any more: the next figure is not about the last one's leftovers. */
async function settled(ctx: Context): Promise<void> {
  const waiting = `select 1 from event_inbox union all select 1 from wecom_inbox where state = 'waiting' limit 1`
  while ((await ctx.databases.systemPool.query(waiting)).rowCount !== 0) await sleep(200)
}

type Received = { answered: number; failed: number; seconds: number; p50: number; p99: number; earlyP99: number }

async function receive(ctx: Context, corp: number, corpId: string, seconds: number): Promise<Received> {
  const row = await ctx.db
    .selectFrom('wecomCorps')
    .select(['callbackToken', 'callbackKey'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', corp)
    .executeTakeFirstOrThrow()
  const flags = {
    url: callbackUrl(ctx, corpId),
    corpId,
    token: openSecret(ctx, corpId, 'callback_token', row.callbackToken),
    key: openSecret(ctx, corpId, 'callback_key', row.callbackKey),
    rate: offered.callbacks,
    seconds,
    warmUp: warmUpSeconds,
  }
  const file = fileURLToPath(new URL('./callback-load.ts', import.meta.url))
  const { stdout } = await run(process.execPath, [file, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)])])
  return JSON.parse(stdout) as Received
}

type Greeting = { corp: number; code: string; customers: number }

async function greetDuringSync(
  ctx: Context,
  sandbox: Sandbox,
  { corp, code, customers }: Greeting,
  say: (text: string) => void,
): Promise<Row[]> {
  await sandbox.ask('POST', '/sandbox/company', { employees: customers / 100, customers, seed: 'two' })
  await startSync(ctx, corp, 'asked')
  await customersBegin(ctx)
  const scannedAt = new Map<string, number>()
  const pauseMs = offered.greetedWithinMs / offered.greeted
  const startedAt = performance.now()
  const scans: Promise<void>[] = []
  for (let i = 0; i < offered.greeted; i++) {
    await sleep(Math.max(0, startedAt + i * pauseMs - performance.now()))
    const at = Date.now()
    scans.push(
      sandbox
        .ask<{ externalUserId: string }>('POST', '/sandbox/scan', { code, name: `新友${i}` })
        .then(({ externalUserId }) => void scannedAt.set(externalUserId, at)),
    )
  }
  await Promise.all(scans)
  const isReading = (await lastSync(ctx)).state !== 'done'
  await syncDone(ctx)
  await sleep(2_000)
  const welcomes = await ctx.db
    .selectFrom('wecomWelcomes')
    .select(['externalUserid', 'receivedAt', 'finishedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('status', '=', 'sent')
    .execute()
  const took = welcomes
    .flatMap(({ externalUserid, finishedAt }) => {
      const at = scannedAt.get(externalUserid)
      return at === undefined || !finishedAt ? [] : [(finishedAt.getTime() - at) / 1000]
    })
    .sort((a, b) => a - b)
  const told = welcomes
    .flatMap(({ externalUserid, receivedAt }) => (receivedAt.getTime() - (scannedAt.get(externalUserid) ?? Number.NaN)) / 1000 || [])
    .sort((a, b) => a - b)
  say(`Of the median ${percentile(told, 0.5).toFixed(2)} s had passed when the callback was taken.`)
  return [
    atLeast('welcomes sent during a sync', took.length, 'welcomes', offered.greeted),
    atMost('  slowest, from the scan', took.at(-1) ?? Number.NaN, 's', 20),
    atMost('  median, from the scan', percentile(took, 0.5), 's', 2),
    // A sync that ended earlier would make the three lines above easy.
    { ...atLeast('  the sync was still reading after the last scan', isReading ? 1 : 0, 'of 1', 1) },
  ]
}
