import { allow, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { readMessageEffect } from './queries.ts'
import { EffectQuery, MessageEffect } from './schema.ts'

/** What messages brought, beside their own routes. */
export const messageEffects = router().get(
  '/:id/effect',
  allow('messages.read', 'follow'),
  describe('Who visited, bought or deleted after a mass message', MessageEffect),
  query(EffectQuery),
  async (c) => c.json(await readMessageEffect(c.var.ctx, internalId(c.var.ctx, 'msg', c.req.param('id')), c.req.valid('query'))),
)
