import { z } from 'zod'
import { datedFields, interval, text } from '../schema.ts'

/** What is measured of each person: how often, on how many days, or how much of a property. */
const measure = z.string().transform((value, ctx): DistributionMeasure => {
  const found = /^(times|days)$|^(sum|avg|min|max)\(([^()\0]{1,200})\)$/u.exec(value)
  if (found) return found[1] ? { of: found[1] as 'times' } : { of: found[2] as 'sum', property: String(found[3]).trim() }
  ctx.addIssue({ code: 'custom', message: 'A measure is times, days, or sum, avg, min, max of (property).' })
  return z.NEVER
})

export type DistributionMeasure = { of: 'times' | 'days' } | { of: 'sum' | 'avg' | 'min' | 'max'; property: string }

const edge = z.number().min(-1e12).max(1e12)

export const distributionReport = z
  .strictObject({
    type: z.literal('distribution'),
    ...datedFields,
    event: text(200),
    measure: measure.default({ of: 'times' }),
    /** `period`: each person once over all the dates; else once in each interval. */
    interval: z.enum([...interval.options, 'period']).default('period'),
    bins: z
      .discriminatedUnion('method', [
        /** 1, 2, 3 … most, and more. */
        z.strictObject({ method: z.literal('each'), most: z.int().min(1).max(100).default(10) }),
        z.strictObject({ method: z.literal('fixed'), edges: z.array(edge).min(1).max(100) }),
        /** Round widths, at most so many bins. */
        z.strictObject({ method: z.literal('auto'), most: z.int().min(1).max(100).default(10) }),
      ])
      .optional(),
    persons: z.strictObject({ interval: z.int().min(0).default(0), bin: z.int().min(0) }).optional(),
  })
  .superRefine(({ bins }, ctx) => {
    if (bins?.method === 'fixed' && bins.edges.some((one, i) => i > 0 && one <= (bins.edges[i - 1] ?? one)))
      ctx.addIssue({ code: 'custom', path: ['bins', 'edges'], message: 'Edges go up.' })
  })

export type DistributionReport = z.infer<typeof distributionReport>

const figure = z.number().nullable()

export const distributionResult = z.object({
  intervals: z.array(z.string()),
  /** from ≤ value < to; null is without end. */
  bins: z.array(z.object({ from: figure, to: figure })),
  rows: z.array(
    z.object({
      persons: z.int(),
      mean: figure,
      median: figure,
      min: figure,
      max: figure,
      /** Persons in each bin. */
      counts: z.array(z.int()),
    }),
  ),
  currency: z.string().optional(),
  /** How many of the intervals are over; absent where all are. */
  complete: z.int().optional(),
  persons: z.array(z.string()).optional(),
})

export type DistributionResult = z.infer<typeof distributionResult>
