import type { Context } from '#platform/context.ts'

/** Shop names of a file → ids; a name nobody has heard of becomes a shop. No name is the company's own: 0. */
export async function ensureShops(ctx: Context, names: ReadonlySet<string>): Promise<Map<string, number>> {
  const named = [...names].filter((name) => name !== '').sort()
  if (named.length === 0) return new Map()
  await ctx.db
    .insertInto('shops')
    .values(named.map((name) => ({ tenantId: ctx.tenantId, name, source: 'import', createdAt: ctx.now() })))
    .onConflict((conflict) => conflict.columns(['tenantId', 'name']).doNothing())
    .execute()
  const found = await ctx.db.selectFrom('shops').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).where('name', 'in', named).execute()
  return new Map(found.map(({ id, name }) => [name, id]))
}
