import { type InboxWriter, createInboxWriter } from '#platform/events/inbox.ts'
import type { Installation } from '#platform/context.ts'
import { allow, describe, router } from '#platform/http/router.ts'
import { eventsAccepted } from '#platform/http/health.ts'
import { receiveEvents } from './commands.ts'
import { EventsReceipt } from './schema.ts'

const writers = new WeakMap<Installation['databases'], InboxWriter>()

/** One writer a process: it is what lets requests share a commit. */
function writerOf({ databases }: Installation): InboxWriter {
  let writer = writers.get(databases)
  if (!writer) writers.set(databases, (writer = createInboxWriter(databases)))
  return writer
}

export const tracking = router().post('/events', allow('events.write', 'tenant'), describe('Send behaviour events; answered when they are on disk', EventsReceipt, 202), async (c) => {
  const receipt = await receiveEvents(c.var.ctx, writerOf(c.var.installation), await c.req.text())
  eventsAccepted.inc(receipt.accepted)
  return c.json(receipt, 202)
})
