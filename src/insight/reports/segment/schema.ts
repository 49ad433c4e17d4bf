import { z } from 'zod'
import { commonFields, day, text } from '../schema.ts'
import { type Rule, readRule } from './rule.ts'

/** A rule tree; what is wrong with it is said with the way there. */
export const rule = z.unknown().transform((value, ctx): Rule => {
  const read = readRule(value)
  if ('rule' in read) return read.rule
  ctx.addIssue({ code: 'custom', message: read.message, path: read.path })
  return z.NEVER
})

/** The end of a day, or an instant with its zone. */
export const moment = z.union([day, z.iso.datetime({ offset: true })], 'A moment is a day or a time with its zone.')

const { timezone, weekStart, segment, among } = commonFields

export const segmentReport = z.strictObject({
  type: z.literal('segment'),
  timezone,
  weekStart,
  segment,
  among,
  rule,
  asOf: moment.optional(),
  /** A person: why they are in or out. */
  explain: text(200).optional(),
  /** Said nothing, people are listed as long as they are few. */
  persons: z.boolean().optional(),
})

export type SegmentReport = z.infer<typeof segmentReport>

const explained: z.ZodType = z.lazy(() =>
  z.object({
    holds: z.boolean(),
    and: z.array(explained).optional(),
    or: z.array(explained).optional(),
    not: explained.optional(),
    /** A saved segment, its name and its rule as it came out. */
    segment: z.string().optional(),
    name: z.string().optional(),
    rule: explained.optional(),
    /** The condition as it was written, and what was found. */
    leaf: z.unknown().optional(),
    value: z.unknown().optional(),
  }),
)

export const segmentResult = z.object({ count: z.int(), persons: z.array(z.string()).optional(), explain: explained.optional() })

export type SegmentResult = { count: number; persons?: string[]; explain?: unknown }
