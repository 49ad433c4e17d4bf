import { z } from 'zod'
import { notFound } from '#platform/errors.ts'
import { PageQuery } from '#platform/http/paging.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { decideReview, mergeCustomers, undoMerge } from './merging.ts'
import { listMerges, listReviews, visibleCanonical } from './queries.ts'
import { MergeList, MergeRequest, ReviewDecision, ReviewList } from './schema.ts'

const MergeQuery = PageQuery.extend({ customer: z.string().optional() })
const ReviewQuery = PageQuery.extend({ state: z.enum(['open', 'merged', 'separate']).default('open') })

export const merges = router()
  .get('/', allow('customers.read', 'follow'), describe('List merges, newest first', MergeList), query(MergeQuery), async (c) => {
    const { ctx } = c.var
    const { customer, ...page } = c.req.valid('query')
    const customerId = customer === undefined ? undefined : await visibleCanonical(ctx, internalId(ctx, 'cus', customer))
    return c.json(await listMerges(ctx, { ...page, customerId }))
  })
  .post(
    '/',
    allow('customers.write', 'follow'),
    describe('Merge two customers', z.object({ id: z.string(), customer: z.string() }), 201),
    body(MergeRequest),
    async (c) => {
      const { ctx } = c.var
      const { keep, merge } = c.req.valid('json')
      const [keepId, mergeId] = [internalId(ctx, 'cus', keep), internalId(ctx, 'cus', merge)]
      const customer = await visibleCanonical(ctx, keepId)
      await visibleCanonical(ctx, mergeId)
      const id = await mergeCustomers(ctx, { keepId, mergeId })
      return c.json({ id: publicId(ctx, 'mer', id), customer: publicId(ctx, 'cus', customer) }, 201)
    },
  )
  .delete('/:id', allow('customers.write', 'follow'), describe('Undo a merge', undefined, 204), async (c) => {
    const { ctx } = c.var
    const id = internalId(ctx, 'mer', c.req.param('id'))
    const found = await ctx.db
      .selectFrom('merges')
      .select('keepId')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    if (!found) throw notFound('merge')
    await visibleCanonical(ctx, found.keepId)
    await undoMerge(ctx, id)
    return c.body(null, 204)
  })

export const mergeReviews = router()
  .get('/', allow('customers.read', 'follow'), describe('List pairs that may be one person', ReviewList), query(ReviewQuery), async (c) =>
    c.json(await listReviews(c.var.ctx, c.req.valid('query'))),
  )
  .put(
    '/:id',
    allow('customers.write', 'follow'),
    describe('Decide whether a pair is one person', undefined, 204),
    body(ReviewDecision),
    async (c) => {
      const { ctx } = c.var
      const id = internalId(ctx, 'mrv', c.req.param('id'))
      const found = await ctx.db
        .selectFrom('mergeReviews')
        .select(['firstId', 'secondId'])
        .where('tenantId', '=', ctx.tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!found) throw notFound('merge_review')
      await visibleCanonical(ctx, found.firstId)
      await visibleCanonical(ctx, found.secondId)
      const { decision, keep } = c.req.valid('json')
      await decideReview(ctx, id, decision, keep === undefined ? undefined : internalId(ctx, 'cus', keep))
      return c.body(null, 204)
    },
  )
