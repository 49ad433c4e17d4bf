import { sql } from 'kysely'
import { addMaker, makersOf, needsApproval, type Review, requireSecondPerson } from '#operation/approvals/approval.ts'
import { createContent } from '#operation/contents/commands.ts'
import { plannedAt } from '#operation/outbound/planned-at.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId } from '#platform/ids.ts'
import { countReceivers, wecomTagsOf } from './range.ts'
import type { MomentInput, momentStates } from './schema.ts'

export const createMoment = (ctx: Context, input: MomentInput): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('moments')
      .values({
        tenantId: ctx.tenantId,
        ...(await columnsOf(ctx, input)),
        makers: await makersOf(ctx),
        madeBy: ctx.actor.name,
        createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'moment.created', ['mom', id], { name: input.name })
    return id
  })

export const changeMoment = (ctx: Context, id: number, input: MomentInput): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { makers } = await lockIn(ctx, id, ['draft'])
    await save(ctx, id, { ...(await columnsOf(ctx, input)), makers: await addMaker(ctx, makers) })
    await audit(ctx, 'moment.changed', ['mom', id], { name: input.name })
  })

async function columnsOf(ctx: Context, { name, corpId, content, employeeIds, tagIds }: MomentInput) {
  return {
    name,
    corp: corpId === undefined ? await onlyCorp(ctx) : internalId(ctx, 'cor', corpId),
    contentId: await createContent(ctx, content, ['content']),
    employeeIds: employeeIds.map((one) => internalId(ctx, 'emp', one)),
    tagIds: tagIds.map((one) => internalId(ctx, 'tag', one)),
  }
}

async function onlyCorp(ctx: Context): Promise<number> {
  const corps = await ctx.db
    .selectFrom('wecomCorps')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'active')
    .limit(2)
    .execute()
  const [first] = corps
  if (!first || corps.length > 1)
    throw appError('moment.which_corp', { message: first ? 'Name the corp.' : 'Connect WeCom first.', field: 'corpId' })
  return first.id
}

/**
 * Asks the members at that time, or as soon as may be; asks a second person first when it is for many. Tags that WeCom does not have
 * are refused. Returns what state it is in.
 */
export const submitMoment = (ctx: Context, id: number, at: Date | null): Promise<'review' | 'scheduled'> =>
  inTransaction(ctx, async (ctx) => {
    const { corp, tagIds, employeeIds } = await lockIn(ctx, id, ['draft', 'failed'])
    if ((await wecomTagsOf(ctx, corp, tagIds)).length < tagIds.length)
      throw appError('moment.tag_not_in_wecom', { message: 'One of the tags is not in WeCom (yet).', field: 'tagIds' })
    const receivers = await countReceivers(ctx, corp, employeeIds, tagIds)
    const state = (await needsApproval(ctx, receivers)) ? 'review' : 'scheduled'
    const scheduledAt = plannedAt(ctx, at)
    await save(ctx, id, {
      ...{ state, scheduledAt, receivers, nextAt: state === 'scheduled' ? scheduledAt : null },
      ...{ error: null, calledAt: null, attempts: 0, finishedAt: null },
      ...{ approvedBy: null, approvedAt: null, approvedReceivers: null, reviewNote: null },
    })
    await audit(ctx, 'moment.submitted', ['mom', id], { receivers, scheduledAt, state })
    return state
  })

/** The second person's word. A time that has passed meanwhile means at once. */
export const reviewMoment = (ctx: Context, id: number, review: Review): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { makers, receivers, scheduledAt } = await lockIn(ctx, id, ['review'])
    requireSecondPerson(ctx, makers, review)
    const now = ctx.now()
    const at = scheduledAt && scheduledAt > now ? scheduledAt : now
    const reviewNote = review.note || null
    await save(
      ctx,
      id,
      review.approve
        ? {
            ...{ state: 'scheduled', scheduledAt: at, nextAt: at, reviewNote },
            ...{ approvedBy: ctx.actor.name, approvedAt: now, approvedReceivers: receivers },
          }
        : { state: 'draft', reviewNote },
    )
    await audit(ctx, review.approve ? 'moment.approved' : 'moment.rejected', ['mom', id], { note: review.note, receivers })
  })

/**
 * Another time for what is planned or asked approval for; null is as soon as it may. What was approved stays approved. What WeCom is
 * being asked for goes on.
 */
export const rescheduleMoment = (ctx: Context, id: number, at: Date | null): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { state, scheduledAt: from } = await lockIn(ctx, id, ['review', 'scheduled'])
    const scheduledAt = plannedAt(ctx, at)
    await save(ctx, id, state === 'review' ? { scheduledAt } : { scheduledAt, nextAt: scheduledAt, ...outOfHand })
    await audit(ctx, 'moment.rescheduled', ['mom', id], { from, to: scheduledAt })
  })

/** A worker that took it and has not asked WeCom yet finds that it is not its own any more. */
const outOfHand = { fence: sql`fence + 1`, leaseUntil: null }

/** Who has published has published; nobody else is asked any more. */
export const cancelMoment = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { state } = await lockIn(ctx, id, ['draft', 'review', 'scheduled', 'calling', 'unknown', 'creating', 'published'])
    const isHere = state === 'draft' || state === 'review' || state === 'scheduled'
    await save(
      ctx,
      id,
      isHere ? { state: 'cancelled', nextAt: null, finishedAt: ctx.now(), ...outOfHand } : { cancelWanted: true, nextAt: ctx.now() },
    )
    await audit(ctx, 'moment.cancelled', ['mom', id])
  })

type State = (typeof momentStates)[number]

async function lockIn(ctx: Context, id: number, states: readonly State[]) {
  const row = await ctx.db
    .selectFrom('moments')
    .select(['state', 'corp', 'tagIds', 'employeeIds', 'makers', 'receivers', 'scheduledAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('moment')
  if (!states.some((state) => state === row.state))
    throw appError('moment.wrong_state', { status: 409, message: `This moment is ${row.state}.`, details: { state: row.state } })
  return row
}

const save = async (ctx: Context, id: number, change: Record<string, unknown>): Promise<void> =>
  void (await ctx.db
    .updateTable('moments')
    .set({ ...change, updatedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute())
