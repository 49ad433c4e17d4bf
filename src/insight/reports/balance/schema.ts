import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { datedFields, interval, text, words } from '../schema.ts'

const domain = z.enum(['private', 'public'])

export const balanceReport = z
  .strictObject({
    type: z.literal('balance'),
    ...datedFields,
    interval: interval.default('week'),
    /** A buyer counts as brought in who is a friend so many days after the first order. */
    joinDays: z.int().min(0).max(90).default(7),
    /** Another order until then, and after the days for joining, is a repeat. */
    repeatDays: z.int().min(1).max(730).default(90),
    /** An order of a shop so many days after a private touch of its buyer was driven by it. */
    touchDays: z.int().min(1).max(90).default(7),
    currency: currency.optional(),
    persons: z
      .union([
        z.strictObject({ domain, bucket: z.int().min(0).optional() }),
        z.strictObject({ shop: words(200), of: z.enum(['buyers', 'settled', 'outside']) }),
        z.strictObject({ driven: text(200) }),
        z.strictObject({ brought: z.boolean(), repeated: z.boolean().optional() }),
      ])
      .optional(),
  })
  .refine(({ joinDays, repeatDays }) => repeatDays > joinDays, {
    message: 'Repeats are looked for after the days for joining.',
    path: ['repeatDays'],
  })

export type BalanceReport = z.infer<typeof balanceReport>

const side = z.object({ orders: z.int(), buyers: z.int(), amount: z.number() })
const both = z.object({ private: side, public: side })
const repeat = z.object({ buyers: z.int(), repeated: z.int() })

export const balanceResult = z.object({
  currency: z.string(),
  total: both,
  intervals: z.array(both.extend({ start: z.string() })),
  /** 老客沉淀: who ever bought there until the end of the dates, and who of them was a friend then. '' is the company's own. */
  shops: z.array(z.object({ shop: text(200).or(z.literal('')), buyers: z.int(), settled: z.int() })),
  /** Orders of shops in the dates, and those after a private touch of their buyer. */
  driven: z.array(z.object({ shop: z.string(), orders: z.int(), driven: z.int(), amount: z.number(), drivenAmount: z.number() })),
  /** Parcel cards by their live code: who came in the dates, had bought before, bought again since; `open` of them still may. */
  batches: z.array(z.object({ code: z.string(), name: z.string(), added: z.int(), buyers: z.int(), repeated: z.int(), open: z.int() })),
  /** Buyers whose first order lies in the dates. Whoever still has time is `open` and in neither. */
  repeat: z.object({
    brought: repeat,
    not: repeat,
    open: z.int(),
    difference: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
  }),
  /** Of the same buyers those to whom a trial on a message or journey dealt it in the days for joining, and those it held out. */
  trial: z.object({
    reached: repeat,
    heldOut: repeat,
    difference: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
  }),
  persons: z.array(z.string()).optional(),
})

export type BalanceResult = z.infer<typeof balanceResult>
