import { acquisitionLinkDeleted, acquisitionLinkUncovered } from '#growth/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'

/** Links that WeCom has no more, though nobody here deleted them. Told once. */
export const noteGone = (
  ctx: Context,
  links: readonly number[],
  at?: Date,
): Promise<{ id: number; name: string; linkId: string | null }[]> =>
  inTransaction(ctx, async (ctx) => {
    if (links.length === 0) return []
    const gone = await ctx.db
      .updateTable('acquisitionLinks')
      .set({ goneAt: at ?? ctx.now(), retryAt: null, syncError: null })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', 'in', [...links])
      .where('goneAt', 'is', null)
      .where('deletedAt', 'is', null)
      .returning(['id', 'name', 'linkId'])
      .execute()
    for (const { id, name } of gone)
      emit(ctx, acquisitionLinkDeleted, {
        customerId: null,
        ...(at && { at }),
        properties: { link: id, linkName: name, by: 'WeCom', where: 'wecom' },
      })
    return gone
  })

/** Nobody is left behind the link. Told once, until it works again. */
export const noteUnavailable = (ctx: Context, link: number, at: Date): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const row = await ctx.db
      .updateTable('acquisitionLinks')
      .set({ unavailableAt: at })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', link)
      .where('unavailableAt', 'is', null)
      .returning('name')
      .executeTakeFirst()
    if (row) emit(ctx, acquisitionLinkUncovered, { customerId: null, at, properties: { link, linkName: row.name } })
  })
