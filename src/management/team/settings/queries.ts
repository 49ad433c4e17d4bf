import type { Context } from '#platform/context.ts'
import { Settings } from './schema.ts'

export async function readSettings(ctx: Context): Promise<Settings> {
  const found = await ctx.db
    .selectFrom('tenants')
    .select(['name', 'timezone', 'currency', 'weekStart', 'language'])
    .where('id', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  return Settings.parse(found)
}
