import { z } from 'zod'
import { commonFields, day, interval, matcher, segments, text, words } from '../schema.ts'

const moment = z.union([
  day,
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}[T ]\d{2}(:\d{2}(:\d{2})?)?$/, 'The first interval is a day, or a day and an hour (2026-03-01T05:00).'),
])

export const mostIntervals = 400

export const retentionReport = z
  .strictObject({
    type: z.literal('retention'),
    ...commonFields,
    start: matcher,
    return: matcher.optional(),
    cohort: z.enum(['recurring', 'first_time_in_range', 'first_time_ever', 'first_time_matching']).default('recurring'),
    period: interval.default('day'),
    /** The first interval, and how many; without them those that dateFrom and dateTo touch. */
    from: moment.optional(),
    intervals: z.int().min(1).max(mostIntervals).optional(),
    /** Starts and returns on other days are not looked at. */
    dateFrom: day.optional(),
    dateTo: day.optional(),
    mode: z.enum(['on', 'on_or_after', 'brackets']).default('on'),
    brackets: z.array(z.int().min(1).max(1000)).min(1).max(100).optional(),
    minOccurrences: z.int().min(1).max(1_000_000).default(1),
    unit: z.enum(['person', 'device']).default('person'),
    segments: segments.optional(),
    /** By what people are: a property of theirs, or the first channel they came through. */
    breakdown: z
      .strictObject({
        property: text(200).optional(),
        dimension: z.literal('channel').optional(),
        limit: z.int().min(1).max(100).default(10),
      })
      .refine(
        ({ property, dimension }) => (property === undefined) !== (dimension === undefined),
        'A breakdown has either "property" or "dimension".',
      )
      .optional(),
    /** Of a cohort; of one of its values whoever came back, or did not; of one value of the breakdown. */
    persons: z
      .strictObject({
        cohort: z.int().min(0),
        interval: z.int().min(0).optional(),
        kept: z.boolean().optional(),
        value: words(500).nullable().optional(),
        other: z.literal(true).optional(),
      })
      .optional(),
  })
  .superRefine((report, ctx) => {
    const complain = (path: string[], message: string) => ctx.addIssue({ code: 'custom', path, message })
    if (report.mode === 'brackets' && !report.brackets) complain(['brackets'], 'Say how many intervals each bracket holds.')
    if (report.mode !== 'brackets' && report.brackets) complain(['brackets'], 'Brackets belong to the mode "brackets".')
    if (report.from === undefined && report.dateFrom === undefined) complain(['from'], 'Say the first interval, or dateFrom.')
    if (report.intervals === undefined && report.dateTo === undefined) complain(['intervals'], 'Say how many intervals, or dateTo.')
    if (report.persons && report.unit === 'device') complain(['persons'], 'Devices are no people.')
    if (report.breakdown && report.unit === 'device') complain(['breakdown'], 'Devices are no people.')
    if (report.persons?.kept !== undefined && report.persons.interval === undefined) complain(['persons', 'kept'], 'Say which interval.')
    for (const field of ['value', 'other'] as const)
      if (report.persons?.[field] !== undefined && !report.breakdown) complain(['persons', field], 'There is no breakdown.')
  })

export type RetentionReport = z.infer<typeof retentionReport>
/** With everything said that it left to its dates. */
export type FramedRetention = RetentionReport & { intervals: number }

const cohorts = z.array(z.object({ start: z.string(), size: z.int(), values: z.array(z.int()) }))

export const retentionResult = z.object({
  cohorts,
  breakdown: z
    .array(z.object({ value: z.string().nullable(), name: z.string().nullable(), other: z.literal(true).optional(), cohorts }))
    .optional(),
  segments: z.array(z.object({ segment: z.string(), cohorts })).optional(),
  /** How many values of each cohort are over; the others may still rise and stand in no mean. Absent where all are over. */
  complete: z.array(z.int()).optional(),
  persons: z.array(z.string()).optional(),
})

export type RetentionResult = z.infer<typeof retentionResult>
export type RetentionCohorts = z.infer<typeof cohorts>
