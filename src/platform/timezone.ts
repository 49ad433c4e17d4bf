import type { Context } from './context.ts'

/** Whose midnights a company counts by: an IANA name. */
export const timezoneOf = async (ctx: Context): Promise<string> =>
  (await ctx.db.selectFrom('tenants').select('timezone').where('id', '=', ctx.tenantId).executeTakeFirstOrThrow()).timezone
