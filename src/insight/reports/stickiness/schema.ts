import { z } from 'zod'
import { datedFields, interval, text } from '../schema.ts'

export const stickinessReport = z.strictObject({
  type: z.literal('stickiness'),
  ...datedFields,
  event: text(200).default('*'),
  interval: interval.default('day'),
  /** Who was active in exactly so many intervals. */
  persons: z.strictObject({ intervals: z.int().min(1).max(5000) }).optional(),
})

export type StickinessReport = z.infer<typeof stickinessReport>

export const stickinessResult = z.object({
  personsByActiveIntervals: z.array(z.int()),
  /** How many of the intervals are over; absent where all are. Until then people may still move to the right. */
  complete: z.int().optional(),
  persons: z.array(z.string()).optional(),
})

export type StickinessResult = z.infer<typeof stickinessResult>
