import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { listAlerts, listNotices, markSeen } from './alerts.ts'
import { changeAlert, createAlert, deleteAlert, setTarget } from './commands.ts'
import { changeOwnMetric, deleteOwnMetric, saveOwnMetric } from './own.ts'
import { listMetrics, readValues } from './queries.ts'
import {
  AlertPatch,
  Alerts,
  Dictionary,
  MetricValues,
  NewAlert,
  NewOwnMetric,
  Notices,
  OwnMetricPatch,
  TargetBody,
  ValuesQuery,
} from './schema.ts'

export const metrics = router()
  .get('/', allow('reports.read', 'tenant'), describe('The dictionary of metrics', Dictionary), async (c) =>
    c.json({ items: await listMetrics(c.var.ctx), next: null }),
  )
  .get(
    '/values',
    allow('reports.read', 'follow'),
    describe('Metrics over some days: whole, by interval, before, target', MetricValues),
    query(ValuesQuery),
    async (c) => {
      const { from, to, ...asked } = c.req.valid('query')
      return c.json({ ...(await readValues(c.var.ctx, { ...asked, dateFrom: from, dateTo: to })), next: null })
    },
  )
  .put('/targets', allow('reports.write', 'tenant'), describe('Set or take away a target', undefined, 204), body(TargetBody), async (c) => {
    await setTarget(c.var.ctx, c.req.valid('json'))
    return c.body(null, 204)
  })
  .get('/alerts', allow('reports.read', 'tenant'), describe('Alerts on metrics', Alerts), async (c) =>
    c.json({ items: await listAlerts(c.var.ctx), next: null }),
  )
  .post('/alerts', allow('reports.write', 'tenant'), describe('Watch a metric', undefined, 201), body(NewAlert), async (c) =>
    c.json({ id: publicId(c.var.ctx, 'mal', await createAlert(c.var.ctx, c.req.valid('json'))) }, 201),
  )
  .patch('/alerts/:id', allow('reports.write', 'tenant'), describe('Change an alert', undefined, 204), body(AlertPatch), async (c) => {
    await changeAlert(c.var.ctx, internalId(c.var.ctx, 'mal', c.req.param('id')), c.req.valid('json'))
    return c.body(null, 204)
  })
  .delete('/alerts/:id', allow('reports.write', 'tenant'), describe('Stop watching', undefined, 204), async (c) => {
    await deleteAlert(c.var.ctx, internalId(c.var.ctx, 'mal', c.req.param('id')))
    return c.body(null, 204)
  })
  .get('/notices', allow('reports.read', 'tenant'), describe('What alerts said, the newest first', Notices), async (c) =>
    c.json({ ...(await listNotices(c.var.ctx)), next: null }),
  )
  .post('/notices/seen', allow('reports.read', 'tenant'), describe('Mark what alerts said as read', undefined, 204), async (c) => {
    await markSeen(c.var.ctx)
    return c.body(null, 204)
  })
  .post('/', allow('reports.write', 'tenant'), describe('Make a metric of one’s own', undefined, 201), body(NewOwnMetric), async (c) =>
    c.json({ id: publicId(c.var.ctx, 'met', await saveOwnMetric(c.var.ctx, c.req.valid('json'))) }, 201),
  )
  .patch('/:id', allow('reports.write', 'tenant'), describe('Change one’s own metric', undefined, 204), body(OwnMetricPatch), async (c) => {
    await changeOwnMetric(c.var.ctx, internalId(c.var.ctx, 'met', c.req.param('id')), c.req.valid('json'))
    return c.body(null, 204)
  })
  .delete('/:id', allow('reports.write', 'tenant'), describe('Delete one’s own metric', undefined, 204), async (c) => {
    await deleteOwnMetric(c.var.ctx, internalId(c.var.ctx, 'met', c.req.param('id')))
    return c.body(null, 204)
  })
