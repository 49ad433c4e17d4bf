import type { Context } from '#platform/context.ts'
import { defaultRules, layerRules } from './rules.ts'
import { LayerPlans, type LayerSettings } from './schema.ts'

/** The company's own rules and plans, or the printed defaults. */
export async function getLayerSettings(ctx: Context): Promise<LayerSettings> {
  const row = await ctx.db.selectFrom('layerSettings').select(['rules', 'plans']).where('tenantId', '=', ctx.tenantId).executeTakeFirst()
  // Rules of a version that knew other facts are not guessed at.
  const rules = layerRules.safeParse(row?.rules)
  const plans = LayerPlans.safeParse(row?.plans ?? {})
  return { rules: rules.success ? rules.data : defaultRules, isDefault: !rules.success, plans: plans.success ? plans.data : {} }
}
