import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { commonFields } from '../schema.ts'
import { oneWindow, windowFields } from '../window.ts'

const bounds = z
  .union([z.number().min(0), z.array(z.number().min(0)).min(1).max(19)])
  .transform((value) => (Array.isArray(value) ? value : [value]))
  .refine((list) => list.every((bound, i) => i === 0 || bound > (list[i - 1] ?? 0)), 'Bounds rise from one to the next.')

const bins = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('quantile'), n: z.int().min(2).max(20).default(5) }),
  /** Recency in days, where fewer is better; frequency in orders; monetary in major units. */
  z.strictObject({ method: z.literal('fixed'), recency: bounds, frequency: bounds, monetary: bounds }),
])

export const rfmReport = z
  .strictObject({
    type: z.literal('rfm'),
    ...commonFields,
    ...windowFields,
    amount: z.enum(['net', 'gross']).default('net'),
    rows: z.boolean().default(false),
    bins: bins.default({ method: 'quantile', n: 5 }),
    currency: currency.optional(),
  })
  .superRefine(oneWindow)

export type RfmReport = z.infer<typeof rfmReport>
export type Bins = RfmReport['bins']

export const rfmResult = z.object({
  customers: z.int(),
  currency: z.string(),
  groups: z.array(z.object({ name: z.string(), nameEn: z.string(), count: z.int(), amount: z.number() })),
  rows: z
    .array(
      z.object({
        person: z.string(),
        recencyDays: z.int(),
        frequency: z.int(),
        monetary: z.number(),
        r: z.int(),
        f: z.int(),
        m: z.int(),
        group: z.string(),
      }),
    )
    .optional(),
})

export type RfmResult = z.infer<typeof rfmResult>
