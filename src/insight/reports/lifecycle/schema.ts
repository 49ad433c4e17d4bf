import { z } from 'zod'
import { datedFields, interval, text } from '../schema.ts'

export const lifecycleStatuses = ['new', 'returning', 'resurrected', 'dormant'] as const
export type LifecycleStatus = (typeof lifecycleStatuses)[number]

export const lifecycleReport = z.strictObject({
  type: z.literal('lifecycle'),
  ...datedFields,
  event: text(200).default('*'),
  interval: interval.default('day'),
  persons: z.strictObject({ interval: z.union([z.int().min(0), text(40)]), status: z.enum(lifecycleStatuses) }).optional(),
})

export type LifecycleReport = z.infer<typeof lifecycleReport>

const counts = z.array(z.int())

export const lifecycleResult = z.object({
  intervals: z.array(z.string()),
  new: counts,
  returning: counts,
  resurrected: counts,
  dormant: counts,
  /** How many of the intervals are over; absent where all are. */
  complete: z.int().optional(),
  persons: z.array(z.string()).optional(),
})

export type LifecycleResult = z.infer<typeof lifecycleResult>
