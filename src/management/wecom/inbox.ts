import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { readCallback } from '#connectors/wecom/events/read-callback.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { describeError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { asksToReread, handlerOf } from './handlers.ts'
import type { WecomPart } from './parts.ts'

type Claimed = {
  tenantId: number
  id: number
  corp: number
  key: string
  body: string
  attempts: number
  repeats: number
  requestId: string | null
}

/** Customers handled side by side; within one customer everything goes in the order it came. */
const sideBySide = 8
const leaseSeconds = 60
const mostAttempts = 6
const idleMs = 60

/** Works through the inbox until aborted. Any number of processes may do so side by side. */
export async function runInbox(installation: Installation, signal: AbortSignal, parts: readonly WecomPart[] = []): Promise<void> {
  while (!signal.aborted) {
    const done = await workOnce(installation, parts).catch((error) => {
      installation.log.warn({ err: error }, 'the inbox of WeCom rests for a moment')
      return -1
    })
    if (done <= 0) await sleep(done < 0 ? 1000 : idleMs, undefined, { signal }).catch(() => undefined)
  }
}

/** One round: the oldest callback of each lane. Returns how many were taken. */
export async function workOnce(installation: Installation, parts: readonly WecomPart[] = []): Promise<number> {
  const claimed = await claim(installation, sideBySide * 4)
  const waiting = [...claimed]
  const worker = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) await handle(installation, one, parts)
  }
  await Promise.all(Array.from({ length: sideBySide }, worker))
  return claimed.length
}

/** Until nothing is due: for commands without a worker and for tests. */
export async function drainInbox(installation: Installation, parts: readonly WecomPart[] = []): Promise<void> {
  while ((await workOnce(installation, parts)) > 0);
}

async function claim(installation: Installation, limit: number): Promise<Claimed[]> {
  const now = installation.now()
  const claimed = await sql<Claimed>`
    update wecom_inbox set lease_until = ${new Date(now.getTime() + leaseSeconds * 1000)}, attempts = attempts + 1
    where (tenant_id, id) in (
      select i.tenant_id, i.id from wecom_inbox i
      where i.state = 'waiting' and i.due_at <= ${now} and (i.lease_until is null or i.lease_until < ${now})
        and not exists (select from wecom_inbox e where e.tenant_id = i.tenant_id and e.corp = i.corp and e.lane = i.lane and e.state = 'waiting' and e.id < i.id)
      order by i.id limit ${limit} for update skip locked)
    returning tenant_id, id, corp, key, body, attempts, repeats, request_id`.execute(installation.databases.system)
  return claimed.rows
}

async function handle(installation: Installation, claimed: Claimed, parts: readonly WecomPart[]): Promise<void> {
  const ctx = createContext(installation, claimed.tenantId, systemActor, claimed.requestId ?? `wecom-${claimed.id}`)
  try {
    const callback = readCallback(claimed.body)
    const handler = handlerOf(
      callback,
      parts.map(({ handlers }) => handlers),
    )
    if (!handler) return await settle(ctx, claimed, 'ignored')
    // Questions to WeCom come first and change nothing; the effect and its mark are then one transaction.
    const apply = await handler(ctx, { corp: claimed.corp, key: claimed.key })
    await inTransaction(ctx, async (ctx) => {
      await apply(ctx)
      await settle(ctx, claimed, 'done', asksToReread(callback))
    })
  } catch (error) {
    await postpone(ctx, claimed, error).catch((failed) =>
      ctx.log.error({ err: failed, callback: claimed.id }, 'a callback keeps its lease'),
    )
  }
}

/** Throws when somebody else has taken the callback over: then this transaction must have no effect. */
async function settle(ctx: Context, { id, attempts, repeats }: Claimed, state: 'done' | 'ignored', rereads = false): Promise<void> {
  // It came again while we were reading: what it tells of may be newer than what we read.
  const settled = sql<string>`case when ${rereads} and repeats <> ${repeats} then 'waiting' else ${state} end`
  const { numUpdatedRows } = await ctx.db
    .updateTable('wecomInbox')
    .set({ state: settled, leaseUntil: null, processedAt: ctx.now(), errorCode: null, errorMessage: null })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Error('the callback was taken over by another worker')
}

async function postpone(ctx: Context, { id, attempts }: Claimed, error: unknown): Promise<void> {
  const dead = attempts >= mostAttempts
  const { code, message } = describeError(error)
  ctx.log[dead ? 'error' : 'warn'](
    { err: error, callback: id, attempts },
    dead ? 'callback became a dead letter' : 'callback will be tried again',
  )
  await ctx.db
    .updateTable('wecomInbox')
    .set({
      state: dead ? 'dead' : 'waiting',
      leaseUntil: null,
      dueAt: new Date(ctx.now().getTime() + 500 * 2 ** attempts),
      errorCode: code,
      errorMessage: code === 'internal.error' ? String((error as Error).message).slice(0, 500) : message.slice(0, 500),
    })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', '=', 'waiting')
    .execute()
}

/** Puts a callback back in the queue, dead or done: its effect is the same once or often. */
export async function replayCallback(ctx: Context, corp: number, id: number): Promise<void> {
  const { numUpdatedRows } = await ctx.db
    .updateTable('wecomInbox')
    .set({ state: 'waiting', attempts: 0, leaseUntil: null, dueAt: ctx.now(), errorCode: null, errorMessage: null })
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('id', '=', id)
    .where('state', 'in', ['dead', 'done', 'ignored'])
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw notFound('callback')
}

const keptDays = 90

export async function forgetOldCallbacks(installation: Installation): Promise<void> {
  const before = new Date(installation.now().getTime() - keptDays * 86_400_000)
  await installation.databases.system
    .deleteFrom('wecomInbox')
    .where('receivedAt', '<', before)
    .where('state', 'in', ['done', 'ignored'])
    .execute()
}
