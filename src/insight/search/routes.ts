import { allow, describe, query, router } from '#platform/http/router.ts'
import { search } from './queries.ts'
import { Hits, SearchQuery } from './schema.ts'

/** Whoever is logged in may search; each kind is looked up only for those who may see it. */
export const searching = router().get(
  '/',
  allow('session', 'self'),
  describe('Find people, live codes, orders, tags, employees and reports by name or number', Hits),
  query(SearchQuery),
  async (c) => c.json({ items: await search(c.var.ctx, c.req.valid('query').q), next: null }),
)
