import { liveCodeViewed } from '#growth/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import type { Device } from '#platform/http/device.ts'
import { type CodeFacts, factsOf } from './reactions.ts'

export type View = { device: Device; at?: Date }

/** Somebody opened a code's short link, and nobody knows who. */
export const noteViews = (ctx: Context, code: CodeFacts, views: readonly View[]): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    for (const { device, at } of views)
      emit(ctx, liveCodeViewed, { customerId: null, ...(at && { at }), properties: { ...factsOf(code), device } })
  })
