import { Review } from '#operation/approvals/approval.ts'
import type { Context } from '#platform/context.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { cancelMoment, changeMoment, createMoment, rescheduleMoment, reviewMoment, submitMoment } from './commands.ts'
import { listMoments, listMomentTasks, readMoment } from './queries.ts'
import { MomentInput, MomentItem, MomentList, MomentQuery, MomentTaskList, Submission } from './schema.ts'

const idOf = (ctx: Context, text: string): number => internalId(ctx, 'mom', text)

export const moments = router()
  .get('/', allow('messages.read', 'tenant'), describe('Moments, newest first', MomentList), query(MomentQuery), async (c) =>
    c.json(await listMoments(c.var.ctx, c.req.valid('query'))),
  )
  .post('/', allow('messages.write', 'tenant'), describe('Draft a moment', MomentItem, 201), body(MomentInput), async (c) =>
    c.json(await readMoment(c.var.ctx, await createMoment(c.var.ctx, c.req.valid('json'))), 201),
  )
  .get('/:id', allow('messages.read', 'tenant'), describe('Read a moment', MomentItem), async (c) =>
    c.json(await readMoment(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))),
  )
  .put('/:id', allow('messages.write', 'tenant'), describe('Change a draft', MomentItem), body(MomentInput), async (c) => {
    const id = idOf(c.var.ctx, c.req.param('id'))
    await changeMoment(c.var.ctx, id, c.req.valid('json'))
    return c.json(await readMoment(c.var.ctx, id))
  })
  .get('/:id/tasks', allow('messages.read', 'tenant'), describe('Who was asked to publish it, and who did', MomentTaskList), async (c) =>
    c.json({ items: await listMomentTasks(c.var.ctx, idOf(c.var.ctx, c.req.param('id'))), next: null }),
  )
  .post(
    '/:id/submission',
    allow('messages.write', 'tenant'),
    describe('Ask the members at this time, or a second person first when it is for many', MomentItem),
    body(Submission),
    async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      const { at } = c.req.valid('json')
      await submitMoment(c.var.ctx, id, at === null ? null : new Date(at))
      return c.json(await readMoment(c.var.ctx, id))
    },
  )
  .patch(
    '/:id/submission',
    allow('messages.write', 'tenant'),
    describe('Ask the members at another time', MomentItem),
    body(Submission),
    async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      const { at } = c.req.valid('json')
      await rescheduleMoment(c.var.ctx, id, at === null ? null : new Date(at))
      return c.json(await readMoment(c.var.ctx, id))
    },
  )
  .post(
    '/:id/review',
    allow('messages.approve', 'tenant'),
    describe('Approve or send back, as a second person', MomentItem),
    body(Review),
    async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      await reviewMoment(c.var.ctx, id, c.req.valid('json'))
      return c.json(await readMoment(c.var.ctx, id))
    },
  )
  .post('/:id/cancellation', allow('messages.write', 'tenant'), describe('Ask nobody else', MomentItem), async (c) => {
    const id = idOf(c.var.ctx, c.req.param('id'))
    await cancelMoment(c.var.ctx, id)
    return c.json(await readMoment(c.var.ctx, id))
  })
