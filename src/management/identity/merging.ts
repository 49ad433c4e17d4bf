import { sql } from 'kysely'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { lockGroups, mergeAll, separate } from './groups.ts'

/** Somebody says that two customers are one; `keepId` gives the face. Returns the merge's id. */
export const mergeCustomers = (
  ctx: Context,
  { keepId, mergeId, reason = 'manual' }: { keepId: number; mergeId: number; reason?: string },
): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const [keep, merge] = await lockBoth(ctx, keepId, mergeId)
    if (keep === merge) throw appError('merge.already_one', { status: 409, message: 'These are the same customer already.' })
    await settleReviews(ctx, keep, merge)
    const [done] = await mergeAll(ctx, [{ keep: keepId, merge: mergeId, reason }])
    const id = done?.id ?? 0
    await audit(ctx, 'customers.merge', ['cus', keep], { merge: id, merged: merge, reason })
    return id
  })

/**
 * Takes a merge back. Only the map changes, so everything is again as the other merges alone have it, and the pair is noted
 * as two persons: what made them one by itself before does not do it again.
 */
export const undoMerge = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const found = await ctx.db
      .selectFrom('merges')
      .select(['keepId', 'mergeId'])
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    if (!found) throw notFound('merge')
    await lockBoth(ctx, found.keepId, found.mergeId)
    const { undoneAt } = await ctx.db
      .selectFrom('merges')
      .select('undoneAt')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (undoneAt) throw appError('merge.already_undone', { status: 409, message: 'This merge has been undone already.' })
    await separate(ctx, { id, keep: found.keepId, merge: found.mergeId })
    await noteApart(ctx, found.keepId, found.mergeId)
    await audit(ctx, 'customers.separate', ['cus', found.keepId], { merge: id, separated: found.mergeId })
  })

/** An open pair is one person, or two. */
export const decideReview = (ctx: Context, id: number, decision: 'merge' | 'separate', keepId?: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const review = await ctx.db
      .selectFrom('mergeReviews')
      .select(['firstId', 'secondId', 'reason', 'state'])
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!review) throw notFound('merge_review')
    if (review.state !== 'open')
      throw appError('merge_review.already_decided', { status: 409, message: 'Somebody has decided this already.' })
    const { firstId, secondId } = review
    if (decision === 'merge') {
      const [keep, merge] = keepId === secondId ? [secondId, firstId] : [firstId, secondId]
      await mergeCustomers(ctx, { keepId: keep, mergeId: merge, reason: 'review' })
    } else {
      await noteApart(ctx, firstId, secondId)
      await audit(ctx, 'customers.keep_apart', ['cus', firstId], { other: secondId })
    }
  })

/** Both canonicals, locked; the question is asked again when somebody moved them while we waited. */
async function lockBoth(ctx: Context, one: number, other: number): Promise<[number, number]> {
  for (;;) {
    const before = await canonicalsOfBoth(ctx, one, other)
    await lockGroups(ctx, before)
    const after = await canonicalsOfBoth(ctx, one, other)
    if (after[0] === before[0] && after[1] === before[1]) return after
  }
}

async function canonicalsOfBoth(ctx: Context, one: number, other: number): Promise<[number, number]> {
  const rows = await ctx.db
    .selectFrom('customers')
    .select(['id', 'canonicalId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', 'in', [one, other])
    .execute()
  const [a, b] = [one, other].map((id) => rows.find((row) => row.id === id)?.canonicalId)
  if (a === undefined || b === undefined) throw notFound('customer')
  return [a, b]
}

/** A merge by hand overrules every "these are two" and answers every open question between the two groups. */
async function settleReviews(ctx: Context, keep: number, merge: number): Promise<void> {
  const members = (canonical: number) =>
    sql`(select id from customers where tenant_id = ${ctx.tenantId} and (id = ${canonical} or canonical_id = ${canonical}))`
  await sql`
    update merge_reviews set state = 'merged', decided_at = ${ctx.now()}, decided_by = ${ctx.actor.name}
    where tenant_id = ${ctx.tenantId} and state <> 'merged'
      and ((first_id in ${members(keep)} and second_id in ${members(merge)}) or (first_id in ${members(merge)} and second_id in ${members(keep)}))`.execute(
    ctx.db,
  )
}

async function noteApart(ctx: Context, one: number, other: number): Promise<void> {
  const decided = { state: 'separate' as const, decidedAt: ctx.now(), decidedBy: ctx.actor.name }
  await ctx.db
    .insertInto('mergeReviews')
    .values({
      tenantId: ctx.tenantId,
      firstId: Math.min(one, other),
      secondId: Math.max(one, other),
      reason: 'undone',
      createdAt: ctx.now(),
      ...decided,
    })
    .onConflict((conflict) => conflict.columns(['tenantId', 'firstId', 'secondId']).doUpdateSet(decided))
    .execute()
}
