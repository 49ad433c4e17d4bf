import { controlOf } from '#operation/experiments/design.ts'
import { allow, body, describe, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { peopleNeeded } from './power.ts'
import { readOut } from './queries.ts'
import { Needed, PowerQuestion, ReadOut } from './schema.ts'

/** What experiments found, beside their own routes. */
export const experimentReadOuts = router()
  .post(
    '/power',
    allow('experiments.read', 'tenant'),
    describe('How many people an experiment needs', Needed),
    body(PowerQuestion),
    (c) => {
      const { control, ...question } = c.req.valid('json')
      return c.json(peopleNeeded({ ...question, control: control ?? controlOf(question) }))
    },
  )
  .get('/:id/read-out', allow('experiments.read', 'follow'), describe('What an experiment found so far', ReadOut), async (c) =>
    c.json(await readOut(c.var.ctx, internalId(c.var.ctx, 'xpt', c.req.param('id')))),
  )
