import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { randomLetters } from '#platform/random-letters.ts'
import { readTurns } from './control-queries.ts'
import type { ControlGroupChange } from './schema.ts'

/**
 * Sizes the company-wide control group from a moment on, now when none is named. The same deal stands, so that a larger group holds
 * the same people and more, until it is rotated. What has begun is never rewritten.
 */
export const changeControlGroup = (ctx: Context, { perMille, rotate, from }: ControlGroupChange): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    // Two hands at once: the second one sees what the first one set.
    await ctx.db.selectFrom('tenants').select('id').where('id', '=', ctx.tenantId).forNoKeyUpdate().execute()
    const now = ctx.now()
    const fromAt = from === undefined ? now : new Date(from)
    if (fromAt < now) throw appError('control_group.past', { message: 'The past cannot be dealt anew.', field: 'from' })
    const last = (await readTurns(ctx)).at(-1)
    if (last && last.from >= fromAt)
      throw appError('control_group.planned', {
        status: 409,
        message: 'A change is planned for then or later: take it back first.',
        field: 'from',
      })
    await ctx.db
      .insertInto('controlGroups')
      .values({
        tenantId: ctx.tenantId,
        fromAt,
        salt: rotate || !last ? randomLetters(20) : last.salt,
        perMille,
        setBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        setAt: ctx.now(),
      })
      .execute()
    await audit(ctx, 'control_group.changed', undefined, { perMille, rotate, from: fromAt.toISOString() })
  })

/** Takes back what has not begun yet. */
export const takeBackControlGroup = (ctx: Context): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { numDeletedRows } = await ctx.db
      .deleteFrom('controlGroups')
      .where('tenantId', '=', ctx.tenantId)
      .where('fromAt', '>', ctx.now())
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) await audit(ctx, 'control_group.taken_back')
  })
