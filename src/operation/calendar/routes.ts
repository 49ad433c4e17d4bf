import { allow, describe, query, router } from '#platform/http/router.ts'
import { readCalendar } from './queries.ts'
import { Calendar, CalendarQuery } from './schema.ts'

export const calendar = router().get(
  '/',
  allow('messages.read', 'follow'),
  describe('Everything planned by day, with collisions', Calendar),
  query(CalendarQuery),
  async (c) => c.json(await readCalendar(c.var.ctx, c.req.valid('query'))),
)
