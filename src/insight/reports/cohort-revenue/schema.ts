import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { datedFields, interval } from '../schema.ts'

export const cohortRevenueReport = z.strictObject({
  type: z.literal('cohort_revenue'),
  ...datedFields,
  /** What makes a cohort: the first order that the report looks at, or the first friendship. */
  start: z.enum(['first_order', 'first_follow']).default('first_order'),
  interval: interval.exclude(['hour']).default('month'),
  /** Net takes refunds off, in the interval in which the money went back. */
  amount: z.enum(['net', 'gross']).default('net'),
  currency: currency.optional(),
  /** A curve for each channel of the first order or friendship. */
  by: z.literal('channel').optional(),
  /** The share of revenue that pays back what was spent. */
  margin: z.number().gt(0).max(1).default(1),
  persons: z.strictObject({ cohort: z.int().min(0), interval: z.int().min(0).optional() }).optional(),
})

export type CohortRevenueReport = z.infer<typeof cohortRevenueReport>

const point = z.object({
  /** Intervals since the start. */
  interval: z.int(),
  /** Customers of the cohorts that have been through this interval to its end; younger ones are left out. */
  customers: z.int(),
  buyers: z.int(),
  /** Revenue up to the end of this interval, of one of these customers. */
  value: z.number().nullable(),
})

const cohort = z.object({
  start: z.string(),
  size: z.int(),
  buyers: z.array(z.int()),
  orders: z.array(z.int()),
  revenue: z.array(z.number()),
  cumulative: z.array(z.number()),
  /** How many of these intervals are over; the last one may still be running. */
  complete: z.int(),
  /** What channels cost in the cohort's days, and the first interval whose cumulative revenue × margin covers it. */
  spend: z.number().optional(),
  payback: z.int().nullable().optional(),
})

export const cohortRevenueResult = z.object({
  currency: z.string(),
  cohorts: z.array(cohort),
  curve: z.array(point),
  channels: z
    .array(
      z.object({
        value: z.string().nullable(),
        size: z.int(),
        revenue: z.number(),
        curve: z.array(point),
        spend: z.number().optional(),
        payback: z.int().nullable().optional(),
      }),
    )
    .optional(),
  persons: z.array(z.string()).optional(),
})

export type CohortRevenueResult = z.infer<typeof cohortRevenueResult>
export type Point = z.infer<typeof point>
