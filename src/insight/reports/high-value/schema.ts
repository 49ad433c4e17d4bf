import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { commonFields } from '../schema.ts'
import { oneWindow, windowFields } from '../window.ts'

/** What a score is made of: purchases on one side, the community on the other. */
export const highValueParts = ['recency', 'frequency', 'interval', 'monetary', 'speaking', 'speakingInterval', 'influence'] as const
export type HighValuePart = (typeof highValueParts)[number]

export const defaultWeights: Record<HighValuePart, number> = {
  recency: 15,
  frequency: 20,
  interval: 10,
  monetary: 25,
  speaking: 10,
  speakingInterval: 5,
  influence: 15,
}

const weight = z.number().min(0).max(1000)
const weights = z
  .strictObject({
    recency: weight,
    frequency: weight,
    interval: weight,
    monetary: weight,
    speaking: weight,
    speakingInterval: weight,
    influence: weight,
  })
  .refine((all) => Object.values(all).some((one) => one > 0), 'One weight at least is above nought.')

export const highValueReport = z
  .strictObject({
    type: z.literal('high_value'),
    ...commonFields,
    /** Of a year unless said. */
    ...windowFields,
    weights: weights.default(defaultWeights),
    limit: z.int().min(1).max(10_000).default(100),
    persons: z.strictObject({ top: z.int().min(1).max(100_000) }).optional(),
    currency: currency.optional(),
  })
  .superRefine(oneWindow)
export type HighValueReport = z.infer<typeof highValueReport>

const parts = z.record(z.enum(highValueParts), z.number())

export const highValueResult = z.object({
  customers: z.int(),
  currency: z.string(),
  weights: parts,
  rows: z.array(
    z.object({
      person: z.string(),
      score: z.number(),
      /** Each part from 0 to 100 before its weight. */
      parts,
      recencyDays: z.int().nullable(),
      orders: z.int(),
      intervalDays: z.number().nullable(),
      amount: z.number(),
      messages: z.int(),
      speakingDays: z.number().nullable(),
    }),
  ),
  persons: z.array(z.string()).optional(),
})
export type HighValueResult = z.infer<typeof highValueResult>
