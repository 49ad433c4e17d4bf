import { z } from 'zod'
import { spendKinds } from '#growth/spends/schema.ts'
import { currency } from '#platform/currency.ts'
import { effectResult } from '../reports/effect/schema.ts'

const hours = z.coerce.number().int().min(1).max(8760)

export const EffectQuery = z.object({ visitHours: hours.default(24), buyHours: hours.default(168) })
export type EffectQuery = z.infer<typeof EffectQuery>

/** What a message or journey costs, in minor units: all of it at once, nothing for no cost. */
export const SendingCostBody = z.strictObject({
  /** The company's own unless said. */
  currency: currency.optional(),
  items: z
    .array(z.strictObject({ kind: z.enum(spendKinds), amountMinor: z.int().min(0) }))
    .max(spendKinds.length)
    .refine((items) => new Set(items.map(({ kind }) => kind)).size === items.length, 'A kind of cost is said once.'),
})
export type SendingCostBody = z.infer<typeof SendingCostBody>

export const SendingCost = z.object({
  currency: z.string(),
  totalMinor: z.int(),
  items: z.array(z.object({ kind: z.enum(spendKinds), amountMinor: z.int() })),
  changedAt: z.iso.datetime(),
})
export type SendingCost = z.infer<typeof SendingCost>

export const CostAnswer = z.object({ cost: SendingCost.nullable() })

export const SendingEffect = effectResult.omit({ persons: true }).extend({
  /** After what people are followed: a message that arrived, or coming into a journey that sends none. */
  from: z.enum(['sent', 'entered']),
  /** Wishes to send, how many of them arrived, and how many have no end yet; of a journey one a step and person. */
  reach: z.object({ wished: z.int(), delivered: z.int(), open: z.int() }),
  /** Null: none recorded, or only some customers are looked at, whose cost nobody knows. */
  cost: SendingCost.nullable(),
  /** Net less cost in major units, and net ÷ cost, as ROI is everywhere; null without a cost, or where it is in another currency. */
  gain: z.number().nullable(),
  roi: z.number().nullable(),
  /** The same as a report, to be saved or drilled into. */
  report: z.record(z.string(), z.unknown()),
  asOf: z.iso.datetime(),
})
export type SendingEffect = z.infer<typeof SendingEffect>
