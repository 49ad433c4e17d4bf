import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pLimit, { type LimitFunction } from 'p-limit'
import { readCallback } from '#connectors/wecom/events/read-callback.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { describeError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { remember } from '#platform/remember.ts'
import { together } from '#platform/together.ts'
import { asksToReread, type FriendNews, handlerOf, hear } from './handlers.ts'
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
  receivedAt: Date
}

/** Callbacks under way at a time; within one lane everything goes in the order it came. */
const mostUnderWay = 256
/** Questions to WeCom at a time: what waits longer than its patience would be asked for once more. */
const questionsAtOnce = 8
/** So many callbacks at most share a transaction. */
const mostTogether = 100
const leaseSeconds = 60
const mostAttempts = 6
const longestWaitMs = 60_000
/**
 * Trouble that is WeCom's makes no dead letter of an innocent callback until it has lasted this long, and was met so often: what
 * waited while nobody was here to work through it has not been tried for all that time.
 */
const patienceMs = 86_400_000
const mostTroubled = 20
const idleMs = 60

type Inbox = {
  installation: Installation
  parts: readonly WecomPart[]
  ask: LimitFunction
  hearOf(corp: string): (heard: Heard) => Promise<void>
}

function openInbox(installation: Installation, parts: readonly WecomPart[]): Inbox {
  const corps = new Map<string, (heard: Heard) => Promise<void>>()
  return {
    installation,
    parts,
    ask: pLimit(questionsAtOnce),
    hearOf: (corp) => remember(corps, corp, () => together(mostTogether, (batch) => hearTogether(installation, batch))),
  }
}

/** Works through the inbox until aborted. Any number of processes may do so side by side. */
export async function runInbox(installation: Installation, signal: AbortSignal, parts: readonly WecomPart[] = []): Promise<void> {
  const inbox = openInbox(installation, parts)
  const underWay = new Set<Promise<void>>()
  while (!signal.aborted) {
    const room = mostUnderWay - underWay.size
    const claimed = await claim(installation, room).catch((error) => {
      installation.log.warn({ err: error }, 'the inbox of WeCom rests for a moment')
      return undefined
    })
    for (const one of claimed ?? []) {
      const done: Promise<void> = handle(inbox, one).finally(() => underWay.delete(done))
      underWay.add(done)
    }
    await sleep(claimed ? idleMs : 1000, undefined, { signal }).catch(() => undefined)
  }
  await Promise.allSettled(underWay)
}

/** Until nothing is due: for commands without a worker and for tests. */
export async function drainInbox(installation: Installation, parts: readonly WecomPart[] = []): Promise<void> {
  const inbox = openInbox(installation, parts)
  for (;;) {
    const claimed = await claim(installation, mostUnderWay)
    if (claimed.length === 0) return
    await Promise.all(claimed.map((one) => handle(inbox, one)))
  }
}

/** The oldest callback of each lane. The first of a lane is looked up, not joined: a backlog grows faster than statistics do. */
async function claim(installation: Installation, limit: number): Promise<Claimed[]> {
  const now = installation.now()
  const claimed = await sql<Claimed>`
    update wecom_inbox set lease_until = ${new Date(now.getTime() + leaseSeconds * 1000)}, attempts = attempts + 1
    where (tenant_id, id) in (
      select i.tenant_id, i.id from wecom_inbox i
      where i.state = 'waiting' and i.due_at <= ${now} and (i.lease_until is null or i.lease_until < ${now})
        and i.id = (select e.id from wecom_inbox e where e.tenant_id = i.tenant_id and e.corp = i.corp and e.lane = i.lane and e.state = 'waiting' order by e.tenant_id, e.corp, e.lane, e.id limit 1)
      order by i.id limit ${limit} for update skip locked)
    returning tenant_id, id, corp, key, body, attempts, repeats, request_id, received_at`.execute(installation.databases.system)
  return claimed.rows
}

async function handle({ installation, parts, ask, hearOf }: Inbox, claimed: Claimed): Promise<void> {
  const ctx = contextOf(installation, claimed)
  try {
    const callback = readCallback(claimed.body)
    const handler = handlerOf(
      callback,
      parts.map(({ handlers }) => handlers),
    )
    if (!handler) return await settle(ctx, [{ claimed, state: 'ignored' }])
    // Questions to WeCom come first and change nothing; the effect and its mark are then one transaction.
    const effect = await ask(() => handler(ctx, { corp: claimed.corp, key: claimed.key }))
    const settled: Settled = { claimed, state: 'done', rereads: asksToReread(callback) }
    if (typeof effect !== 'function') return await hearOf(`${claimed.tenantId} ${claimed.corp}`)({ ...effect, settled })
    await inTransaction(ctx, async (ctx) => {
      await effect(ctx)
      await settle(ctx, [settled])
    })
  } catch (error) {
    await postpone(ctx, claimed, error).catch((failed) =>
      ctx.log.error({ err: failed, callback: claimed.id }, 'a callback keeps its lease'),
    )
  }
}

type Heard = FriendNews & { settled: Settled }

/** News of one corp, in one transaction with the marks of the callbacks they came by. */
async function hearTogether(installation: Installation, batch: readonly Heard[]): Promise<undefined[]> {
  const settled = batch.map(({ settled }) => settled)
  const [first] = settled
  if (!first) return []
  await inTransaction(contextOf(installation, first.claimed, batch.length), async (ctx) => {
    await hear(ctx, first.claimed.corp, batch)
    await settle(ctx, settled)
  })
  return batch.map(() => undefined)
}

/** Facts of several callbacks carry the request id of the first, and how many there were. */
const contextOf = (installation: Installation, { tenantId, id, requestId }: Claimed, together = 1): Context =>
  createContext(installation, tenantId, systemActor, `${requestId ?? `wecom-${id}`}${together > 1 ? ` +${together - 1}` : ''}`)

type Settled = { claimed: Claimed; state: 'done' | 'ignored'; rereads?: boolean }

/** Throws when somebody else has taken one of the callbacks over: then this transaction must have no effect. */
async function settle(ctx: Context, settled: readonly Settled[]): Promise<void> {
  const rows = settled.map(({ claimed: { id, attempts, repeats }, state, rereads = false }) => ({ id, attempts, repeats, state, rereads }))
  // One that came again while we were reading may tell of something newer than what we read.
  const { rows: done } = await sql`
    update wecom_inbox i set state = case when n.rereads and i.repeats <> n.repeats then 'waiting' else n.state end,
      lease_until = null, processed_at = ${ctx.now()}, error_code = null, error_message = null
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(id bigint, attempts int, repeats int, state text, rereads boolean)
    where i.tenant_id = ${ctx.tenantId} and i.id = n.id and i.attempts = n.attempts and i.state = 'waiting'
    returning i.id`.execute(ctx.db)
  if (done.length < settled.length) throw new Error('a callback was taken over by another worker')
}

async function postpone(ctx: Context, { id, attempts, receivedAt }: Claimed, error: unknown): Promise<void> {
  const { code, message } = describeError(error)
  const dead = isOutside(code)
    ? attempts >= mostTroubled && ctx.now().getTime() - receivedAt.getTime() > patienceMs
    : attempts >= mostAttempts
  ctx.log[dead ? 'error' : 'warn'](
    { err: error, callback: id, attempts },
    dead ? 'callback became a dead letter' : 'callback will be tried again',
  )
  await ctx.db
    .updateTable('wecomInbox')
    .set({
      state: dead ? 'dead' : 'waiting',
      leaseUntil: null,
      dueAt: new Date(ctx.now().getTime() + Math.min(longestWaitMs, 500 * 2 ** attempts)),
      errorCode: code,
      errorMessage: code === 'internal.error' ? String((error as Error).message).slice(0, 500) : message.slice(0, 500),
    })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', '=', 'waiting')
    .execute()
}

/** WeCom does not answer, rests, or does not allow it; a request that it finds wrong is ours. */
const isOutside = (code: string): boolean => code.startsWith('wecom.') && code !== 'wecom.bad_request'

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

export const callbacksKeptDays = 90

export async function forgetOldCallbacks(installation: Installation): Promise<void> {
  const before = new Date(installation.now().getTime() - callbacksKeptDays * 86_400_000)
  await installation.databases.system
    .deleteFrom('wecomInbox')
    .where('receivedAt', '<', before)
    .where('state', 'in', ['done', 'ignored'])
    .execute()
}
