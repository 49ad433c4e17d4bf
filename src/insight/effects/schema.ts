import { z } from 'zod'
import { effectResult } from '../reports/effect/schema.ts'

const hours = z.coerce.number().int().min(1).max(8760)

export const EffectQuery = z.object({ visitHours: hours.default(24), buyHours: hours.default(168) })
export type EffectQuery = z.infer<typeof EffectQuery>

export const MessageEffect = effectResult.omit({ persons: true }).extend({
  /** The same as a report, to be saved or drilled into. */
  report: z.record(z.string(), z.unknown()),
  asOf: z.iso.datetime(),
})
export type MessageEffect = z.infer<typeof MessageEffect>
