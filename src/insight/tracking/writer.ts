import type { Installation } from '#platform/context.ts'
import { createInboxWriter, type InboxWriter } from '#platform/events/inbox.ts'
import { remember } from '#platform/remember.ts'

const writers = new WeakMap<Installation['databases'], InboxWriter>()

/** One writer a process: it is what lets requests share a commit. */
export const writerOf = ({ databases }: Installation): InboxWriter => remember(writers, databases, () => createInboxWriter(databases))
