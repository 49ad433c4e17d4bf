import { readJourney } from '#operation/journeys/queries.ts'
import { findMessage } from '#operation/messages/queries.ts'
import { allow, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { readJourneyEffect, readMessageEffect } from './queries.ts'
import { EffectQuery, SendingEffect } from './schema.ts'

/** What messages brought, beside their own routes. */
export const messageEffects = router().get(
  '/:id/effect',
  allow('messages.read', 'follow'),
  describe('Who visited, bought or deleted after a mass message', SendingEffect),
  query(EffectQuery),
  async (c) => {
    await findMessage(c.var.ctx, internalId(c.var.ctx, 'msg', c.req.param('id')))
    return c.json(await readMessageEffect(c.var.ctx, c.req.param('id'), c.req.valid('query')))
  },
)

export const journeyEffects = router().get(
  '/:id/effect',
  allow('journeys.read', 'follow'),
  describe('Who visited, bought or deleted after a journey’s messages, or after coming in', SendingEffect),
  query(EffectQuery),
  async (c) => {
    await readJourney(c.var.ctx, internalId(c.var.ctx, 'jny', c.req.param('id')))
    return c.json(await readJourneyEffect(c.var.ctx, c.req.param('id'), c.req.valid('query')))
  },
)
