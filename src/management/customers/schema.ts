import { z } from 'zod'
import { Alias } from '#management/identity/schema.ts'

const ids = z.array(z.string()).min(1).max(500)

/** Whole days of the tenant, or instants. */
const moments = z
  .strictObject({ gte: z.string().optional(), gt: z.string().optional(), lte: z.string().optional(), lt: z.string().optional() })
  .refine(...some())

const numbers = z
  .strictObject({
    eq: z.number().optional(),
    gte: z.number().optional(),
    gt: z.number().optional(),
    lte: z.number().optional(),
    lt: z.number().optional(),
  })
  .refine(...some())

const attributeValue = z.union([z.string().max(1000), z.number(), z.boolean()])

/** One condition about a customer. */
const Condition = z.union([
  z.strictObject({ text: z.strictObject({ contains: z.string().min(1).max(100) }) }),
  z.strictObject({ customer: z.strictObject({ in: ids }) }),
  z.strictObject({ tag: z.strictObject({ in: ids.optional(), all: ids.optional(), none: ids.optional() }).refine(...some()) }),
  z.strictObject({ employee: z.strictObject({ in: ids.optional(), none: ids.optional() }).refine(...some()) }),
  z.strictObject({ channel: z.strictObject({ in: ids.optional(), none: ids.optional() }).refine(...some()) }),
  z.strictObject({ kind: z.strictObject({ in: z.array(z.enum(['person', 'company'])).min(1) }) }),
  z.strictObject({ gender: z.strictObject({ in: z.array(z.enum(['male', 'female', 'unknown'])).min(1) }) }),
  z.strictObject({ firstAddedAt: moments }),
  z.strictObject({ lastActiveAt: moments }),
  z.strictObject({ ordersCount: numbers }),
  z.strictObject({ paidMinor: numbers }),
  z.strictObject({ hasPhone: z.strictObject({ eq: z.boolean() }) }),
  z.strictObject({
    attribute: z
      .strictObject({
        key: z.string(),
        eq: attributeValue.optional(),
        in: z.array(attributeValue).min(1).max(500).optional(),
        contains: z.string().min(1).max(100).optional(),
        gte: z.union([z.string(), z.number()]).optional(),
        gt: z.union([z.string(), z.number()]).optional(),
        lte: z.union([z.string(), z.number()]).optional(),
        lt: z.union([z.string(), z.number()]).optional(),
        exists: z.boolean().optional(),
      })
      .refine((value) => Object.keys(value).length > 1, { message: 'Say what the attribute should be.' }),
  }),
])
export type Condition = z.infer<typeof Condition>

export type CustomerFilter = { and: CustomerFilter[] } | { or: CustomerFilter[] } | { not: CustomerFilter } | Condition

const branches = z.lazy(() => z.array(CustomerFilter).max(100))

/** Whom a list shows: conditions joined by `and`, `or`, `not`. An empty `and` is everybody. */
export const CustomerFilter: z.ZodType<CustomerFilter> = z.union([
  z.strictObject({ and: branches }),
  z.strictObject({ or: branches }),
  z.strictObject({ not: z.lazy(() => CustomerFilter) }),
  Condition,
])

function some() {
  return [(value: object) => Object.keys(value).length > 0, { message: 'Say at least one comparison.' }] as const
}

export const sortKeys = ['firstAddedAt', 'lastActiveAt', 'ordersCount', 'paidMinor'] as const
export type SortKey = (typeof sortKeys)[number]

const Named = z.object({ id: z.string(), name: z.string() })

export const CustomerItem = z.object({
  id: z.string(),
  name: z.string().nullable(),
  /** Stands in where there is no name. */
  alias: Alias.nullable(),
  avatar: z.string().nullable(),
  gender: z.string().nullable(),
  kind: z.string(),
  company: z.string().nullable(),
  phoneMasked: z.string().nullable(),
  tags: z.array(z.object({ id: z.string(), name: z.string(), group: z.string(), color: z.string().nullable() })),
  followers: z.array(z.object({ employee: Named, addedAt: z.iso.datetime(), state: z.string().nullable() })),
  channel: Named.nullable(),
  firstAddedAt: z.iso.datetime(),
  lastActiveAt: z.iso.datetime().nullable(),
  ordersCount: z.int(),
  paidMinor: z.int(),
  currency: z.string(),
})
export type CustomerItem = z.infer<typeof CustomerItem>

export const CustomerList = z.object({
  items: z.array(CustomerItem),
  next: z.string().nullable(),
  total: z.int(),
  /** False when there are more than `total`. */
  totalExact: z.boolean(),
})

export const linkKinds = ['works_at', 'parent_of', 'partner_of', 'pays_for', 'decides_for', 'influences', 'household_of'] as const

export const CustomerDetail = CustomerItem.extend({
  position: z.string().nullable(),
  /** The company's own note; employees' remarks of their friends stand with the follows. */
  remark: z.string().nullable(),
  /** Ids of originals merged into this customer. */
  merged: z.array(z.object({ id: z.string(), name: z.string().nullable(), alias: Alias.nullable(), merge: z.string().nullable() })),
  identities: z.array(z.object({ kind: z.string(), scope: z.string(), value: z.string(), firstSeenAt: z.iso.datetime() })),
  attributes: z.array(z.object({ id: z.string(), key: z.string(), name: z.string(), type: z.string(), value: z.unknown() })),
  follows: z.array(
    z.object({
      employee: Named,
      addedAt: z.iso.datetime().nullable(),
      endedAt: z.iso.datetime().nullable(),
      endedBy: z.string().nullable(),
      addWay: z.string().nullable(),
      state: z.string().nullable(),
      channel: Named.nullable(),
      remark: z.string().nullable(),
      description: z.string().nullable(),
      /** Earlier times of the same friendship, newest first. */
      earlier: z.array(z.object({ addedAt: z.iso.datetime(), endedAt: z.iso.datetime(), endedBy: z.string() })),
    }),
  ),
  totals: z.object({
    ordersCount: z.int(),
    paidMinor: z.int(),
    refundedMinor: z.int(),
    currency: z.string(),
    firstPaidAt: z.iso.datetime().nullable(),
    lastPaidAt: z.iso.datetime().nullable(),
    others: z.array(z.object({ currency: z.string(), ordersCount: z.int(), paidMinor: z.int(), refundedMinor: z.int() })),
  }),
  links: z.array(
    z.object({
      kind: z.enum(linkKinds),
      direction: z.enum(['from', 'to']),
      customer: z.object({ id: z.string(), name: z.string().nullable(), alias: Alias.nullable() }),
      note: z.string().nullable(),
    }),
  ),
})
export type CustomerDetail = z.infer<typeof CustomerDetail>

const text = (most: number) => z.string().trim().max(most)

export const NewCustomer = z.object({
  name: text(100).min(1),
  phone: z.string().max(40).optional(),
  memberNo: text(100).min(1).optional(),
  gender: z.enum(['male', 'female']).optional(),
  kind: z.enum(['person', 'company']).optional(),
  company: text(100).optional(),
  position: text(100).optional(),
  avatar: z.url().max(1000).optional(),
  attributes: z.record(z.string(), attributeValue).optional(),
})

/** Null clears a field. */
export const CustomerPatch = z.object({
  name: text(100).min(1).optional(),
  gender: z.enum(['male', 'female']).nullable().optional(),
  kind: z.enum(['person', 'company']).optional(),
  company: text(100).nullable().optional(),
  position: text(100).nullable().optional(),
  avatar: z.url().max(1000).nullable().optional(),
  remark: text(500).nullable().optional(),
  attributes: z.record(z.string(), attributeValue.nullable()).optional(),
})
export type CustomerPatch = z.infer<typeof CustomerPatch>

export const NewLink = z.object({ kind: z.enum(linkKinds), to: z.string(), note: text(200).optional() })

export const BulkTagging = z
  .object({
    action: z.enum(['tag', 'untag']),
    tagId: z.string(),
    ids: z.array(z.string()).min(1).max(10_000).optional(),
    filter: CustomerFilter.optional(),
    q: z.string().max(100).optional(),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), { message: 'Give either ids or a filter.', path: ['ids'] })

export const BulkPreview = z.object({ filter: CustomerFilter, q: z.string().max(100).optional() })

export const BulkJob = z.object({
  id: z.string(),
  action: z.enum(['tag', 'untag']),
  /** Null when the tag is deleted by now. */
  tag: Named.nullable(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  done: z.int(),
  total: z.int().nullable(),
  /** Who really got or lost the tag: so many an undo turns back. */
  changed: z.int(),
  /** The job that this one takes back. */
  undoes: z.string().nullable(),
  undoable: z.boolean(),
  createdAt: z.iso.datetime(),
})
export type BulkJob = z.infer<typeof BulkJob>

export const BulkJobList = z.object({ items: z.array(BulkJob), next: z.null() })

export const TimelineList = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      title: z.object({ zh: z.string(), en: z.string() }),
      at: z.iso.datetime(),
      properties: z.record(z.string(), z.unknown()),
      actor: z.object({ name: z.string() }).nullable(),
    }),
  ),
  next: z.string().nullable(),
  /** Everything received before this moment is shown. */
  asOf: z.iso.datetime(),
})
