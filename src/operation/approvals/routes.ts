import { allow, describe, router } from '#platform/http/router.ts'
import { listWaiting } from './queries.ts'
import { ApprovalList } from './schema.ts'

export const approvals = router().get(
  '/',
  allow('messages.approve', 'follow'),
  describe('What waits for the caller’s word as a second person', ApprovalList),
  async (c) => c.json({ items: await listWaiting(c.var.ctx), next: null }),
)
