import { z } from 'zod'

const name = z
  .string()
  .trim()
  .min(1)
  .refine((text) => [...text].length <= 30, { message: 'A name has at most 30 letters.' })
const order = z.int().min(0).max(100_000)
const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'A colour looks like #2f6b4f.')

export const NewTagGroup = z.object({
  name,
  order: order.optional(),
  color: color.nullable().optional(),
  tags: z.array(name).max(200).optional(),
})
export const TagGroupPatch = z.object({ name: name.optional(), order: order.optional(), color: color.nullable().optional() })
export const NewTag = z.object({ groupId: z.string(), name, order: order.optional() })
export const TagPatch = z.object({ name: name.optional(), order: order.optional(), groupId: z.string().optional() })
export const UseTemplate = z.object({ templateId: z.string() })

export const TagItem = z.object({
  id: z.string(),
  name: z.string(),
  order: z.int(),
  customers: z.int(),
  /** Segments whose rule gives it. */
  writtenBy: z.array(z.object({ id: z.string(), name: z.string() })),
})
export const TagGroupItem = z.object({
  id: z.string(),
  name: z.string(),
  order: z.int(),
  source: z.enum(['local', 'wecom']),
  color: z.string().nullable(),
  tags: z.array(TagItem),
})
export const TagGroupList = z.object({ items: z.array(TagGroupItem) })
export type TagGroupItem = z.infer<typeof TagGroupItem>

const Told = z.object({ id: z.string(), name: z.string(), group: z.string(), customers: z.int() })

export const TagHealth = z.object({
  /** Nobody has them. */
  empty: z.array(Told),
  /** Pairs that share more than 90 % of the customers who have either. */
  overlapping: z.array(z.object({ first: Told, second: Told, both: z.int(), share: z.number() })),
  /** Given to nobody, and taken from nobody, for 90 days. */
  unused: z.array(Told.extend({ lastTaggedAt: z.iso.datetime().nullable() })),
})

export const TagTemplateList = z.object({
  items: z.array(
    z.object({ id: z.string(), name: z.string(), groups: z.array(z.object({ name: z.string(), tags: z.array(z.string()) })) }),
  ),
})
