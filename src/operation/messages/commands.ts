import { sql } from 'kysely'
import { massMessageLimits } from '#connectors/wecom/mass-messages.ts'
import { visibleCanonical } from '#management/identity/queries.ts'
import { addMaker, makersOf, needsApproval, type Review, requireSecondPerson } from '#operation/approvals/approval.ts'
import { createContent } from '#operation/contents/commands.ts'
import { cancelIntents, intend, recallTasks } from '#operation/outbound/commands.ts'
import { plannedAt } from '#operation/outbound/planned-at.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId } from '#platform/ids.ts'
import { enqueue } from '#platform/jobs.ts'
import { startMessage } from './jobs.ts'
import { type MembersOfSegment, requireTagsOf, resolveReceivers } from './receivers.ts'
import type { MessageInput, Reminded } from './schema.ts'
import { contentsOf, inputOf, lockMessage, type MessageRow, scopeOf } from './stored.ts'
import { requireTrial, requireWordings } from './wordings.ts'

export const createMessage = (ctx: Context, input: MessageInput): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('messages')
      .values({
        tenantId: ctx.tenantId,
        ...(await columnsOf(ctx, input)),
        scope: ctx.actor.scope === 'all' ? null : [...ctx.actor.scope],
        makers: await makersOf(ctx),
        madeBy: ctx.actor.name,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'message.created', ['msg', id], { name: input.name })
    return id
  })

/** Only a draft is changed; whoever changes it is one of its makers from then on. */
export const changeMessage = (ctx: Context, id: number, input: MessageInput): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockIn(ctx, id, ['draft'])
    await requireWordings(ctx, id, 1 + (input.wordings?.length ?? 0))
    await save(ctx, row, {
      ...(await columnsOf(ctx, input)),
      scope: ctx.actor.scope === 'all' ? null : [...ctx.actor.scope],
      makers: await addMaker(ctx, row.makers),
    })
    await audit(ctx, 'message.changed', ['msg', id], { name: input.name })
  })

async function columnsOf(ctx: Context, { name, kind, to, content, wordings = [] }: MessageInput) {
  if (to.whom === 'groups' && wordings.length > 0)
    throw appError('message.wordings_to_groups', { status: 422, message: 'Groups hear one wording.', field: 'wordings' })
  await requireTagsOf(ctx, { to })
  const others: number[] = []
  for (const [place, one] of wordings.entries()) others.push(await createContent(ctx, one, ['wordings', place]))
  const contentId = await createContent(ctx, content, ['content'])
  return { name, kind, toWhom: to.whom, audience: JSON.stringify(to.audience), contentId, wordings: others }
}

/** Sends it at that time, or asks a second person first when it is for many. Returns what state it is in. */
export async function submitMessage(
  ctx: Context,
  id: number,
  at: Date | null,
  membersOfSegment: MembersOfSegment,
): Promise<'review' | 'scheduled'> {
  const draft = await lockIn(ctx, id, ['draft'])
  const receivers = (await resolveReceivers(ctx, inputOf(draft), scopeOf(draft), membersOfSegment)).length
  if (receivers === 0) throw appError('message.nobody', { message: 'Nobody would receive this message.', field: 'to.audience' })
  return inTransaction(ctx, async (ctx) => {
    const row = await lockIn(ctx, id, ['draft'])
    await requireTagsOf(ctx, inputOf(row))
    await requireTrial(ctx, id, contentsOf(row).length)
    const state = (await needsApproval(ctx, receivers)) ? 'review' : 'scheduled'
    const scheduledAt = plannedAt(ctx, at)
    await save(ctx, row, { state, scheduledAt, receivers, approvedBy: null, approvedAt: null, approvedReceivers: null, reviewNote: null })
    if (state === 'scheduled') await plan(ctx, id, scheduledAt)
    await audit(ctx, 'message.submitted', ['msg', id], { receivers, scheduledAt, state })
    return state
  })
}

const plan = (ctx: Context, id: number, at: Date): Promise<number> =>
  enqueue(ctx, startMessage, { id }, { runAt: at > ctx.now() ? at : ctx.now(), key: `message ${id} ${at.getTime()}` })

/** The second person's word. A time that has passed meanwhile means at once. */
export const reviewMessage = (ctx: Context, id: number, review: Review): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockIn(ctx, id, ['review'])
    requireSecondPerson(ctx, row.makers, review)
    const { approve, note } = review
    const now = ctx.now()
    const scheduledAt = row.scheduledAt && row.scheduledAt > now ? row.scheduledAt : now
    if (approve) {
      await save(ctx, row, {
        state: 'scheduled',
        scheduledAt,
        approvedBy: ctx.actor.name,
        approvedAt: now,
        approvedReceivers: row.receivers,
        reviewNote: note || null,
      })
      await plan(ctx, id, scheduledAt)
    } else await save(ctx, row, { state: 'draft', reviewNote: note || null })
    await audit(ctx, approve ? 'message.approved' : 'message.rejected', ['msg', id], { note, receivers: row.receivers })
  })

/** Another time for what is planned or asked approval for; null is as soon as it may. What was approved stays approved. */
export const rescheduleMessage = (ctx: Context, id: number, at: Date | null): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockIn(ctx, id, ['review', 'scheduled'])
    const scheduledAt = plannedAt(ctx, at)
    await save(ctx, row, { scheduledAt })
    // The job of the earlier time finds that its time has not come, or that somebody else was first.
    if (row.state === 'scheduled') await plan(ctx, id, scheduledAt)
    await audit(ctx, 'message.rescheduled', ['msg', id], { from: row.scheduledAt, to: scheduledAt })
  })

/** Back to the desk, before anybody was written to. */
export const withdrawMessage = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockIn(ctx, id, ['review', 'scheduled'])
    await save(ctx, row, { state: 'draft', scheduledAt: null })
    await audit(ctx, 'message.withdrawn', ['msg', id])
  })

/** What was sent stays sent; mass messages that members have not confirmed are called back. Returns how many had not left. */
export const cancelMessage = (ctx: Context, id: number): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockIn(ctx, id, ['draft', 'review', 'scheduled', 'sending'])
    const cancelled = await cancelIntents(ctx, { kind: 'message', id })
    const tasks = await recallTasks(ctx, { kind: 'message', id })
    await save(ctx, row, { state: 'cancelled', finishedAt: ctx.now() })
    await audit(ctx, 'message.cancelled', ['msg', id], { cancelled, tasks })
    return cancelled
  })

/** Members who have not sent yet see it again; WeCom allows three times in a day. */
export const remindMessage = (ctx: Context, id: number): Promise<Reminded> =>
  inTransaction(ctx, async (ctx) => {
    await lockIn(ctx, id, ['sending'])
    const since = new Date(ctx.now().getTime() - 86_400_000)
    const { rows } = await sql<{ spared: boolean }>`
      with asked as (
        select id, (select count(*) from unnest(reminded_at) at where at > ${since}) >= ${massMessageLimits.remindersPerDay} as spared from mass_tasks
        where tenant_id = ${ctx.tenantId} and source_kind = 'message' and source_id = ${id} and state = 'asked' for update),
      reminded as (
        update mass_tasks t set remind_wanted = true, next_at = ${ctx.now()} from asked a where t.tenant_id = ${ctx.tenantId} and t.id = a.id and not a.spared)
      select spared from asked`.execute(ctx.db)
    const spared = rows.filter((row) => row.spared).length
    await audit(ctx, 'message.reminded', ['msg', id], { reminded: rows.length - spared, spared })
    return { reminded: rows.length - spared, spared }
  })

/** To one customer, through the gate like any other, before everybody hears it. */
export const testMessage = (ctx: Context, id: number, to: { customer: string; employee?: string | undefined }): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockIn(ctx, id, ['draft', 'review', 'scheduled'])
    if (row.toWhom === 'groups')
      throw appError('message.test_in_groups', { message: 'A message to groups is tried by sending it to a group of one’s own.' })
    const customerId = await visibleCanonical(ctx, internalId(ctx, 'cus', to.customer))
    const employeeId = to.employee === undefined ? undefined : internalId(ctx, 'emp', to.employee)
    await intend(
      ctx,
      contentsOf(row).map((content, place) => ({
        key: `message ${id} test ${ctx.requestId} customer ${customerId}${place === 0 ? '' : ` wording ${place}`}`,
        customerId,
        content,
        kind: 'service',
        // Each wording is a test of its own: what somebody has had of one is not said again.
        source: { kind: 'message', id, step: `test ${ctx.now().getTime() + place}` },
        employeeId,
      })),
    )
    await audit(ctx, 'message.tested', ['msg', id], { customerId })
  })

type State = MessageRow['state']

async function lockIn(ctx: Context, id: number, states: readonly State[]): Promise<MessageRow> {
  const row = await lockMessage(ctx, id)
  if (!row || !isVisible(ctx, row)) throw notFound('message')
  if (!states.includes(row.state))
    throw appError('message.wrong_state', { status: 409, message: `This message is ${row.state}.`, details: { state: row.state } })
  return row
}

/** Whoever may not see everybody's customers sees the messages to those they may see. */
export const isVisible = ({ actor }: Context, { scope }: Pick<MessageRow, 'scope'>): boolean => {
  const { scope: own } = actor
  return own === 'all' || (scope?.every((id) => own.includes(id)) ?? false)
}

const save = async (ctx: Context, { id }: MessageRow, change: Record<string, unknown>): Promise<void> =>
  void (await ctx.db
    .updateTable('messages')
    .set({ ...change, updatedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute())
