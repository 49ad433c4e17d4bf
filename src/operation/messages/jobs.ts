import { z } from 'zod'
import { needsApproval } from '#operation/approvals/approval.ts'
import { intend, intendGroups } from '#operation/outbound/commands.ts'
import type { Context } from '#platform/context.ts'
import { type AppError, isRefusal } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { defineJob, type Job, type Schedule } from '#platform/jobs.ts'
import { type MembersOfSegment, type Receiver, resolveReceivers } from './receivers.ts'
import { tellMakers } from './refusals.ts'
import { contentsOf, inputOf, lockMessage, type MessageRow, scopeOf } from './stored.ts'

const payload = z.object({ id: z.int() })

/** Named here so that commands can enqueue it; what it runs needs the segments, which lie above. */
export const startMessage = defineJob({ name: 'messages.start', payload, maxAttempts: 20, run: async () => undefined })

/** Turns a message whose time has come into wishes. Taken over after a crash it goes on: the keys make nobody hear it twice. */
export const messageJobs = (membersOfSegment: MembersOfSegment): Job[] => [
  defineJob({ ...startMessage, run: (ctx, { id }, task) => start(ctx, id, membersOfSegment, task.signal) }),
]

async function start(ctx: Context, id: number, membersOfSegment: MembersOfSegment, signal: AbortSignal): Promise<{ receivers: number }> {
  const message = await lockMessage(ctx, id)
  if (!message || !isDue(ctx, message)) return { receivers: 0 }
  const receivers = await receiversOf(ctx, message, membersOfSegment)
  if (receivers === 'refused') return { receivers: 0 }
  if (!(await begin(ctx, id, receivers.length))) return { receivers: 0 }
  for (let at = 0; at < receivers.length; at += chunk) {
    signal.throwIfAborted()
    if (!(await intendSome(ctx, id, receivers.slice(at, at + chunk)))) return { receivers: at }
  }
  await ctx.db
    .updateTable('messages')
    .set({ intendedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('state', '=', 'sending')
    .execute()
  return { receivers: receivers.length }
}

/** `refused`: what says whom it is for is gone, and the message ends here. */
async function receiversOf(ctx: Context, message: MessageRow, membersOfSegment: MembersOfSegment): Promise<Receiver[] | 'refused'> {
  try {
    return await resolveReceivers(ctx, inputOf(message), scopeOf(message), membersOfSegment)
  } catch (error) {
    if (!isRefusal(error)) throw error
    await giveUp(ctx, message.id, error)
    return 'refused'
  }
}

/** One transaction each, shorter than what holds up the readers of events. */
const chunk = 5000

const isDue = (ctx: Context, { state, scheduledAt, intendedAt }: MessageRow): boolean =>
  (state === 'scheduled' && scheduledAt !== null && scheduledAt <= ctx.now()) || (state === 'sending' && intendedAt === null)

/** False when somebody took it back meanwhile, or when it has grown beyond what was approved: then it is reviewed again. */
const begin = (ctx: Context, id: number, receivers: number): Promise<boolean> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockMessage(ctx, id)
    if (!row || !isDue(ctx, row)) return false
    if (row.state === 'sending') return true
    const isTooMany = await needsApproval(ctx, receivers, row.approvedReceivers)
    await ctx.db
      .updateTable('messages')
      .set(isTooMany ? { state: 'review', receivers } : { state: 'sending', receivers, startedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    return !isTooMany
  })

/** Whoever was written to already hears it; nobody else does, and the makers are told why. */
const giveUp = (ctx: Context, id: number, { code }: AppError): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockMessage(ctx, id)
    if (!row || !isDue(ctx, row)) return
    const now = ctx.now()
    await ctx.db
      .updateTable('messages')
      .set({ stopReason: code, updatedAt: now, ...(row.state === 'sending' ? { intendedAt: now } : { state: 'stopped', finishedAt: now }) })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    await tellMakers(ctx, row)
  })

const intendSome = (ctx: Context, id: number, receivers: readonly Receiver[]): Promise<boolean> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockMessage(ctx, id)
    if (row?.state !== 'sending') return false
    const { kind, contentId: content, wordings } = row
    const common = { content, ...(wordings.length > 0 && { wordings: contentsOf(row) }), kind, source: { kind: 'message', id } } as const
    const people = receivers.filter((one) => 'customerId' in one)
    const groups = receivers.filter((one) => 'groupId' in one)
    await intend(
      ctx,
      people.map(({ customerId, employeeId }) => ({ ...common, key: `message ${id} customer ${customerId}`, customerId, employeeId })),
    )
    await intendGroups(
      ctx,
      groups.map(({ groupId }) => ({ ...common, key: `message ${id} group ${groupId}`, groupId })),
    )
    return true
  })

/** A message is done when nobody of it is on the way any more; what was sent to try it (a step) does not count. */
export const messageSchedules: Schedule[] = [
  {
    name: 'messages.finish',
    everySeconds: 5,
    run: async ({ databases: { systemPool }, now }) =>
      void (await systemPool.query(
        `update messages m set finished_at = $1, updated_at = $1,
           state = case when m.stop_reason is not null or exists (select from sends s where s.tenant_id = m.tenant_id and s.source_kind = 'message' and s.source_id = m.id and s.step is null
             and s.state = 'suppressed' and s.reason = 'stopped') then 'stopped' else 'done' end
         where m.state = 'sending' and m.intended_at is not null and not exists (
           select from sends s where s.tenant_id = m.tenant_id and s.source_kind = 'message' and s.source_id = m.id and s.step is null
             and s.state in ('intended', 'waiting', 'tasked', 'unknown'))`,
        [now()],
      )),
  },
]
