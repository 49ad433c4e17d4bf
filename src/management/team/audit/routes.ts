import { allow, describe, query, router } from '#platform/http/router.ts'
import { listAudit, verifyForReaders } from './queries.ts'
import { AuditPage, AuditQuery, Verification } from './schema.ts'

export const audits = router()
  .get('/', allow('audit.read', 'tenant'), describe('Who did what, newest first', AuditPage), query(AuditQuery), async (c) =>
    c.json(await listAudit(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    '/verification',
    allow('audit.read', 'tenant'),
    describe('Checks the hash chain and names the first row that was tampered with', Verification),
    async (c) => c.json(await verifyForReaders(c.var.ctx)),
  )
