import { readJourney } from '#operation/journeys/queries.ts'
import { findMessage } from '#operation/messages/queries.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { recordCost } from './commands.ts'
import { readCost, readJourneyEffect, readMessageEffect } from './queries.ts'
import { CostAnswer, EffectQuery, SendingCostBody, SendingEffect } from './schema.ts'

/** What messages brought and what they cost, beside their own routes. */
export const messageEffects = router()
  .get(
    '/:id/effect',
    allow('messages.read', 'follow'),
    describe('Who visited, bought or deleted after a mass message', SendingEffect),
    query(EffectQuery),
    async (c) => {
      await findMessage(c.var.ctx, internalId(c.var.ctx, 'msg', c.req.param('id')))
      return c.json(await readMessageEffect(c.var.ctx, c.req.param('id'), c.req.valid('query')))
    },
  )
  .put(
    '/:id/cost',
    allow('messages.write', 'tenant'),
    describe('Write down what a mass message costs, by kind; no items: nothing is known', CostAnswer),
    body(SendingCostBody),
    async (c) => {
      const { ctx } = c.var
      const id = internalId(ctx, 'msg', c.req.param('id'))
      await findMessage(ctx, id)
      await recordCost(ctx, { source: 'message', id }, c.req.valid('json'))
      return c.json({ cost: await readCost(ctx, { source: 'message', id }) })
    },
  )

export const journeyEffects = router()
  .get(
    '/:id/effect',
    allow('journeys.read', 'follow'),
    describe('Who visited, bought or deleted after a journey’s messages, or after coming in', SendingEffect),
    query(EffectQuery),
    async (c) => {
      await readJourney(c.var.ctx, internalId(c.var.ctx, 'jny', c.req.param('id')))
      return c.json(await readJourneyEffect(c.var.ctx, c.req.param('id'), c.req.valid('query')))
    },
  )
  .put(
    '/:id/cost',
    allow('journeys.write', 'tenant'),
    describe('Write down what a journey costs, by kind; no items: nothing is known', CostAnswer),
    body(SendingCostBody),
    async (c) => {
      const { ctx } = c.var
      const id = internalId(ctx, 'jny', c.req.param('id'))
      await readJourney(ctx, id)
      await recordCost(ctx, { source: 'journey', id }, c.req.valid('json'))
      return c.json({ cost: await readCost(ctx, { source: 'journey', id }) })
    },
  )
