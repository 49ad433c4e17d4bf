import { z } from 'zod'
import { CustomerItem } from '#management/customers/schema.ts'
import { text } from '../reports/schema.ts'
import { moment, rule } from '../reports/segment/schema.ts'

const name = z.string().trim().pipe(text(100))
const note = z.string().trim().max(500)

/** What names people in a file. */
export const listKinds = ['phone', 'member_no', 'wecom_external_userid', 'unionid', 'openid', 'shop_buyer', 'person', 'customer'] as const
export type ListKind = (typeof listKinds)[number]

/** Where a list of people came from: a report and a number of it, or a file. */
const origin = z.strictObject({
  kind: z.enum(['report', 'file', 'hand', 'segment']),
  title: z.string().max(300).default(''),
  report: z.record(z.string(), z.unknown()).optional(),
})

/** The tag that members get, and whether those who leave lose it. */
export const writesTag = z.strictObject({ id: text(60), takeAway: z.boolean().default(false) })

/** A rule, or people: by their ids, or by the identities of a file. */
export const NewSegment = z
  .strictObject({
    name,
    note: note.default(''),
    rule: rule.optional(),
    customers: z.array(text(60)).min(1).max(50_000).optional(),
    list: z.strictObject({ kind: z.enum(listKinds), values: z.array(text(200)).min(1).max(50_000) }).optional(),
    /** The people of a rule as they are now, who stay when the rule would not hold for them any more. */
    snapshotOf: text(60).optional(),
    origin: origin.optional(),
    tag: writesTag.nullable().optional(),
  })
  .refine(({ rule, tag }) => rule !== undefined || !tag, { message: 'Only a rule writes a tag.', path: ['tag'] })
  .refine(({ rule, customers, list, snapshotOf }) => [rule, customers, list, snapshotOf].filter((one) => one !== undefined).length === 1, {
    message: 'A segment is a rule, or people, or a list, or a snapshot of another.',
    path: ['rule'],
  })
export type NewSegment = z.infer<typeof NewSegment>

/** `tag: null` writes none any more; who has it keeps it. */
export const SegmentPatch = z.strictObject({
  name: name.optional(),
  note: note.optional(),
  rule: rule.optional(),
  tag: writesTag.nullable().optional(),
})
export type SegmentPatch = z.infer<typeof SegmentPatch>

export const Segment = z.object({
  id: z.string(),
  name: z.string(),
  note: z.string(),
  kind: z.enum(['rule', 'list']),
  rule: z.unknown().nullable(),
  origin: z.unknown().nullable(),
  /** Of a rule: what its members get. */
  tag: z.object({ id: z.string(), name: z.string(), group: z.string(), takeAway: z.boolean() }).nullable(),
  createdBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  archivedAt: z.iso.datetime().nullable(),
  /** Of a list that was just made: values that name nobody. */
  unknown: z.int().optional(),
})
export type Segment = z.infer<typeof Segment>

export const SegmentList = z.object({ items: z.array(Segment), next: z.string().nullable() })

export const Counted = z.object({ count: z.int(), /** Everybody the asker may see. */ total: z.int(), at: z.iso.datetime() })
export type Counted = z.infer<typeof Counted>

export const CountRequest = z.strictObject({ rule, asOf: moment.optional() })
export const ExplainRequest = z
  .strictObject({ rule: rule.optional(), segment: text(60).optional(), customer: text(60) })
  .refine(({ rule, segment }) => (rule === undefined) !== (segment === undefined), { message: 'Give a rule or a segment.', path: ['rule'] })

export const MemberList = z.object({ items: z.array(CustomerItem), next: z.string().nullable(), total: z.int(), totalExact: z.boolean() })

const named = z.array(z.object({ id: z.string(), name: z.string() }))

/** What would break without this segment: journeys that run, messages that are planned. */
export const Dependents = z.object({ segments: named, reports: named, journeys: named, messages: named })
export type Dependents = z.infer<typeof Dependents>

export const OverlapRequest = z.strictObject({ segments: z.array(text(60)).min(2).max(8) })

/** Segments by their place in the question, with how many are in each altogether. */
export const Overlap = z.object({
  segments: z.array(z.object({ id: z.string(), name: z.string(), count: z.int() })),
  /** How many are in exactly these; parts with nobody are left out. */
  parts: z.array(z.object({ in: z.array(z.int()), count: z.int() })),
  /** Each two: how many are in both, what share that is of either (null for one with nobody) and of those who are in any of the two. */
  pairs: z.array(
    z.object({
      first: z.int(),
      second: z.int(),
      both: z.int(),
      ofFirst: z.number().nullable(),
      ofSecond: z.number().nullable(),
      jaccard: z.number().nullable(),
    }),
  ),
})
export type Overlap = z.infer<typeof Overlap>
