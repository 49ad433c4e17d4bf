import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { datedFields, interval } from '../schema.ts'

export const repurchaseReport = z
  .strictObject({
    type: z.literal('repurchase'),
    ...datedFields,
    /** Cohorts of first orders. */
    interval: interval.default('month'),
    /** Bought again within so many days of the first order. */
    days: z.array(z.int().min(1).max(3650)).min(1).max(12).default([30, 60, 90]),
    currency: currency.optional(),
    /** How long the cycle is of each product, the most often bought again first. */
    products: z.int().min(0).max(500).default(0),
    /** Each buyer's own cycle, and when the next order is due. */
    rows: z.int().min(0).max(10_000).default(0),
    persons: z
      .union([
        z.strictObject({ of: z.enum(['buyers', 'repeated']) }),
        z.strictObject({ cohort: z.int().min(0), days: z.int().min(1), repeated: z.boolean().default(true) }),
      ])
      .optional(),
  })
  .superRefine(({ persons, days }, ctx) => {
    if (persons && 'cohort' in persons && !days.includes(persons.days))
      ctx.addIssue({ code: 'custom', path: ['persons', 'days'], message: 'Name one of the days asked for.' })
  })

export type RepurchaseReport = z.infer<typeof repurchaseReport>

const number = z.number().nullable()
const cycle = z.object({ gaps: z.int(), lowerQuartile: number, median: number, upperQuartile: number })
const within = z.object({
  days: z.int(),
  repeated: z.int(),
  rate: number,
  /** The last first order of the cohort is not that old yet: the rate may still rise, and stands in no mean. */
  open: z.boolean(),
})

export const repurchaseResult = z.object({
  /** In the dates: who bought, and who did so twice or more often. */
  buyers: z.int(),
  repeated: z.int(),
  rate: number,
  cohorts: z.array(z.object({ start: z.string(), size: z.int(), within: z.array(within) })),
  /** Over cohorts that are old enough. */
  mean: z.array(z.object({ days: z.int(), size: z.int(), repeated: z.int(), rate: number })),
  /** Days from an order of the dates back to the one before it, of the same person. */
  cycle,
  products: z.array(cycle.extend({ product: z.string(), title: z.string(), persons: z.int() })).optional(),
  rows: z
    .array(
      z.object({
        person: z.string(),
        orders: z.int(),
        medianDays: z.number(),
        lastDay: z.string(),
        dueDay: z.string(),
        /** Days past the due day; negative while it lies ahead. */
        overdueDays: z.int(),
      }),
    )
    .optional(),
  persons: z.array(z.string()).optional(),
})
export type RepurchaseResult = z.infer<typeof repurchaseResult>
