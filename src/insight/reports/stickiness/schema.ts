import { z } from 'zod'
import { datedFields, interval, text } from '../schema.ts'

export const stickinessReport = z.strictObject({
  type: z.literal('stickiness'),
  ...datedFields,
  event: text(200).default('*'),
  interval: interval.default('day'),
})

export type StickinessReport = z.infer<typeof stickinessReport>

export const stickinessResult = z.object({
  personsByActiveIntervals: z.array(z.int()),
  /** How many of the intervals are over; absent where all are. Until then people may still move to the right. */
  complete: z.int().optional(),
})

export type StickinessResult = z.infer<typeof stickinessResult>
