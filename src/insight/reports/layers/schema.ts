import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { commonFields, day } from '../schema.ts'
import { healthKeys, healthReasons, layerKeys, layerRules } from './rules.ts'

const layer = z.enum(layerKeys)
const health = z.enum(healthKeys)

export const layersReport = z.strictObject({
  type: z.literal('layers'),
  ...commonFields,
  asOf: day.optional(),
  /** An earlier day to tell movements from. */
  comparedTo: day.optional(),
  /** Others than the company's own. */
  rules: layerRules.optional(),
  persons: z
    .strictObject({
      layer: layer.optional(),
      from: z.enum([...layerKeys, 'new']).optional(),
      health: health.optional(),
      reason: z.enum(healthReasons).optional(),
      /** The fifth of the buyers who brought most. */
      top: z.literal(true).optional(),
    })
    .refine((asked) => Object.keys(asked).length > 0, 'Name a layer, a health, a movement or the top.')
    .optional(),
  currency: currency.optional(),
})
export type LayersReport = z.infer<typeof layersReport>

const id = z.string().max(60)

/** What a company does for a layer: by which journey, with which tags and offer, looked after by whom; '' is nothing. */
const plan = z.strictObject({
  journey: id.default(''),
  tags: z.array(id).max(20).default([]),
  offer: z.string().max(1000).default(''),
  owner: id.default(''),
})
export type LayerPlan = z.infer<typeof plan>

const named = z.object({ id: z.string(), name: z.string() })
const namedPlan = z.object({ journey: named.nullable(), tags: z.array(named), offer: z.string(), owner: named.nullable() })
export type NamedPlan = z.infer<typeof namedPlan>

export const LayerPlans = z.strictObject({
  base: plan.optional(),
  ordinary: plan.optional(),
  member: plan.optional(),
  fan: plan.optional(),
})
export type LayerPlans = z.infer<typeof LayerPlans>

export const LayerSettings = z.object({ rules: layerRules, isDefault: z.boolean(), plans: LayerPlans })
export type LayerSettings = z.infer<typeof LayerSettings>

/** `rules: null` goes back to the printed defaults. */
export const LayerSettingsPatch = z.strictObject({ rules: layerRules.nullable().optional(), plans: LayerPlans.optional() })
export type LayerSettingsPatch = z.infer<typeof LayerSettingsPatch>

export const layersResult = z.object({
  asOf: z.string(),
  comparedTo: z.string().nullable(),
  customers: z.int(),
  currency: z.string(),
  rules: layerRules,
  layers: z.array(
    z.object({
      key: layer,
      name: z.string(),
      nameEn: z.string(),
      count: z.int(),
      buyers: z.int(),
      orders: z.int(),
      amount: z.number(),
      /** Active in the last 30 days. */
      active: z.int(),
      health: z.object({ ordinary: z.int(), loyal: z.int(), at_risk: z.int() }),
      plan: namedPlan.nullable(),
      planned: z.boolean(),
    }),
  ),
  /** The fifth of the buyers who brought most (at least one of them), and their share of what all buyers brought. */
  top: z.object({ buyers: z.int(), amount: z.number(), share: z.number().nullable() }),
  /** Why people are loyal or at risk; one may have several reasons. */
  reasons: z.array(z.object({ health, reason: z.enum(healthReasons), count: z.int() })),
  movements: z.array(z.object({ from: z.enum([...layerKeys, 'new']), to: layer, count: z.int() })),
  persons: z.array(z.string()).optional(),
})
export type LayersResult = z.infer<typeof layersResult>
