import { z } from 'zod'
import { commonFields, day, text } from '../schema.ts'

export const basketReport = z
  .strictObject({
    type: z.literal('basket'),
    ...commonFields,
    dateFrom: day.optional(),
    dateTo: day.optional(),
    /** The share of baskets that a set of items must be in, or their number. */
    minSupport: z.number().gt(0).max(1).optional(),
    minCount: z.int().min(1).max(1_000_000_000).optional(),
    minConfidence: z.number().min(0).max(1).default(0.5),
    /** Items of a set; a rule's both sides together. */
    minLength: z.int().min(1).max(20).default(1),
    maxLength: z.int().min(1).max(20).default(20),
    limit: z.int().min(1).max(10_000).default(1000),
    sort: z.enum(['lift', 'confidence', 'support', 'conviction']).default('lift'),
    /** Who bought all of these together. */
    persons: z.strictObject({ items: z.array(text(500)).min(1).max(20) }).optional(),
  })
  .superRefine((report, ctx) => {
    const complain = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
    if (report.minSupport !== undefined && report.minCount !== undefined) complain('minCount', 'Give minSupport or minCount, not both.')
    if (report.maxLength < report.minLength) complain('maxLength', 'maxLength is less than minLength.')
  })

export type BasketReport = z.infer<typeof basketReport>

const rule = z.object({
  lhs: z.array(z.string()),
  rhs: z.array(z.string()),
  count: z.int(),
  support: z.number(),
  confidence: z.number(),
  lift: z.number(),
  /** Null where the rule was never broken. */
  conviction: z.number().nullable(),
})

export const basketResult = z.object({
  baskets: z.int(),
  /** Different items in them, frequent or not. */
  items: z.int(),
  /** Frequent sets of minLength to maxLength items. */
  itemsets: z.int(),
  rulesFound: z.int(),
  rules: z.array(rule),
  /** What items in the rules are called, where that differs from their code. */
  titles: z.record(z.string(), z.string()),
  persons: z.array(z.string()).optional(),
})

export type BasketResult = z.infer<typeof basketResult>
export type Rule = z.infer<typeof rule>
