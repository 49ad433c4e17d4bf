import type { Context as HonoContext } from 'hono'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { PageQuery } from '#platform/http/paging.ts'
import { type AppEnv, allow, body, describe, may, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { segmentResult } from '../reports/segment/schema.ts'
import { archiveSegment, changeSegment, createSegment, restoreSegment } from './commands.ts'
import { listMoves, previewChange, readFlow } from './live/queries.ts'
import { Change, ChangeRequest, Flow, MoveList } from './live/schema.ts'
import { countRule, countSegment, explainMember, listMembers, listSegments, overlapOf, readDependents, readSegment } from './queries.ts'
import {
  Counted,
  CountRequest,
  Dependents,
  ExplainRequest,
  MemberList,
  NewSegment,
  Overlap,
  OverlapRequest,
  Segment,
  SegmentList,
  SegmentPatch,
} from './schema.ts'

const MovesQuery = PageQuery.extend({ direction: z.enum(['entered', 'left']).optional() })
const FlowQuery = z.object({ days: z.coerce.number().int().min(1).max(366).default(30) })

const ListQuery = PageQuery.extend({
  q: z.string().max(100).optional(),
  kind: z.enum(['rule', 'list']).optional(),
  archived: z.enum(['true', 'false']).optional(),
})

const segmentOf = (c: HonoContext<AppEnv>): number => internalId(c.var.ctx, 'seg', c.req.param('id') ?? '')

/** Whoever has a rule write a tag writes tags. */
function requireTags(ctx: Context, { tag }: Pick<SegmentPatch, 'tag'>): void {
  const permission = 'tags.write'
  if (tag && !may(ctx, permission))
    throw appError('permission.missing', {
      status: 403,
      message: `This needs the permission ${permission}.`,
      field: 'tag',
      details: { permission },
    })
}

export const segments = router()
  .get('/', allow('segments.read', 'tenant'), describe('List segments', SegmentList), query(ListQuery), async (c) =>
    c.json(await listSegments(c.var.ctx, c.req.valid('query'))),
  )
  .post('/', allow('segments.write', 'follow'), describe('Save a segment', Segment, 201), body(NewSegment), async (c) => {
    requireTags(c.var.ctx, c.req.valid('json'))
    const { id, ...said } = await createSegment(c.var.ctx, c.req.valid('json'))
    return c.json({ ...(await readSegment(c.var.ctx, id)), ...said }, 201)
  })
  .post('/count', allow('segments.read', 'follow'), describe('How many a rule reaches now', Counted), body(CountRequest), async (c) => {
    const { rule, asOf } = c.req.valid('json')
    return c.json(await countRule(c.var.ctx, rule, asOf))
  })
  .post(
    '/explain',
    allow('segments.read', 'follow'),
    describe('Why a customer is in or out', segmentResult.shape.explain.unwrap()),
    body(ExplainRequest),
    async (c) => c.json(await explainMember(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/overlap',
    allow('segments.read', 'follow'),
    describe('Who is in which of two to eight segments, and how much each two have in common', Overlap),
    body(OverlapRequest),
    async (c) => c.json(await overlapOf(c.var.ctx, c.req.valid('json').segments)),
  )
  .get('/:id', allow('segments.read', 'tenant'), describe('One segment', Segment), async (c) =>
    c.json(await readSegment(c.var.ctx, segmentOf(c))),
  )
  .get('/:id/moves', allow('segments.read', 'follow'), describe('Who came in and who went out', MoveList), query(MovesQuery), async (c) =>
    c.json(await listMoves(c.var.ctx, segmentOf(c), c.req.valid('query'))),
  )
  .get(
    '/:id/flow',
    allow('segments.read', 'tenant'),
    describe('How many came in, went out and were in, by day', Flow),
    query(FlowQuery),
    async (c) => c.json(await readFlow(c.var.ctx, segmentOf(c), c.req.valid('query').days)),
  )
  .post(
    '/:id/change',
    allow('segments.read', 'follow'),
    describe('Who would come in and go out under another rule', Change),
    body(ChangeRequest),
    async (c) => c.json(await previewChange(c.var.ctx, segmentOf(c), c.req.valid('json'))),
  )
  .patch('/:id', allow('segments.write', 'tenant'), describe('Change a segment', Segment), body(SegmentPatch), async (c) => {
    requireTags(c.var.ctx, c.req.valid('json'))
    const id = segmentOf(c)
    await changeSegment(c.var.ctx, id, c.req.valid('json'))
    return c.json(await readSegment(c.var.ctx, id))
  })
  .put('/:id/archived', allow('segments.write', 'tenant'), describe('Archive a segment', undefined, 204), async (c) => {
    await archiveSegment(c.var.ctx, segmentOf(c))
    return c.body(null, 204)
  })
  .delete('/:id/archived', allow('segments.write', 'tenant'), describe('Bring a segment back', undefined, 204), async (c) => {
    await restoreSegment(c.var.ctx, segmentOf(c))
    return c.body(null, 204)
  })
  .get('/:id/count', allow('segments.read', 'follow'), describe('How many are in a segment now', Counted), async (c) =>
    c.json(await countSegment(c.var.ctx, segmentOf(c))),
  )
  .get('/:id/members', allow('segments.read', 'follow'), describe('Who is in a segment now', MemberList), query(PageQuery), async (c) =>
    c.json(await listMembers(c.var.ctx, segmentOf(c), c.req.valid('query'))),
  )
  .get('/:id/dependents', allow('segments.read', 'tenant'), describe('What uses a segment', Dependents), async (c) =>
    c.json(await readDependents(c.var.ctx, segmentOf(c))),
  )
