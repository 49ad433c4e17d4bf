import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { cancelMassMessage, listMassResults, listMassTasks, type MassResult, remindSenders } from '#connectors/wecom/mass-messages.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { noteUnreached } from '#management/wecom/unreached.ts'
import type { Context } from '#platform/context.ts'
import { describeError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { type Outcome, settleRest, settleSends } from './outcomes.ts'
import { changeTask, releaseTask, type Task } from './tasks.ts'
import { stillFriends } from './unreached.ts'

type Asked = Task & { msgId: string }
type Place = { ctx: Context; app: WecomApp; task: Asked; signal: AbortSignal }

/** Looks after a mass message that a member was asked to send: reminds, reads what became of it, calls it back. */
export async function followTask(ctx: Context, task: Task, signal: AbortSignal): Promise<void> {
  if (!task.msgId) return releaseTask(ctx, task, null)
  const place: Place = { ctx, app: await wecomApp(ctx, task.corp), task: { ...task, msgId: task.msgId }, signal }
  try {
    if (task.remindWanted) await remind(place)
    const confirmedAt = await readResults(place)
    if (task.cancelWanted && !confirmedAt) return await callBack(place, task.cancelWanted)
    await nextLook(place, confirmedAt)
  } catch (error) {
    await putOff(place, error)
  }
}

const day = 86_400_000
/** doc 93338. */
const sentByMember = 2
const beingDispatched = 41063
const statuses = { sent: 1, noFriend: 2, hadEnough: 3 } as const

/** Undefined while the member has not sent it. */
async function readResults({ ctx, app, task, signal }: Place): Promise<Date | undefined> {
  const options = { requestId: ctx.requestId, signal } as const
  const { items } = await listMassTasks(app, task.msgId, {}, options)
  const own = items.find(({ userid }) => userid === task.userId)
  if (own?.status !== sentByMember) return undefined
  const confirmedAt = own.send_time ? new Date(own.send_time * 1000) : ctx.now()
  await changeTask(ctx, task, { state: 'confirmed', confirmedAt })
  const asked = { msgId: task.msgId, sender: task.userId }
  for (let cursor: string | undefined; ; ) {
    const page = await listMassResults(app, asked, { cursor }, options)
    await inTransaction(ctx, (ctx) => applyResults(ctx, task, page.items, confirmedAt))
    if (!page.next || page.next === cursor) return confirmedAt
    cursor = page.next
  }
}

/** Friendships that WeCom says are over end here too: it goes on showing them itself. */
async function applyResults(ctx: Context, task: Asked, results: readonly MassResult[], confirmedAt: Date): Promise<void> {
  const outcomes = results.flatMap((one) => outcomeOf(one, confirmedAt))
  await settleSends(ctx, task, outcomes)
  const lost = outcomes
    .filter(({ reason }) => reason === 'not_friend')
    .map(({ target, at }) => ({ externalUserId: target, userId: task.userId, at }))
  if (lost.length > 0 && task.audience === 'customers')
    await noteUnreached(ctx, task.corp, task.msgId, await stillFriends(ctx, task.corp, lost))
}

function outcomeOf({ external_userid, chat_id, status, send_time }: MassResult, confirmedAt: Date): Outcome[] {
  const target = external_userid ?? chat_id
  if (!target) return []
  if (status === statuses.sent) return [{ target, state: 'sent', reason: null, at: send_time ? new Date(send_time * 1000) : confirmedAt }]
  if (status === statuses.noFriend) return [{ target, state: 'failed', reason: 'not_friend', at: confirmedAt }]
  if (status === statuses.hadEnough) return [{ target, state: 'failed', reason: 'over_limit', at: confirmedAt }]
  return []
}

/** A member who has sent has results at once or a little later; whoever has none after an hour was left out. */
const laggardMs = 3_600_000
/** Nobody confirms a mass message after a month. */
const longestMs = 30 * day

async function nextLook({ ctx, task }: Place, confirmedAt: Date | undefined): Promise<void> {
  const now = ctx.now()
  const open = await countOpen(ctx, task)
  const isLate = confirmedAt && now.getTime() - confirmedAt.getTime() > laggardMs
  const isForgotten = !confirmedAt && now.getTime() - (task.askedAt ?? task.createdAt).getTime() > longestMs
  if (open > 0 && !isLate && !isForgotten) return releaseTask(ctx, task, new Date(now.getTime() + lookAgainMs(task, now)))
  await inTransaction(ctx, async (ctx) => {
    const state = isForgotten ? 'failed' : 'done'
    if (!(await changeTask(ctx, task, { state, finishedAt: now }))) return
    await settleRest(ctx, task, { state: 'failed', reason: isForgotten ? 'not_confirmed' : 'not_sent', at: now })
    await releaseTask(ctx, task, null)
  })
}

/** Often while it is young, rarely when it is old: two seconds at first, a quarter of an hour at last. */
const lookAgainMs = ({ askedAt, createdAt }: Task, now: Date): number =>
  Math.min(15 * 60_000, Math.max(2_000, (now.getTime() - (askedAt ?? createdAt).getTime()) / 20))

async function countOpen(ctx: Context, { id }: Task): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from sends where tenant_id = ${ctx.tenantId} and task = ${id} and state in ('tasked', 'unknown')`.execute(
    ctx.db,
  )
  return rows[0]?.count ?? 0
}

/** What was sent stays sent: whoever has no result after the call was not reached. */
async function callBack(place: Place, wanted: 'cancelled' | 'stopped'): Promise<void> {
  const { ctx, app, task, signal } = place
  await cancelMassMessage(app, task.msgId, { requestId: ctx.requestId, signal }).catch((error) => {
    if (!isWecomError(error, cancelledAlready)) throw error
  })
  // Between the look before and the call the member may have sent it.
  await readResults(place)
  await inTransaction(ctx, async (ctx) => {
    if (!(await changeTask(ctx, task, { state: 'cancelled', finishedAt: ctx.now() }))) return
    const isStop = wanted === 'stopped'
    await settleRest(ctx, task, { state: isStop ? 'suppressed' : 'cancelled', reason: isStop ? 'stopped' : null, at: ctx.now() })
    await releaseTask(ctx, task, null)
  })
}

const cancelledAlready = 41093
const remindedTooOften = 41094

async function remind({ ctx, app, task, signal }: Place): Promise<void> {
  const isReminded = await remindSenders(app, task.msgId, { requestId: ctx.requestId, signal }).then(
    () => true,
    (error) => {
      if (!isWecomError(error, cancelledAlready, remindedTooOften)) throw error
      return false
    },
  )
  const at = ctx.now()
  await changeTask(ctx, task, {
    remindWanted: false,
    ...(isReminded ? { remindedAt: sql<Date[]>`reminded_at || ${at}::timestamptz` } : {}),
  })
}

/** WeCom is busy, away, or does not let us read: asked again, and the words stand beside the task. */
async function putOff({ ctx, task }: Place, error: unknown): Promise<void> {
  const isRoutine = isWecomError(error, beingDispatched)
  if (!isRoutine) ctx.log.warn({ err: error, task: task.id }, 'a mass message cannot be followed at the moment')
  const { code, message } = describeError(error)
  if (!isRoutine) await changeTask(ctx, task, { error: { code, message } })
  const waitMs = error instanceof WecomError ? (error.retryAfterMs ?? (isRoutine ? 1_000 : 30_000)) : 10_000
  await releaseTask(ctx, task, new Date(ctx.now().getTime() + waitMs))
}
