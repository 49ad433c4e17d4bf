import { z } from 'zod'
import { datedFields, matcher } from '../schema.ts'

/** From one event to the next one of another kind, or from order to order, of the same person. */
export const intervalReport = z
  .strictObject({
    type: z.literal('interval'),
    ...datedFields,
    start: matcher.default({ event: 'order.paid' }),
    end: matcher.default({ event: 'order.paid' }),
    /** Every start to the first end after it, or only a person's first start of the dates. */
    match: z.enum(['each', 'first']).default('each'),
    unit: z.enum(['minute', 'hour', 'day']).default('day'),
    /** Where lengths are divided, in units; the first bin begins with 0. */
    bins: z
      .array(z.number().positive().max(1e6))
      .min(1)
      .max(100)
      .refine((list) => list.every((bound, i) => i === 0 || bound > (list[i - 1] ?? 0)), 'Bounds rise from one to the next.')
      .default([1, 3, 7, 14, 30, 60, 90, 180]),
    persons: z.union([z.strictObject({ bin: z.int().min(0).max(100) }), z.strictObject({ open: z.literal(true) })]).optional(),
  })
  .superRefine(({ persons, bins }, ctx) => {
    if (persons && 'bin' in persons && persons.bin > bins.length)
      ctx.addIssue({ code: 'custom', path: ['persons', 'bin'], message: `There is no bin ${persons.bin}.` })
  })

export type IntervalReport = z.infer<typeof intervalReport>

const number = z.number().nullable()

export const intervalResult = z.object({
  /** Starts that were followed by an end, and those that still wait for one. */
  intervals: z.int(),
  open: z.int(),
  /** Different people behind these starts. */
  people: z.int(),
  average: number,
  lowerQuartile: number,
  median: number,
  upperQuartile: number,
  bins: z.array(z.object({ from: z.number(), to: number, intervals: z.int(), persons: z.int() })),
  persons: z.array(z.string()).optional(),
})

export type IntervalResult = z.infer<typeof intervalResult>
