import { z } from 'zod'
import { pageFields } from '../page-fields.ts'
import { datedFields, text } from '../schema.ts'

/** A cell of the sheet, an element, or how far down (a share of the page's height). */
const heatPersons = z.union([
  z.strictObject({ column: z.int().min(0).max(199), row: z.int().min(0).max(100_000) }),
  z.strictObject({ selector: text(500) }),
  z.strictObject({ depth: z.number().min(0).max(1) }),
])

export const heatmapReport = z
  .strictObject({
    type: z.literal('heatmap'),
    ...datedFields,
    ...pageFields,
    /** The page as its name is after cleaning. */
    page: text(500),
    /** Of visits with this device or from this source only. */
    device: text(100).optional(),
    source: text(200).optional(),
    sessionGapMinutes: z.int().min(1).max(43_200).default(30),
    /** The page's width in so many columns; rows of so many pixels. */
    columns: z.int().min(1).max(200).default(40),
    rowPixels: z.int().min(1).max(2000).default(24),
    /** How many elements the table has. */
    limit: z.int().min(1).max(1000).default(20),
    persons: heatPersons.optional(),
  })
  .superRefine((report, ctx) => {
    if (report.persons && 'column' in report.persons && report.persons.column >= report.columns)
      ctx.addIssue({ code: 'custom', path: ['persons', 'column'], message: `There is no column ${report.persons.column}.` })
  })

export type HeatmapReport = z.infer<typeof heatmapReport>

export const heatmapResult = z.object({
  views: z.int(),
  visitors: z.int(),
  clicks: z.int(),
  clickers: z.int(),
  /** Clicks that said where; only these lie in cells. */
  placed: z.int(),
  /** Median height of the page and of what is seen without scrolling, null where nobody measured. */
  pageHeight: z.number().nullable(),
  foldHeight: z.number().nullable(),
  /** Where most of the views were, to draw over; null where nobody says a site. Senders say it: look before you open it. */
  address: z.string().nullable(),
  cells: z.array(z.object({ column: z.int(), row: z.int(), clicks: z.int(), clickers: z.int() })),
  elements: z.array(
    z.object({
      selector: z.string(),
      text: z.string(),
      clicks: z.int(),
      clickers: z.int(),
      /** Of the clicks on the page. */
      share: z.number(),
      x: z.number().nullable(),
      y: z.number().nullable(),
    }),
  ),
  /** Views that told how far they came, and how many of them came at least to 5 %, 10 % … 100 % of the page. */
  scroll: z.object({ views: z.int(), reached: z.array(z.object({ depth: z.number(), views: z.int(), share: z.number().nullable() })) }),
  sources: z.array(z.object({ value: z.string(), views: z.int(), visitors: z.int(), clicks: z.int() })),
  devices: z.array(z.object({ value: z.string(), views: z.int(), visitors: z.int(), clicks: z.int() })),
  persons: z.array(z.string()).optional(),
})

export type HeatmapResult = z.infer<typeof heatmapResult>
