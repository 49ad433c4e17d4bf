import { z } from 'zod'
import { commonFields, text } from '../schema.ts'
import { rule } from '../segment/schema.ts'

const { timezone, weekStart, segment, among } = commonFields

export const matrixKinds = ['rfm', 'layers', 'quadrant'] as const
export type MatrixKind = (typeof matrixKinds)[number]

export const portraitReport = z.strictObject({
  type: z.literal('portrait'),
  timezone,
  weekStart,
  segment,
  among,
  /** Whom it is of, and whom they are held against: rules, everybody unless said. */
  of: rule.default({ and: [] }),
  base: rule.default({ and: [] }),
  /** Parts to answer, all of them unless said: `gender`, `tag:tgr_…`, `attribute:city`, `product` … */
  dimensions: z.array(text(200)).min(1).max(50).optional(),
  /** Values of each, the most frequent first. */
  limit: z.int().min(1).max(100).default(12),
  /** How far back behaviour is looked at. */
  windowDays: z.int().min(1).max(3650).default(90),
  /** A value that fewer of the base have is marked: its TGI says little. */
  few: z.int().min(0).max(10_000).default(30),
  /** Products against RFM groups (also `true`), layers or quadrants. */
  matrix: z.union([z.boolean(), z.enum(matrixKinds)]).default(false),
})
export type PortraitReport = z.infer<typeof portraitReport>

export const dimensionGroups = ['profile', 'tags', 'touch', 'trade', 'behaviour'] as const

const figures = {
  count: z.int(),
  share: z.number().nullable(),
  baseCount: z.int(),
  baseShare: z.number().nullable(),
  /** Share among those asked about by share in the base, times 100. */
  tgi: z.number().nullable(),
  few: z.boolean(),
}

const cell = z.object({
  ...figures,
  /** Who looked at the product within the days of behaviour, and what share of them bought it then or later. */
  viewers: z.int(),
  viewToOrder: z.number().nullable(),
  /** Buyers of the group who got money back for it, and their share. */
  refunded: z.int(),
  refundShare: z.number().nullable(),
  rule: z.unknown(),
})

export const portraitResult = z.object({
  of: z.object({ count: z.int() }),
  base: z.object({ count: z.int() }),
  dimensions: z.array(
    z.object({
      key: z.string(),
      group: z.enum(dimensionGroups),
      /** As the company calls it, where the company made it. */
      name: z.string().nullable(),
      /** Whether one person can stand under several values. */
      many: z.boolean(),
      values: z.array(
        z.object({
          /** Null: nothing is known. */
          value: z.string().nullable(),
          label: z.string().nullable(),
          ...figures,
          /** The condition that its people meet. */
          rule: z.unknown().nullable(),
        }),
      ),
      /** How many more values there are. */
      more: z.int(),
    }),
  ),
  matrix: z
    .object({
      columns: z.array(z.object({ name: z.string(), nameEn: z.string(), count: z.int() })),
      rows: z.array(z.object({ product: z.string(), title: z.string(), count: z.int(), cells: z.array(cell) })),
    })
    .optional(),
})
export type PortraitResult = z.infer<typeof portraitResult>
export type PortraitDimension = PortraitResult['dimensions'][number]
