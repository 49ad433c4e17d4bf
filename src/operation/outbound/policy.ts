import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { defaultPolicy, Policy } from './schema.ts'
import type { Stop } from './stopping.ts'

/** The company's rules; the printed defaults until somebody changed them. */
export async function readPolicy(ctx: Context): Promise<Policy> {
  const row = await ctx.db.selectFrom('sendPolicies').select('policy').where('tenantId', '=', ctx.tenantId).executeTakeFirst()
  return row ? Policy.parse({ ...defaultPolicy, ...(row.policy as object) }) : defaultPolicy
}

export const changePolicy = (ctx: Context, change: Partial<Policy>): Promise<Policy> =>
  inTransaction(ctx, async (ctx) => {
    const before = await readPolicy(ctx)
    const policy: Policy = { ...before, ...change }
    const row = { policy: JSON.stringify(policy), updatedAt: ctx.now() }
    await ctx.db
      .insertInto('sendPolicies')
      .values({ tenantId: ctx.tenantId, ...row })
      .onConflict((conflict) => conflict.column('tenantId').doUpdateSet(row))
      .execute()
    await audit(ctx, 'send_policy.changed', undefined, { from: before, to: policy })
    return policy
  })

export async function standingStops(ctx: Context): Promise<Stop[]> {
  const rows = await ctx.db
    .selectFrom('sendStops')
    .select(['id', 'scope', 'corp', 'sourceKind', 'sourceId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('liftedAt', 'is', null)
    .execute()
  return rows as Stop[]
}
