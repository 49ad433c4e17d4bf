import type { Installation } from '#platform/context.ts'
import { createInboxWriter, type InboxWriter } from '#platform/events/inbox.ts'
import { eventsAccepted } from '#platform/http/health.ts'
import { allow, describe, router } from '#platform/http/router.ts'
import { remember } from '#platform/remember.ts'
import { receiveEvents } from './commands.ts'
import { EventsReceipt } from './schema.ts'

const writers = new WeakMap<Installation['databases'], InboxWriter>()

/** One writer a process: it is what lets requests share a commit. */
const writerOf = ({ databases }: Installation): InboxWriter => remember(writers, databases, () => createInboxWriter(databases))

export const tracking = router().post(
  '/events',
  allow('events.write', 'tenant'),
  describe('Send behaviour events; answered when they are on disk', EventsReceipt, 202),
  async (c) => {
    const receipt = await receiveEvents(c.var.ctx, writerOf(c.var.installation), c.var.json)
    eventsAccepted.inc(receipt.accepted)
    return c.json(receipt, 202)
  },
)
