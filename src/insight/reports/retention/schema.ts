import { z } from 'zod'
import { commonFields, day, interval, matcher } from '../schema.ts'

const moment = z.union([
  day,
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}[T ]\d{2}(:\d{2}(:\d{2})?)?$/, 'The first interval is a day, or a day and an hour (2026-03-01T05:00).'),
])

export const retentionReport = z
  .strictObject({
    type: z.literal('retention'),
    ...commonFields,
    start: matcher,
    return: matcher.optional(),
    cohort: z.enum(['recurring', 'first_time_in_range', 'first_time_ever', 'first_time_matching']).default('recurring'),
    period: interval.default('day'),
    from: moment,
    intervals: z.int().min(1).max(400),
    mode: z.enum(['on', 'on_or_after', 'brackets']).default('on'),
    brackets: z.array(z.int().min(1).max(1000)).min(1).max(100).optional(),
    minOccurrences: z.int().min(1).max(1_000_000).default(1),
    unit: z.enum(['person', 'device']).default('person'),
    persons: z.strictObject({ cohort: z.int().min(0) }).optional(),
  })
  .superRefine((report, ctx) => {
    const complain = (path: string[], message: string) => ctx.addIssue({ code: 'custom', path, message })
    if (report.mode === 'brackets' && !report.brackets) complain(['brackets'], 'Say how many intervals each bracket holds.')
    if (report.mode !== 'brackets' && report.brackets) complain(['brackets'], 'Brackets belong to the mode "brackets".')
    if (report.persons && report.persons.cohort >= report.intervals)
      complain(['persons', 'cohort'], `There is no cohort ${report.persons.cohort}.`)
    if (report.persons && report.unit === 'device') complain(['persons'], 'Devices are no people.')
  })

export type RetentionReport = z.infer<typeof retentionReport>

export const retentionResult = z.object({
  cohorts: z.array(z.object({ start: z.string(), size: z.int(), values: z.array(z.int()) })),
  /** How many values of each cohort are over; the others may still rise and stand in no mean. Absent where all are over. */
  complete: z.array(z.int()).optional(),
  persons: z.array(z.string()).optional(),
})

export type RetentionResult = z.infer<typeof retentionResult>
