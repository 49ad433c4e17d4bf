import { allow, describe, query, router } from '#platform/http/router.ts'
import { listStepPeople, readOverview } from './queries.ts'
import { Overview, OverviewQuery, PeopleQuery, StepPeople } from './schema.ts'

export const overview = router()
  .get(
    '/',
    allow('overview.read', 'follow'),
    describe('The loop: scans, added friends, tagged, ordered, by day and channel', Overview),
    query(OverviewQuery),
    async (c) => c.json(await readOverview(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    '/people',
    allow('overview.read', 'follow'),
    describe('The customers behind a number of the overview', StepPeople),
    query(PeopleQuery),
    async (c) => c.json(await listStepPeople(c.var.ctx, c.req.valid('query'))),
  )
