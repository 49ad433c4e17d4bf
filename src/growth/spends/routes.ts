import { allow, describe, query, router } from '#platform/http/router.ts'
import { listSpends } from './queries.ts'
import { SpendList, SpendQuery } from './schema.ts'

export const spends = router().get(
  '/',
  allow('channels.read', 'tenant'),
  describe('What channels cost, by day and kind', SpendList),
  query(SpendQuery),
  async (c) => c.json(await listSpends(c.var.ctx, c.req.valid('query'))),
)
