import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { requirePlans } from './plans.ts'
import type { LayerSettingsPatch } from './schema.ts'

export const changeLayerSettings = (ctx: Context, { rules, plans }: LayerSettingsPatch): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if (plans) await requirePlans(ctx, plans)
    const changed = {
      ...(rules === undefined ? {} : { rules: rules === null ? null : JSON.stringify(rules) }),
      ...(plans === undefined ? {} : { plans: JSON.stringify(plans) }),
      changedBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
      changedAt: ctx.now(),
    }
    await ctx.db
      .insertInto('layerSettings')
      .values({ tenantId: ctx.tenantId, ...changed })
      .onConflict((conflict) => conflict.column('tenantId').doUpdateSet(changed))
      .execute()
    await audit(ctx, 'layers.changed', undefined, { ...(rules === undefined ? {} : { rules }), ...(plans === undefined ? {} : { plans }) })
  })
