import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'

/** Null goes back to the company's language. */
export async function chooseLanguage(ctx: Context, language: 'zh' | 'en' | null): Promise<void> {
  if (ctx.actor.kind !== 'employee') throw appError('session.not_a_person', { status: 403, message: 'A key has no language of its own.' })
  await ctx.db.updateTable('employees').set({ language }).where('tenantId', '=', ctx.tenantId).where('id', '=', ctx.actor.id).execute()
}
