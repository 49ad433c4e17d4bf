import type { Handlers } from './handlers.ts'
import type { Sync } from './sync-state.ts'

/** What a feature above adds to the life of a corp: callbacks it understands, and steps of every comparison. */
export type WecomPart = {
  handlers: Handlers
  steps: readonly { name: string; work: (sync: Sync) => Promise<void> }[]
}
