import { z } from 'zod'
import { isCleanText } from '#platform/events/where.ts'
import { text } from '../schema.ts'
import { compare } from './compare.ts'

/** Known of everybody, beside the attributes that the company declares. */
export const builtIns = ['name', 'gender', 'kind', 'company', 'position', 'hasPhone', 'addedAt', 'activeAt'] as const

const words = z.string().max(500).refine(isCleanText, 'NUL and half surrogate pairs are not text.')
const scalar = z.union([words, z.number(), z.boolean()])
const property = text(200)

/**
 * The ops are those of `where`, and two for dates: `days_ago` are whole days from the date to the day asked about, where the future
 * is negative; `anniversary_in` are whole days until its month and day come round again, 0 on the day itself, and the 29th of
 * February is the 28th in other years.
 */
export const attribute = z.discriminatedUnion('op', [
  z.strictObject({ property, op: z.enum(['eq', 'ne']), value: scalar }),
  z.strictObject({ property, op: z.enum(['in', 'not_in']), value: z.array(scalar).min(1).max(500) }),
  z.strictObject({ property, op: z.literal('contains'), value: text(500) }),
  z.strictObject({ property, op: z.enum(['gt', 'gte', 'lt', 'lte']), value: z.union([words, z.number()]) }),
  z.strictObject({ property, op: z.literal('exists'), value: z.boolean().optional() }),
  z.strictObject({ property, op: z.enum(['days_ago', 'anniversary_in']), value: compare }),
])
export type AttributeLeaf = z.infer<typeof attribute>
