import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { z } from 'zod'
import { type Context, createContext, type Installation, systemActor } from './context.ts'
import { describeError, isRefusal } from './errors.ts'

/** Work that outlives its request: a row, a lease, a beat. */
export type Job<Payload extends z.ZodType = z.ZodType> = {
  name: string
  payload: Payload
  /** Tries before it counts as failed; 5 unless said otherwise. */
  maxAttempts?: number
  run(ctx: Context, payload: z.infer<Payload>, task: Task): Promise<unknown>
}

/** A running job's line to its row. */
export type Task = {
  id: number
  /** Grows with every takeover: whatever a job writes outside its row, it may guard with this. */
  fence: number
  /** Aborted when somebody cancelled the job, its lease was lost, or the process ends. */
  signal: AbortSignal
  /** Shown as progress bar; also where a job that is taken over goes on. */
  saved: Record<string, unknown>
  save(progress: Record<string, unknown>): Promise<void>
}

export const defineJob = <Payload extends z.ZodType>(job: Job<Payload>): Job<Payload> => job

type Options = { runAt?: Date /** One waiting or running job a key. */; key?: string }

/** Enqueues in the surrounding transaction. A job with the key already waiting or running is left as it is; its id is returned. */
export async function enqueue<Payload extends z.ZodType>(
  ctx: Context,
  job: Job<Payload>,
  payload: z.input<Payload>,
  options: Options = {},
): Promise<number> {
  const added = await ctx.db
    .insertInto('jobs')
    .values({
      tenantId: ctx.tenantId,
      name: job.name,
      payload: JSON.stringify(job.payload.parse(payload)),
      key: options.key ?? null,
      runAt: options.runAt ?? ctx.now(),
      maxAttempts: job.maxAttempts ?? 5,
      requestId: ctx.requestId,
      createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenantId', 'name', 'key']).where('key', 'is not', null).where('state', 'in', ['waiting', 'running']).doNothing(),
    )
    .returning('id')
    .executeTakeFirst()
  if (added) return added.id
  const { id } = await ctx.db
    .selectFrom('jobs')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', job.name)
    .where('key', '=', options.key ?? '')
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirstOrThrow()
  return id
}

type Claimed = {
  tenant_id: number
  id: number
  name: string
  payload: unknown
  attempts: number
  max_attempts: number
  progress: Record<string, unknown> | null
  request_id: string | null
}

const leaseSeconds = 30
const beatMs = 5_000

/** Runs due jobs, a few side by side, until aborted; then waits for those under way to stop. */
export async function runJobs(
  installation: Installation,
  jobs: readonly Job[],
  worker: string,
  signal: AbortSignal,
  parallel = 4,
): Promise<void> {
  const running = new Set<Promise<void>>()
  while (!signal.aborted) {
    const claimed = running.size < parallel ? await claim(installation, jobs, worker, parallel - running.size).catch(() => []) : []
    for (const one of claimed) {
      const done: Promise<void> = runOne(installation, jobs, one, signal)
        // Where the database is away even its end cannot be written down: somebody takes it again when its lease is over.
        .catch((error) => installation.log.error({ err: error, job: one.name, jobId: one.id }, 'the end of a job is not written down'))
        .finally(() => running.delete(done))
      running.add(done)
    }
    if (claimed.length === 0) await sleep(100, undefined, { signal }).catch(() => undefined)
  }
  await Promise.allSettled(running)
}

/** Runs what is due now and nothing else; for commands without a worker and for tests. */
export async function runDueJobs(installation: Installation, jobs: readonly Job[]): Promise<number> {
  const claimed = await claim(installation, jobs, `once-${process.pid}`, 100)
  for (const one of claimed) await runOne(installation, jobs, one, new AbortController().signal)
  return claimed.length
}

async function claim(installation: Installation, jobs: readonly Job[], worker: string, limit: number): Promise<Claimed[]> {
  const found = await installation.databases.systemPool.query<Claimed>(
    `update jobs set state = 'running', attempts = attempts + 1, worker = $1, lease_until = now() + make_interval(secs => $2), started_at = coalesce(started_at, now())
     where (tenant_id, id) in (
       select tenant_id, id from jobs
       where name = any($4) and ((state = 'waiting' and run_at <= $5) or (state = 'running' and lease_until < now()))
       order by run_at limit $3 for update skip locked)
     returning tenant_id, id, name, payload, attempts, max_attempts, progress, request_id`,
    [worker, leaseSeconds, limit, jobs.map(({ name }) => name), installation.now()],
  )
  return found.rows
}

async function runOne(installation: Installation, jobs: readonly Job[], claimed: Claimed, signal: AbortSignal): Promise<void> {
  const job = jobs.find(({ name }) => name === claimed.name)
  if (!job) return
  const ctx = createContext(installation, claimed.tenant_id, systemActor, claimed.request_id ?? `job-${claimed.id}`)
  const lease = holdLease(ctx, claimed, signal)
  try {
    const result = await job.run(ctx, job.payload.parse(claimed.payload), lease.task)
    await finish(ctx, claimed, { state: lease.cancelled() ? 'cancelled' : 'done', result: JSON.stringify(result ?? null) })
  } catch (error) {
    if (signal.aborted) await giveBack(ctx, claimed)
    else await fail(ctx, claimed, error, lease.cancelled())
  } finally {
    lease.end()
  }
}

function holdLease(ctx: Context, claimed: Claimed, signal: AbortSignal) {
  const stop = new AbortController()
  let cancelled = false
  const beat = async (progress?: Record<string, unknown>): Promise<void> => {
    const held = await ctx.db
      .updateTable('jobs')
      .set({ leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})`, ...(progress ? { progress: JSON.stringify(progress) } : {}) })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', claimed.id)
      .where('attempts', '=', claimed.attempts)
      .returning('cancelRequested')
      .executeTakeFirst()
    if (held?.cancelRequested) cancelled = true
    if (!held || cancelled) stop.abort()
  }
  const timer = setInterval(() => void beat().catch(() => undefined), beatMs)
  const task: Task = {
    id: claimed.id,
    fence: claimed.attempts,
    signal: AbortSignal.any([signal, stop.signal]),
    saved: claimed.progress ?? {},
    save: beat,
  }
  return { task, cancelled: () => cancelled, end: () => clearInterval(timer) }
}

const ownRow = (ctx: Context, claimed: Claimed) =>
  ctx.db.updateTable('jobs').where('tenantId', '=', ctx.tenantId).where('id', '=', claimed.id).where('attempts', '=', claimed.attempts)

const finish = (ctx: Context, claimed: Claimed, end: { state: 'done' | 'cancelled' | 'failed'; result?: string; error?: string }) =>
  ownRow(ctx, claimed)
    .set({ ...end, finishedAt: ctx.now(), leaseUntil: null })
    .execute()

/** The process ends in good order: the next one goes on at once instead of waiting for the lease. */
const giveBack = (ctx: Context, claimed: Claimed) =>
  ownRow(ctx, claimed).set({ state: 'waiting', leaseUntil: null, attempts: sql`attempts - 1` }).execute()

async function fail(ctx: Context, claimed: Claimed, error: unknown, cancelled: boolean): Promise<void> {
  const described = JSON.stringify(describeError(error))
  const final = cancelled || claimed.attempts >= claimed.max_attempts || isRefusal(error)
  if (final) {
    ctx.log.error({ err: error, job: claimed.name, jobId: claimed.id }, 'job failed')
    await finish(ctx, claimed, { state: cancelled ? 'cancelled' : 'failed', error: described })
    return
  }
  ctx.log.warn({ err: error, job: claimed.name, jobId: claimed.id, attempt: claimed.attempts }, 'job will be tried again')
  const waitSeconds = Math.min(600, 2 ** claimed.attempts) * (0.5 + Math.random())
  await ownRow(ctx, claimed)
    .set({ state: 'waiting', leaseUntil: null, error: described, runAt: new Date(ctx.now().getTime() + waitSeconds * 1000) })
    .execute()
}

/** Runs at planned moments, once over all processes. */
export type Schedule = { name: string; everySeconds: number; run(installation: Installation): Promise<void> }

export async function runSchedules(installation: Installation, schedules: readonly Schedule[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const schedule of schedules)
      await runIfDue(installation, schedule).catch((error) =>
        installation.log.error({ err: error, schedule: schedule.name }, 'schedule failed'),
      )
    await sleep(1000, undefined, { signal }).catch(() => undefined)
  }
}

async function runIfDue(installation: Installation, { name, everySeconds, run }: Schedule): Promise<void> {
  const slot = new Date(Math.floor(installation.now().getTime() / (everySeconds * 1000)) * everySeconds * 1000)
  const mine = await installation.databases.systemPool.query(
    'insert into schedule_runs (name, slot) values ($1, $2) on conflict do nothing',
    [name, slot],
  )
  if (mine.rowCount === 0) return
  await run(installation)
  await installation.databases.systemPool.query('delete from schedule_runs where name = $1 and slot < $2', [name, slot])
}
