import { z } from 'zod'
import { CustomerItem } from '#management/customers/schema.ts'
import { rule } from '../../reports/segment/schema.ts'
import { writesTag } from '../schema.ts'

/** Why somebody came in or went out: the rule was made or changed, something happened, time passed, they count as somebody else now. */
export const whys = ['rule', 'fact', 'time', 'merge'] as const

export const Move = z.object({
  /** Of the row: customer, direction and moment. */
  id: z.string(),
  customer: CustomerItem.pick({ id: true, name: true, alias: true, avatar: true }),
  direction: z.enum(['entered', 'left']),
  at: z.iso.datetime(),
  why: z.enum(whys),
})
export type Move = z.infer<typeof Move>
export const MoveList = z.object({ items: z.array(Move), next: z.string().nullable() })

export const Flow = z.object({
  days: z.array(z.object({ day: z.string(), entered: z.int(), left: z.int(), members: z.int() })),
  /** When everybody was asked about last; null while that is still to come. */
  askedAt: z.iso.datetime().nullable(),
})
export type Flow = z.infer<typeof Flow>

export const ChangeRequest = z.strictObject({ rule, /** Absent: the tag that it writes now. */ tag: writesTag.nullable().optional() })
export type ChangeRequest = z.infer<typeof ChangeRequest>

const some = z.object({ count: z.int(), some: z.array(CustomerItem) })
export const Change = z.object({
  before: z.int(),
  after: z.int(),
  entering: some,
  leaving: some,
  /** Of a rule that writes a tag: how many get it and how many lose it. */
  tag: z.object({ given: z.int(), taken: z.int() }).nullable(),
})
export type Change = z.infer<typeof Change>
