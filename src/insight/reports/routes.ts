import { z } from 'zod'
import { PageQuery } from '#platform/http/paging.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { changeReport, deleteReport, saveReport } from './commands.ts'
import { getReport, listReports } from './queries.ts'
import { runReport } from './run.ts'
import { NewReport, ReportPatch, RunAnswer, RunRequest, reportTypes, SavedReport, SavedReports } from './schema.ts'

const ListQuery = PageQuery.extend({ type: z.enum(reportTypes).optional() })

export const reports = router()
  .post('/run', allow('reports.read', 'follow'), describe('Run a report document', RunAnswer), body(RunRequest), async (c) =>
    c.json(await runReport(c.var.ctx, c.req.valid('json').report)),
  )
  .get('/', allow('reports.read', 'tenant'), describe('List saved reports', SavedReports), query(ListQuery), async (c) =>
    c.json(await listReports(c.var.ctx, c.req.valid('query'))),
  )
  .post('/', allow('reports.write', 'tenant'), describe('Save a report', SavedReport, 201), body(NewReport), async (c) =>
    c.json(await getReport(c.var.ctx, await saveReport(c.var.ctx, c.req.valid('json'))), 201),
  )
  .get('/:id', allow('reports.read', 'tenant'), describe('One saved report', SavedReport), async (c) =>
    c.json(await getReport(c.var.ctx, internalId(c.var.ctx, 'rep', c.req.param('id')))),
  )
  .patch('/:id', allow('reports.write', 'tenant'), describe('Change a saved report', SavedReport), body(ReportPatch), async (c) => {
    const id = internalId(c.var.ctx, 'rep', c.req.param('id'))
    await changeReport(c.var.ctx, id, c.req.valid('json'))
    return c.json(await getReport(c.var.ctx, id))
  })
  .delete('/:id', allow('reports.write', 'tenant'), describe('Delete a saved report', undefined, 204), async (c) => {
    await deleteReport(c.var.ctx, internalId(c.var.ctx, 'rep', c.req.param('id')))
    return c.body(null, 204)
  })
