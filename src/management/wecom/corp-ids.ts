import type { Context, Installation } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'

const known = new WeakMap<Installation['databases'], Map<string, string>>()

/** WeCom's own id of a corp, which never changes. */
export async function corpIdOf(ctx: Context, corp: number): Promise<string> {
  const corps = known.get(ctx.databases) ?? new Map<string, string>()
  known.set(ctx.databases, corps)
  const name = `${ctx.tenantId} ${corp}`
  const found = corps.get(name) ?? (await read(ctx, corp))
  corps.set(name, found)
  return found
}

async function read(ctx: Context, corp: number): Promise<string> {
  const row = await ctx.db
    .selectFrom('wecomCorps')
    .select('corpId')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', corp)
    .executeTakeFirst()
  if (!row) throw notFound('corp')
  return row.corpId
}
