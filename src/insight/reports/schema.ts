import { z } from 'zod'
import { isCleanText, where } from '#platform/events/where.ts'
import { isTimeZone } from '#platform/zone.ts'

/** Pieces that report documents share. Unknown fields are refused everywhere: a misspelt option must not be a silent default. */
export const text = (letters: number) => z.string().min(1).max(letters).refine(isCleanText, 'NUL and half surrogate pairs are not text.')

/** A value that may also be nothing. */
export const words = (letters: number) => z.string().max(letters).refine(isCleanText, 'NUL and half surrogate pairs are not text.')

export const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'A day is written yyyy-MM-dd.')
  .refine((value) => isDay(value), 'No such day.')
  .refine((value) => value >= '1970-01-02' && value < '2100-01-01', 'Days lie between 1970-01-02 and 2099-12-31.')

const isDay = (value: string): boolean => {
  const at = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value)
}

export const interval = z.enum(['hour', 'day', 'week', 'month'])
export type Interval = z.infer<typeof interval>

/** An event by name, `*` for any, with a filter on its properties. */
export const matcher = z.strictObject({ event: text(200), where: where.optional() })
export type Matcher = z.infer<typeof matcher>

export const commonFields = {
  timezone: z.string().refine(isTimeZone, 'No such time zone.').optional(),
  where: where.optional(),
  weekStart: z.enum(['monday', 'sunday']).optional(),
  /** A saved one: nobody else is looked at. */
  segment: text(60).optional(),
  /** A rule as segments have them, read where reports are (run.ts): nobody else is looked at. */
  people: z.record(z.string(), z.unknown()).optional(),
  among: z.array(text(200)).max(20_000).optional(),
}

/** Each of them beside everybody: the same question asked of who is in it now. */
export const segments = z
  .array(text(60))
  .min(1)
  .max(5)
  .refine((ids) => new Set(ids).size === ids.length, 'A segment is compared once.')

export const datedFields = { ...commonFields, dateFrom: day, dateTo: day }

/** Report documents name their type first; each type's own schema reads the rest. */
export const reportTypes = [
  'funnel',
  'trend',
  'retention',
  'lifecycle',
  'stickiness',
  'paths',
  'rfm',
  'segment',
  'portrait',
  'pages',
  'heatmap',
  'distribution',
  'attribution',
  'clv',
  'basket',
  'metric',
  'economics',
  'experiment',
  'trade',
  'interval',
  'repurchase',
  'cohort_revenue',
  'stages',
  'influence',
  'products',
  'north_star',
  'balance',
  'quadrant',
  'waste',
  'layers',
  'high_value',
  'score',
  'effect',
  'review',
] as const
export type ReportType = (typeof reportTypes)[number]

export const RunRequest = z.object({ report: z.unknown() })

export const RunAnswer = z.object({
  result: z.unknown(),
  computedAt: z.iso.datetime(),
  /** Facts up to this moment are in the result. */
  asOf: z.iso.datetime(),
  route: z.string(),
  milliseconds: z.number(),
})

const reportName = z.string().trim().pipe(text(100))

export const NewReport = z.strictObject({ name: reportName, report: z.record(z.string(), z.unknown()) })
export const ReportPatch = NewReport.partial()

export const SavedReport = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(reportTypes),
  report: z.record(z.string(), z.unknown()),
  createdBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type SavedReport = z.infer<typeof SavedReport>
export const SavedReports = z.object({ items: z.array(SavedReport), next: z.string().nullable() })
