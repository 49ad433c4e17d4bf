import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { commonFields, day, matcher } from '../schema.ts'

const hours = z.int().min(1).max(8760)

/** Who stands behind which number; `refunded`: bought and gave (part of) it back. */
export const effectPersons = ['touched', 'visited', 'bought', 'refunded', 'left'] as const

/** What people did after something was said or given to them: visited, bought, or deleted whoever said it. */
export const effectReport = z.strictObject({
  type: z.literal('effect'),
  ...commonFields,
  /** When somebody was touched first; without them, ever. */
  dateFrom: day.optional(),
  dateTo: day.optional(),
  /** Of a person only the first one counts. */
  touch: matcher,
  /** What counts as a visit; without it, whatever people do themselves. */
  visit: matcher.optional(),
  visitHours: hours.default(24),
  buyHours: hours.default(168),
  leaveHours: hours.default(24),
  currency: currency.optional(),
  persons: z.strictObject({ of: z.enum(effectPersons) }).optional(),
})
export type EffectReport = z.infer<typeof effectReport>

export const effectResult = z.object({
  touched: z.int(),
  visited: z.int(),
  bought: z.int(),
  refunded: z.int(),
  left: z.int(),
  orders: z.int(),
  /** What was paid, with corrections, and what of it was not paid back until now; major units. */
  gross: z.number(),
  net: z.number(),
  /** What anybody paid from the first touch to the last moment that still counts: `gross` ÷ this is the contribution. */
  paidByAll: z.number(),
  currency: z.string(),
  /** People whose hours are not over: their numbers may still grow. */
  open: z.object({ visit: z.int(), buy: z.int(), leave: z.int() }),
  persons: z.array(z.string()).optional(),
})
export type EffectResult = z.infer<typeof effectResult>
