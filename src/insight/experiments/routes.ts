import { controlOf } from '#operation/experiments/design.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { readControl } from './control.ts'
import { peopleNeeded } from './power.ts'
import { readOut } from './queries.ts'
import { ControlReadOut, ControlReadOutQuery, Needed, PowerQuestion, ReadOut } from './schema.ts'

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

export const controlReadOuts = router().get(
  '/read-out',
  allow('experiments.read', 'follow'),
  describe('The company-wide control group against everybody else, over some days', ControlReadOut),
  query(ControlReadOutQuery),
  async (c) => c.json(await readControl(c.var.ctx, c.req.valid('query'))),
)
