import type { Context } from '#platform/context.ts'
import { defaultRules, layerRules } from './rules.ts'
import { LayerPlans, type LayerSettings } from './schema.ts'

/** The company's own rules and plans, or the printed defaults. */
export async function getLayerSettings(ctx: Context): Promise<LayerSettings> {
  const row = await ctx.db.selectFrom('layerSettings').select(['rules', 'plans']).where('tenantId', '=', ctx.tenantId).executeTakeFirst()
  // Rules of a version that knew other facts are not guessed at.
  const rules = layerRules.safeParse(row?.rules)
  const plans = LayerPlans.safeParse(withoutTexts(row?.plans ?? {}))
  return { rules: rules.success ? rules.data : defaultRules, isDefault: !rules.success, plans: plans.success ? plans.data : {} }
}

/** Plans once named journey, tags and owner in words of their own. Those stand with the offer until somebody chooses. */
function withoutTexts(plans: unknown): unknown {
  if (typeof plans !== 'object' || plans === null) return plans
  return Object.fromEntries(
    Object.entries(plans).map(([key, { journey = '', tags = [], offer = '', owner = '' }]) => {
      const [way, who] = [idsIn(journey, 'jny_'), idsIn(owner, 'emp_')]
      const worn = Array.isArray(tags) ? tags : []
      const words = [way ? '' : journey, Array.isArray(tags) ? '' : tags, offer, who ? '' : owner].filter((text) => text !== '')
      return [key, { journey: way, tags: worn, offer: words.join(' · '), owner: who }]
    }),
  )
}

const idsIn = (text: string, prefix: string): string => (text.startsWith(prefix) ? text : '')
