import type { Context } from '#platform/context.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { changeExperiment, changeState, createExperiment, deleteExperiment } from './commands.ts'
import { changeControlGroup, takeBackControlGroup } from './control-commands.ts'
import { controlStanding, listControlMembers, readControlGroup } from './control-queries.ts'
import { listExperiments, readExperiment } from './queries.ts'
import {
  ControlGroup,
  ControlGroupChange,
  ControlMembers,
  ControlMembersQuery,
  ControlQuery,
  ControlStanding,
  Experiment,
  ExperimentList,
  ExperimentPatch,
  ExperimentQuery,
  NewExperiment,
  StateChange,
} from './schema.ts'
import type { MetricsCheck, ThingChecks } from './things.ts'

export const experiments = (checks: ThingChecks, checkMetrics: MetricsCheck) =>
  router()
    .get(
      '/',
      allow('experiments.read', 'tenant'),
      describe('List experiments, newest first; archived ones only by their state', ExperimentList),
      query(ExperimentQuery),
      async (c) => c.json(await listExperiments(c.var.ctx, c.req.valid('query'))),
    )
    .post('/', allow('experiments.write', 'tenant'), describe('Draw up an experiment', Experiment, 201), body(NewExperiment), async (c) =>
      c.json(await readExperiment(c.var.ctx, await createExperiment(c.var.ctx, c.req.valid('json'), checkMetrics)), 201),
    )
    .get('/:id', allow('experiments.read', 'tenant'), describe('Read an experiment', Experiment), async (c) =>
      c.json(await readExperiment(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))),
    )
    .patch(
      '/:id',
      allow('experiments.write', 'tenant'),
      describe('Change an experiment; what is absent stays, what would break it in flight is refused', Experiment),
      body(ExperimentPatch),
      async (c) => {
        const id = idOf(c.var.ctx, c.req.param('id'))
        await changeExperiment(c.var.ctx, id, c.req.valid('json'), checkMetrics)
        return c.json(await readExperiment(c.var.ctx, id))
      },
    )
    .put(
      '/:id/state',
      allow('experiments.write', 'tenant'),
      describe('Start, stop (with the winner) or archive an experiment', Experiment),
      body(StateChange),
      async (c) => {
        const id = idOf(c.var.ctx, c.req.param('id'))
        await changeState(c.var.ctx, id, c.req.valid('json'), checks)
        return c.json(await readExperiment(c.var.ctx, id))
      },
    )
    .delete('/:id', allow('experiments.write', 'tenant'), describe('Delete a draft', undefined, 204), async (c) => {
      await deleteExperiment(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))
      return c.body(null, 204)
    })

const idOf = (ctx: Context, text: string): number => internalId(ctx, 'xpt', text)

export const controlGroup = router()
  .get('/', allow('experiments.read', 'tenant'), describe('The company-wide control group, now and ever', ControlGroup), async (c) =>
    c.json(await readControlGroup(c.var.ctx)),
  )
  .put(
    '/',
    allow('settings.write', 'tenant'),
    describe('Size or rotate the company-wide control group', ControlGroup),
    body(ControlGroupChange),
    async (c) => {
      await changeControlGroup(c.var.ctx, c.req.valid('json'))
      return c.json(await readControlGroup(c.var.ctx))
    },
  )
  .delete('/planned', allow('settings.write', 'tenant'), describe('Take back what has not begun yet', ControlGroup), async (c) => {
    await takeBackControlGroup(c.var.ctx)
    return c.json(await readControlGroup(c.var.ctx))
  })
  .get(
    '/customers',
    allow('customers.read', 'follow'),
    describe('Who was in the control group at a moment', ControlMembers),
    query(ControlMembersQuery),
    async (c) => {
      const { at, ...page } = c.req.valid('query')
      return c.json(await listControlMembers(c.var.ctx, { ...page, ...(at ? { at: new Date(at) } : {}) }))
    },
  )
  .get(
    '/customers/:id',
    allow('customers.read', 'follow'),
    describe('Whether a customer was in the control group at a moment, and since when', ControlStanding),
    query(ControlQuery),
    async (c) => {
      const { at } = c.req.valid('query')
      return c.json(await controlStanding(c.var.ctx, internalId(c.var.ctx, 'cus', c.req.param('id')), at ? new Date(at) : undefined))
    },
  )
