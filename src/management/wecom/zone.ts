import type { Context } from '#platform/context.ts'

/** Whose days these are. */
export async function zoneOf(ctx: Context): Promise<string> {
  return (await ctx.db.selectFrom('tenants').select('timezone').where('id', '=', ctx.tenantId).executeTakeFirstOrThrow()).timezone
}
