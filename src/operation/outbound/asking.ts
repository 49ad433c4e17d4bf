import { setTimeout as wait } from 'node:timers/promises'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import {
  findMassMessage,
  listMassResults,
  type MassContent,
  type MassMessage,
  sendToCustomers,
  sendToGroups,
} from '#connectors/wecom/mass-messages.ts'
import { createOnce, isUnknownEnd } from '#connectors/wecom/unknown-ends.ts'
import { wecomApp } from '#management/wecom/app.ts'
import type { Context } from '#platform/context.ts'
import { describeError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { massContent } from './content.ts'
import { markKnown, openTargets, settleRest, settleSends } from './outcomes.ts'
import { standingStops } from './policy.ts'
import type { Failure } from './schema.ts'
import { isStopped } from './stopping.ts'
import { beginCall, changeTask, releaseTask, restCorp, type Task } from './tasks.ts'

/** Nobody could find out whether the message was made: it is not made again before somebody could. */
class EndUnknown extends Error {}

type Halt = 'stopped' | 'cancelled'

/** While the call was prepared it was stopped, or everybody was taken back. WeCom has not heard of it. */
class Halted extends Error {
  readonly halt: Halt
  constructor(halt: Halt) {
    super(halt)
    this.halt = halt
  }
}

/** Asks WeCom for a task's mass message, once, whatever happens on the way and whoever did it before. */
export async function askForTask(ctx: Context, task: Task, signal: AbortSignal): Promise<void> {
  const targets = await openTargets(ctx, task)
  const halt = task.cancelWanted ?? (isStopped(await standingStops(ctx), task) ? 'stopped' : targets.length === 0 ? 'cancelled' : undefined)
  try {
    const known = task.state === 'planned' ? undefined : await lookTwice(ctx, task, targets, signal)
    if (!known && halt) return await dropTask(ctx, task, halt)
    await noteAsked(ctx, task, known ?? (await makeOnce(ctx, task, targets, signal)))
  } catch (error) {
    if (error instanceof Halted) await dropTask(ctx, task, error.halt)
    else await noteRefused(ctx, task, error)
  }
}

/** Somebody died or heard nothing after the call: perhaps WeCom has it, and perhaps it is only slow. */
async function lookTwice(ctx: Context, task: Task, targets: string[], signal: AbortSignal): Promise<MassMessage | undefined> {
  const app = await wecomApp(ctx, task.corp)
  const content = await massContent(ctx, task.corp, task.contentId)
  const made = { app, task, targets, content, calledAt: task.calledAt ?? task.createdAt, signal }
  return (await findMade(ctx, made)) ?? (await wait(secondLookMs, undefined, { signal }).then(() => findMade(ctx, made)))
}

/** Ends a task that WeCom never heard of. */
export const dropTask = (ctx: Context, task: Task, halt: Halt): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if (!(await changeTask(ctx, task, { state: 'cancelled', finishedAt: ctx.now() }))) return
    const state = halt === 'stopped' ? 'suppressed' : 'cancelled'
    await settleRest(ctx, task, { state, reason: halt === 'stopped' ? 'stopped' : null, at: ctx.now() })
    await releaseTask(ctx, task, null)
  })

async function makeOnce(ctx: Context, task: Task, targets: string[], signal: AbortSignal): Promise<MassMessage> {
  const app = await wecomApp(ctx, task.corp)
  const content = await massContent(ctx, task.corp, task.contentId)
  // An earlier call, if there was one, was looked for and is over.
  const calledAt = ctx.now()
  let called = targets
  const send = async (given: MassContent) => {
    called = await begin(ctx, task)
    const options = { requestId: ctx.requestId, signal: AbortSignal.any([signal, AbortSignal.timeout(longestCallMs)]) } as const
    return task.audience === 'groups'
      ? sendToGroups(app, { sender: task.userId, groups: called }, given, options)
      : sendToCustomers(app, { sender: task.userId, customers: called }, given, options)
  }
  const create = () =>
    send(content).catch(async (error) => {
      if (!isWecomError(error, 40007)) throw error
      return send(await massContent(ctx, task.corp, task.contentId, true))
    })
  return createOnce(create, () => findMade(ctx, { app, task, targets: called, content, calledAt, signal }))
}

/** For whom the call is: preparing it takes seconds, in which people are taken back, so they are read when it begins and not before. */
const begin = (ctx: Context, task: Task): Promise<string[]> =>
  inTransaction(ctx, async (ctx) => {
    const begun = await beginCall(ctx, task, { calledAt: ctx.now(), attempts: task.attempts + 1 })
    if (!begun) throw new EndUnknown('somebody else has this task')
    const targets = await openTargets(ctx, task)
    const halt = begun.cancelWanted ?? (targets.length === 0 ? 'cancelled' : undefined)
    if (halt) throw new Halted(halt)
    return targets
  })

/** Shorter than the lease of a task: whoever takes it over knows that this call has ended. */
const longestCallMs = 45_000
const secondLookMs = 1_000
/** Their clock may be behind ours or before it. */
const skewMs = 5 * 60_000

type Made = { app: WecomApp; task: Task; targets: string[]; content: MassContent; calledAt: Date; signal: AbortSignal }

/** The message that this task asked for: of its words and its member, that no other task has, and for its people. */
async function findMade(ctx: Context, { app, task, targets, content, calledAt, signal }: Made): Promise<MassMessage | undefined> {
  try {
    const since = Math.floor((calledAt.getTime() - skewMs) / 1000)
    // While others are made all the time, a list up to now is never given: 41063.
    const until = Math.ceil((calledAt.getTime() + longestCallMs + skewMs) / 1000)
    const asked = { ...content, kind: task.audience === 'groups' ? 'group' : 'single', sender: task.userId, since, until } as const
    const known = await knownMessages(ctx, task)
    // Beside this one others are made, and written down, while the list is read.
    const isFree = async (msgId: string) => !(await isKnown(ctx, task, msgId))
    for (;;) {
      const found = await findMassMessage(app, { ...asked, known, isFree }, { requestId: ctx.requestId, signal })
      if (!found || (await isFor(app, found.msgId, task, targets))) return found
      known.push(found.msgId)
    }
  } catch (error) {
    throw new EndUnknown('WeCom could not be asked', { cause: error })
  }
}

async function isFor(app: WecomApp, msgId: string, task: Task, targets: readonly string[]): Promise<boolean> {
  const { items } = await listMassResults(app, { msgId, sender: task.userId })
  return items.some((one) => targets.includes(one.external_userid ?? one.chat_id ?? ''))
}

const knownMessages = async (ctx: Context, { corp }: Task): Promise<string[]> => {
  const rows = await ctx.db
    .selectFrom('massTasks')
    .select('msgId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('msgId', 'is not', null)
    .where('createdAt', '>', new Date(ctx.now().getTime() - 32 * 86_400_000))
    .execute()
  return rows.flatMap(({ msgId }) => (msgId ? [msgId] : []))
}

const isKnown = async (ctx: Context, { corp }: Task, msgId: string): Promise<boolean> =>
  (await ctx.db
    .selectFrom('massTasks')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('msgId', '=', msgId)
    .executeTakeFirst()) !== undefined

/** The member has it on the phone; whom WeCom does not know is told at once. */
const noteAsked = (ctx: Context, task: Task, { msgId, unsendable }: MassMessage): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const at = ctx.now()
    if (!(await changeTask(ctx, task, { state: 'asked', msgId, askedAt: at, error: null }))) return
    await markKnown(ctx, task, true)
    await settleSends(
      ctx,
      task,
      unsendable.map((target) => ({ target, state: 'failed', reason: 'unreachable', at })),
    )
    await releaseTask(ctx, task, new Date(at.getTime() + 2_000))
  })

/** A member that is gone, has no licence or no customers; an app that may not; a request that WeCom will never take. */
const endings: Partial<Record<WecomError['reaction'], Failure>> = {
  skip_item: 'sender_unavailable',
  fix_request: 'refused',
  tell: 'refused',
  empty: 'not_friend',
  sync_tags: 'refused',
  upload_again: 'refused',
  stop: 'refused',
}

/** What the company can put right is tried for so long. */
const patienceMs = 24 * 3_600_000

async function noteRefused(ctx: Context, task: Task, error: unknown): Promise<void> {
  const now = ctx.now().getTime()
  const described = {
    code: describeError(error).code,
    message: error instanceof Error ? error.message.slice(0, 300) : '',
    ...(error instanceof WecomError ? { errcode: error.errcode } : {}),
  }
  if (!(error instanceof WecomError) || isUnknownEnd(error) || !(await isRefusal(ctx, task, error))) {
    ctx.log.warn({ err: error, task: task.id }, 'nobody knows yet whether a mass message was made')
    return noteUnknown(ctx, task, described, new Date(now + pauseMs(task.attempts)))
  }
  const ending = endings[error.reaction] ?? (now - task.createdAt.getTime() > patienceMs ? 'not_configured' : undefined)
  if (ending) return failTask(ctx, task, ending, described)
  const until = new Date(now + (error.retryAfterMs ?? (error.reaction === 'configure' ? 5 * 60_000 : pauseMs(task.attempts))))
  if (error.reaction === 'back_off') await restCorp(ctx, task.corp, until)
  // What ended unknown once is looked for before every further call.
  await changeTask(
    ctx,
    task,
    task.state === 'planned' ? { state: 'planned', calledAt: null, error: described } : { state: 'unknown', error: described },
  )
  await releaseTask(ctx, task, until)
}

/** WeCom refused the making itself, or something before anybody asked for it. */
const isRefusal = async (ctx: Context, task: Task, error: WecomError): Promise<boolean> =>
  error.endpoint === 'externalcontact/add_msg_template' || !(await isCalled(ctx, task))

/** Two seconds, then longer and longer, five minutes at most; not all at the same moment. */
const pauseMs = (attempts: number): number => Math.min(300_000, 1_000 * 2 ** Math.min(attempts + 1, 9)) * (0.75 + Math.random() / 2)

const noteUnknown = (ctx: Context, task: Task, error: { code: string; message: string }, until: Date): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    // A line that broke before the call leaves the task as planned as it was.
    const isUnknown = await isCalled(ctx, task)
    const change = { error, attempts: task.attempts + 1, ...(isUnknown ? { state: 'unknown' as const } : {}) }
    if (!(await changeTask(ctx, task, change))) return
    if (isUnknown) await markKnown(ctx, task, false)
    await releaseTask(ctx, task, until)
  })

async function isCalled(ctx: Context, task: Task): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('massTasks')
    .select('calledAt')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', task.id)
    .executeTakeFirst()
  return row?.calledAt != null
}

const failTask = (ctx: Context, task: Task, reason: Failure, error: { code: string; message: string }): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if (!(await changeTask(ctx, task, { state: 'failed', finishedAt: ctx.now(), error }))) return
    await settleRest(ctx, task, { state: 'failed', reason, at: ctx.now() })
    await releaseTask(ctx, task, null)
  })
