import { z } from 'zod'
import { spendKinds } from '#growth/spends/schema.ts'
import { currency } from '#platform/currency.ts'
import { datedFields, text } from '../schema.ts'

export const economicsReport = z.strictObject({
  type: z.literal('economics'),
  ...datedFields,
  /** Orders so many days after the first friendship count; without it, all until now. */
  windowDays: z.int().min(1).max(3650).optional(),
  /** What is left of a yuan of revenue, where nothing better is known: 0.35. */
  marginRate: z.number().min(0).max(1).optional(),
  /** How far the payback curve goes. */
  horizonDays: z.int().min(1).max(730).default(90),
  retentionDays: z
    .array(z.int().min(1).max(730))
    .min(1)
    .max(10)
    .refine((list) => list.every((days, i) => i === 0 || days > (list[i - 1] ?? 0)), 'Days rise from one to the next.')
    .default([7, 30, 60, 90]),
  currency: currency.optional(),
  persons: z
    .strictObject({
      /** With everything below it; null: whoever came through none; absent: everybody. */
      channel: text(200).nullable().optional(),
      of: z.enum(['adds', 'new', 'paying', 'kept']),
      /** With `kept`: after how many days. */
      days: z.int().min(1).max(730).optional(),
    })
    .refine(({ of, days }) => (of === 'kept') === (days !== undefined), { message: '"kept" says after how many days.', path: ['days'] })
    .optional(),
})

export type EconomicsReport = z.infer<typeof economicsReport>

const money = z.number().nullable()

const figures = z.object({
  /** Null where only some people are looked at: spend is of all. */
  spend: money,
  spendByKind: z.partialRecord(z.enum(spendKinds), z.number()).nullable(),
  adds: z.int(),
  newCustomers: z.int(),
  costPerAdd: money,
  payingCustomers: z.int(),
  cac: money,
  /** Paid less refunded, of the new customers, from their first friendship on. */
  revenue: z.number(),
  /** What a new customer brought so far: margin, where its rate is known, else revenue. */
  ltv: money,
  margin: money,
  roi: z.number().nullable(),
  marginRoi: z.number().nullable(),
  /** The first day after their arrival by which the new customers had brought back their spend. */
  paybackDays: z.int().nullable(),
  payback: z.enum(['paid_back', 'not_yet', 'no_spend']),
  /** Cumulative margin (revenue where no margin is known) by days since arrival. */
  curve: z.array(z.number()),
  /** Days of the curve that everybody has lived through; later ones still grow. */
  completeDays: z.int(),
  /** Of those who came so long ago, how many were still somebody's friend after so many days. */
  retention: z.array(z.object({ days: z.int(), old: z.int(), kept: z.int() })),
})

export const economicsResult = z.object({
  /** Orders belong to the channel of the customer's first friendship. */
  model: z.literal('first_channel'),
  windowDays: z.int().nullable(),
  currency: z.string(),
  marginRate: z.number().nullable(),
  total: figures,
  /** In the order of the tree, each with everything below it. */
  rows: z.array(
    figures.extend({ channel: z.string().nullable(), name: z.string().nullable(), parent: z.string().nullable(), depth: z.int() }),
  ),
  persons: z.array(z.string()).optional(),
})

export type EconomicsResult = z.infer<typeof economicsResult>
export type EconomicsFigures = z.infer<typeof figures>
