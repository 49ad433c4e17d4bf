import type { Context } from '#platform/context.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { changeFollowUp, saveStages } from './commands.ts'
import { customerFollowUps, listFollowUps, listStages } from './queries.ts'
import { CustomerFollowUps, FollowUpChange, FollowUpList, FollowUpQuery, StageList, StageQuery, StagesInput } from './schema.ts'

/** Scope `follow`: a follow-up is its employee's, of customers whom the data scope reaches. */
export const followUps = router()
  .get('/', allow('tasks.read', 'follow'), describe('List who is in a stage', FollowUpList), query(FollowUpQuery), async (c) =>
    c.json(await listFollowUps(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    '/stages',
    allow('tasks.read', 'follow'),
    describe('The stages, and how many are in each', StageList),
    query(StageQuery),
    async (c) => c.json({ items: await listStages(c.var.ctx, c.req.valid('query')), next: null }),
  )
  .put('/stages', allow('tasks.assign', 'tenant'), describe('Change the list of stages', StageList), body(StagesInput), async (c) => {
    await saveStages(c.var.ctx, c.req.valid('json'))
    return c.json({ items: await listStages(c.var.ctx, { whose: 'team' }), next: null })
  })
  .get('/customers/:id', allow('tasks.read', 'follow'), describe('Stages and records of a customer', CustomerFollowUps), async (c) =>
    c.json(await customerFollowUps(c.var.ctx, customerOf(c.var.ctx, c.req.param('id')))),
  )
  .post(
    '/customers/:id',
    allow('tasks.write', 'follow'),
    describe('Write down how it goes with a customer, and what comes next', CustomerFollowUps),
    body(FollowUpChange),
    async (c) => {
      const customer = customerOf(c.var.ctx, c.req.param('id'))
      await changeFollowUp(c.var.ctx, customer, c.req.valid('json'))
      return c.json(await customerFollowUps(c.var.ctx, customer))
    },
  )

const customerOf = (ctx: Context, text: string): number => internalId(ctx, 'cus', text)
