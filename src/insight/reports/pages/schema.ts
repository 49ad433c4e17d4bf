import { z } from 'zod'
import { pageFields } from '../page-fields.ts'
import { datedFields, interval, text } from '../schema.ts'

export const pagePersons = ['visitors', 'clickers', 'bounced', 'exited', 'jumped'] as const

export const pagesReport = z.strictObject({
  type: z.literal('pages'),
  ...datedFields,
  ...pageFields,
  /** What the rows are. A visit's source and device are those of its first event. */
  by: z.enum(['page', 'source', 'device']).default('page'),
  /** Where visitors should go on to; without it, any other page counts. */
  target: text(500).optional(),
  sessionGapMinutes: z.int().min(1).max(43_200).default(30),
  limit: z.int().min(1).max(1000).default(50),
  /** With an interval the answer has the totals of each. */
  interval: interval.optional(),
  /** Who stands behind a figure, of one row or of all. */
  persons: z.strictObject({ of: z.enum(pagePersons), value: text(500).optional() }).optional(),
})

export type PagesReport = z.infer<typeof pagesReport>

const ratio = z.number().nullable()

const pageFigures = z.object({
  visitors: z.int(),
  views: z.int(),
  visits: z.int(),
  clicks: z.int(),
  clickers: z.int(),
  /** Visits that began here, and those of them that saw one page and did nothing. */
  entries: z.int(),
  bounces: z.int(),
  exits: z.int(),
  jumps: z.int(),
  clickersPerVisitor: ratio,
  clicksPerView: ratio,
  bounceRate: ratio,
  exitRate: ratio,
  jumpRate: ratio,
  medianStaySeconds: ratio,
})

export type PageFigures = z.infer<typeof pageFigures>

export const pagesResult = z.object({
  total: pageFigures,
  rows: z.array(pageFigures.extend({ value: z.string() })),
  /** How many rows there would be without the limit. */
  values: z.int(),
  trend: z.object({ intervals: z.array(z.string()), rows: z.array(pageFigures) }).optional(),
  persons: z.array(z.string()).optional(),
})

export type PagesResult = z.infer<typeof pagesResult>
