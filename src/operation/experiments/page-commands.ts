import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { expose } from './commands.ts'
import { knowsVariant } from './page-queries.ts'
import type { Slip } from './slip.ts'

/** A slip that came back, and when the page says that it was shown. */
export type Shown = { slip: Slip; at: Date }

/**
 * Writes down who was shown what they had been dealt, the held-out ones at the moment at which they saw the page as it is. The page
 * says only when; clocks of phones are wrong, so not before it was dealt and not in the future.
 */
export async function noteShown(ctx: Context, list: readonly Shown[]): Promise<void> {
  const known: Shown[] = []
  for (const one of list) if (await knowsVariant(ctx, one.slip)) known.push(one)
  if (known.length === 0) return
  const between = (at: Date, from: Date, to: Date): Date => new Date(Math.min(Math.max(at.getTime(), from.getTime()), to.getTime()))
  await inTransaction(ctx, (ctx) =>
    expose(
      ctx,
      known.map(({ slip: { dealtAt, ...facts }, at }) => ({ ...facts, at: between(at, dealtAt, ctx.now()) })),
    ),
  )
}
