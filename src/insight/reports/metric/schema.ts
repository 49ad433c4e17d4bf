import { z } from 'zod'
import { datedFields, interval, text, words } from '../schema.ts'
import { loops, units } from './definition.ts'

export const metricReport = z.strictObject({
  type: z.literal('metric'),
  ...datedFields,
  /** A key of the dictionary, or the id of an own metric. */
  metric: text(100),
  interval: z.enum([...interval.exclude(['hour']).options, 'period']).default('day'),
  compare: z.enum(['previous_period', 'previous_year']).optional(),
  breakdown: z.strictObject({ dimension: text(200), limit: z.int().min(1).max(100).default(20) }).optional(),
  /** Behind the number of all dates, or of one interval (from 0); of which part of the formula, and of which value of the breakdown. */
  persons: z
    .strictObject({
      part: z
        .string()
        .regex(/^[A-T]$/, 'A part is a letter of the formula.')
        .default('A'),
      interval: z.int().min(0).optional(),
      value: words(500).nullable().optional(),
    })
    .optional(),
})

export type MetricReport = z.infer<typeof metricReport>

const figure = z.number().nullable()

export const metricResult = z.object({
  metric: z.object({
    key: z.string(),
    zh: z.string(),
    en: z.string(),
    unit: z.enum(units),
    better: z.enum(['more', 'less']),
    loop: z.enum(loops).nullable(),
  }),
  total: figure,
  before: figure.optional(),
  intervals: z.array(z.string()),
  values: z.array(figure),
  compare: z.array(figure).optional(),
  /** The numbers that the formula is made of, for all the dates. */
  parts: z.array(z.object({ letter: z.string(), zh: z.string(), en: z.string(), total: figure })),
  breakdown: z
    .array(z.object({ value: z.string().nullable(), name: z.string().nullable(), total: figure, before: figure.optional() }))
    .optional(),
  currency: z.string().optional(),
  /** How many of the intervals are over; absent where all are. */
  complete: z.int().optional(),
  /** Why there is no number: costs are told of everybody only. */
  unknown: z.enum(['spend_of_some']).optional(),
  persons: z.array(z.string()).optional(),
})

export type MetricResult = z.infer<typeof metricResult>
