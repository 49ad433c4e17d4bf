import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as realSleep } from 'node:timers/promises'
import { consumers, createApp, jobs, wecomParts } from '#app/app.ts'
import { encrypt, parseKey, sign } from '#connectors/wecom/crypto.ts'
import { greetByLiveCode } from '#growth/live-codes/greeting.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { createCorp } from '#management/wecom/corps.ts'
import type { Receiver } from '#management/wecom/schema.ts'
import { startSync } from '#management/wecom/sync.ts'
import type { WelcomeDecider } from '#management/wecom/welcome.ts'
import { runWecom } from '#management/wecom/work.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { registerConsumers, runConsumers } from '#platform/events/consumers.ts'
import { runJobs } from '#platform/jobs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { startSandbox } from '../../sandbox/server.ts'
import type { Store } from '../../sandbox/state/store.ts'
import { calm, type Line, openLine } from './wecom-world-line.ts'

export type Tenant = Context & { apiKey: string }

/** A corp of the sandbox and what it is called here. */
export type Corp = { corpId: string; corp: number; contactSecret: string; receiver: Receiver }

/**
 * The product as two workers and a web process are it, a sandbox beside it, the line between them, and one clock for both that
 * can be put forward: what waits for its time waits no longer than the test wants.
 */
export type House = {
  workspace: TestWorkspace
  sandboxUrl: string
  line: Line
  /** The sandbox's own tables, to look at only: what is true. */
  truth: Store
  control<T = Record<string, unknown>>(method: string, path: string, body?: object): Promise<T>
  /** A callback as WeCom sends it, encrypted for this corp's receiver; says what it was answered. */
  push(corp: Corp, xml: string): Promise<number>
  /** The product's own API, as its owner. */
  api<T = Record<string, unknown>>(ctx: Tenant, method: string, path: string, body?: object): Promise<T>
  now(): Date
  advance(seconds: number): Promise<void>
  newTenant(name: string): Promise<Tenant>
  /** Makes a company there, and connects it here unless told otherwise; its first sync is asked for and not waited for. */
  newCorp(ctx: Context, company: { name: string; seed: string; employees: number; customers: number; groups: number }): Promise<Corp>
  /** Everything that was said has been heard and everything that was to do is done, however late it was due. */
  settle(ctx: Context, withinMs?: number): Promise<void>
  compare(ctx: Context, corp: number): Promise<void>
  close(): Promise<void>
}

const greeter: WelcomeDecider = async () => ({ text: '欢迎' })

export async function openHouse(): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'liuliang-worlds-'))
  const sandbox = await startSandbox({ port: 0, host: '127.0.0.1', dataDir: folder, logLevel: 'error', environment: {} })
  let app: ReturnType<typeof createApp> | undefined
  const line = await openLine(
    () => sandbox.url,
    (token) => sandbox.store.get<{ corpId: string }>('select corp_id as corpId from tokens where token = ?', token)?.corpId ?? '',
    async (request) => {
      app ??= createApp(workspace)
      return app.fetch(request)
    },
  )
  const workspace = await openTestWorkspace({ WECOM_BASE_URL: line.apiUrl, LIULIANG_PUBLIC_URL: line.doorUrl })
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  workspace.now = now
  /** Short rests of the connector are a wink, long ones are over when the clock says so. */
  const sleep = async (ms: number, signal?: AbortSignal) => {
    const until = now().getTime() + ms
    await realSleep(Math.min(ms / 20, 50), undefined, signal ? { signal } : {})
    while (ms > 2_000 && now().getTime() < until) await realSleep(10, undefined, signal ? { signal } : {})
  }
  Object.assign(workspace.config.wecom, { sleep, timeoutMs: 2_000 })
  const truth = sandbox.store
  const stop = new AbortController()
  await registerConsumers(workspace, consumers)
  const running = [
    runWecom(workspace, [greetByLiveCode, greeter], stop.signal, wecomParts),
    runWecom(workspace, [greetByLiveCode, greeter], stop.signal, wecomParts),
    runConsumers(workspace, consumers, stop.signal),
    runJobs(workspace, jobs, 'worlds', stop.signal),
  ]
  let tenants = 0

  const house: House = {
    workspace,
    sandboxUrl: sandbox.url,
    line,
    truth,
    now,
    async control<T>(method: string, path: string, body?: object): Promise<T> {
      const response = await fetch(`${sandbox.url}/sandbox${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
      const answer = (await response.json()) as { error?: { code: string; message: string } }
      if (!response.ok) throw new Refused(`${method} ${path}: ${answer.error?.code} ${answer.error?.message}`)
      return answer as T
    },
    async push({ corpId, receiver: { url, token, encodingAesKey } }, xml) {
      const encrypted = encrypt(parseKey(encodingAesKey), corpId, xml)
      const query = new URLSearchParams({ msg_signature: sign(token, '1767225600', 'n', encrypted), timestamp: '1767225600', nonce: 'n' })
      const body = `<xml><ToUserName>${corpId}</ToUserName><Encrypt>${encrypted}</Encrypt></xml>`
      return (await fetch(`${url}?${query}`, { method: 'POST', headers: { 'content-type': 'text/xml' }, body })).status
    },
    async api<T>(ctx: Tenant, method: string, path: string, body?: object): Promise<T> {
      app ??= createApp(workspace)
      const response = await app.fetch(
        new Request(`http://house/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${ctx.apiKey}`, ...(body && { 'content-type': 'application/json' }) },
          ...(body && { body: JSON.stringify(body) }),
        }),
      )
      const answer = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`)
      return (answer === '' ? undefined : JSON.parse(answer)) as T
    },
    async advance(seconds) {
      ahead += seconds * 1000
      await house.control('PUT', '/clock', { advanceSeconds: seconds })
    },
    async newTenant(name) {
      const { tenantId, apiKey } = await createTenantWithOwner(workspace, { name, login: `owner${tenants++}` })
      return { ...createContext(workspace, tenantId, systemActor, name), apiKey }
    },
    async newCorp(ctx, { name, seed, employees, customers, groups }) {
      type View = { corpId: string; agentId: number; secret: string; contactSecret: string }
      const made = await house.control<View>('POST', '/corps', { name, seed, employees, customers, groups })
      const { corp, receiver } = await createCorp(ctx, { corpId: made.corpId, name, agentId: made.agentId, secret: made.secret })
      await house.control('PUT', `/corps/${made.corpId}/callback`, receiver)
      await startSync(ctx, corp, 'connected')
      return { corpId: made.corpId, corp, contactSecret: made.contactSecret, receiver }
    },
    async settle(ctx, withinMs = 120_000) {
      const until = Date.now() + withinMs
      let restless = Date.now()
      for (let quiet = 0; quiet < 3; ) {
        const lookedAt = Date.now()
        const waiting = await whatWaits(house, ctx)
        if (Date.now() > until) throw new Error(`it does not come to rest: ${waiting.join(', ')}\n${await whoRuns(ctx)}`)
        quiet = waiting.length === 0 ? quiet + 1 : 0
        // On a busy machine the clock goes slower: nobody's lease shall end while they are still at it.
        const paceMs = Math.max(400, 15 * (Date.now() - lookedAt))
        if (waiting.length > 0 && Date.now() - restless > paceMs && !(await isLeased(ctx))) {
          await house.advance(20)
          restless = Date.now()
        }
        await realSleep(25)
      }
    },
    async compare(ctx, corp) {
      await startSync(ctx, corp, 'nightly')
      // Of a large company a comparison takes minutes.
      await house.settle(ctx, 900_000)
    },
    async close() {
      line.weather = calm
      stop.abort()
      await Promise.allSettled(running)
      await sandbox.close()
      await line.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await house.control('PUT', '/settings', { habits: { callbackRetryMs: [20, 60] } })
  return house
}

/** Somebody tried what the phone does not let them. */
export class Refused extends Error {}

async function whatWaits({ truth, line }: House, ctx: Context): Promise<string[]> {
  const rows = async (work: Promise<readonly unknown[]>, name: string) => ((await work).length > 0 ? [name] : [])
  const { db, tenantId } = ctx
  const told = truth.get<{ n: number }>(
    "select count(*) as n from callbacks where state = 'waiting' and corp_id in (select corp_id from corps where callback is not null)",
  )
  return [
    ...(told?.n ? ['callbacks'] : []),
    ...(line.held() > 0 ? ['the line'] : []),
    ...(await rows(
      db.selectFrom('wecomInbox').select('id').where('tenantId', '=', tenantId).where('state', '=', 'waiting').limit(1).execute(),
      'inbox',
    )),
    ...(await rows(db.selectFrom('wecomTagPushes').select('tagId').where('tenantId', '=', tenantId).limit(1).execute(), 'tag pushes')),
    ...(await rows(db.selectFrom('wecomTagEdits').select('id').where('tenantId', '=', tenantId).limit(1).execute(), 'tag edits')),
    ...(await rows(
      db
        .selectFrom('wecomWelcomes')
        .select('id')
        .where('tenantId', '=', tenantId)
        .where('status', 'in', ['pending', 'sending'])
        .limit(1)
        .execute(),
      'welcomes',
    )),
    ...(await rows(
      db.selectFrom('jobs').select('id').where('tenantId', '=', tenantId).where('state', 'in', ['waiting', 'running']).limit(1).execute(),
      'jobs',
    )),
    ...((await hasUnread(ctx)) ? ['events'] : []),
  ]
}

/** Somebody is working on a callback. */
const isLeased = async ({ db, tenantId, now }: Context): Promise<boolean> =>
  (
    await db
      .selectFrom('wecomInbox')
      .select('id')
      .where('tenantId', '=', tenantId)
      .where('state', '=', 'waiting')
      .where('leaseUntil', '>', now())
      .limit(1)
      .execute()
  ).length > 0

/** What a worker is busy with, for whoever has to find out why it does not end. */
const whoRuns = async ({ databases }: Context): Promise<string> => {
  const { rows } = await databases.systemPool.query(
    `select state, wait_event, round(extract(epoch from now() - xact_start)) as seconds, left(query, 200) as query from pg_stat_activity
     where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`,
  )
  const { rows: unread } = await databases.systemPool.query(
    `select p.consumer, p.partition, e.name, e.barrier, e.transaction::text < event_horizon()::text as visible from consumer_positions p
     join lateral (select * from event_log e where e.partition = p.partition and (e.transaction, e.seq) > (p.transaction, p.seq) order by e.transaction, e.seq limit 1) e on true`,
  )
  const { rows: inbox } = await databases.systemPool.query(
    "select type, attempts, due_at, lease_until, error_message from wecom_inbox where state = 'waiting' order by id limit 5",
  )
  return JSON.stringify({ rows, unread, inbox })
}

const hasUnread = async ({ databases }: Context): Promise<boolean> =>
  (
    await databases.systemPool.query(
      `select 1 from consumer_positions p where exists (select from event_log e where e.partition = p.partition and (e.transaction, e.seq) > (p.transaction, p.seq)) limit 1`,
    )
  ).rowCount !== 0
