import { z } from 'zod'
import { effectResult } from '../reports/effect/schema.ts'

const hours = z.coerce.number().int().min(1).max(8760)

export const EffectQuery = z.object({ visitHours: hours.default(24), buyHours: hours.default(168) })
export type EffectQuery = z.infer<typeof EffectQuery>

export const SendingEffect = effectResult.omit({ persons: true }).extend({
  /** After what people are followed: a message that arrived, or coming into a journey that sends none. */
  from: z.enum(['sent', 'entered']),
  /** Wishes to send, how many of them arrived, and how many have no end yet; of a journey one a step and person. */
  reach: z.object({ wished: z.int(), delivered: z.int(), open: z.int() }),
  /** The same as a report, to be saved or drilled into. */
  report: z.record(z.string(), z.unknown()),
  asOf: z.iso.datetime(),
})
export type SendingEffect = z.infer<typeof SendingEffect>
