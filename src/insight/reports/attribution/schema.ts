import { z } from 'zod'
import { datedFields, matcher, text } from '../schema.ts'

export const attributionModels = ['first', 'last', 'last_non_direct', 'linear', 'time_decay', 'position', 'markov'] as const
export type AttributionModel = (typeof attributionModels)[number]

export const attributionReport = z.strictObject({
  type: z.literal('attribution'),
  ...datedFields,
  /** `value`: the property that says what a conversion is worth; without it conversions are only counted. */
  conversion: matcher.extend({ value: text(200).optional() }),
  /** Events that carry `property`; without it they are no touch. */
  touchpoint: matcher.extend({ property: text(200) }),
  windowDays: z.int().min(1).max(366).default(30),
  halfLifeDays: z.number().min(0.1).max(366).default(7),
  models: z
    .array(z.enum(attributionModels))
    .min(1)
    .max(attributionModels.length)
    .refine((list) => new Set(list).size === list.length, 'A model is asked for once.')
    .default([...attributionModels]),
  /** Values that mean "came by themselves", passed over by the last non-direct model. */
  direct: z.array(text(200)).max(50).default(['direct', '(direct)', '直接访问']),
  /** So many touchpoints keep a row; the others are one. */
  limit: z.int().min(1).max(500).default(200),
  persons: z
    .strictObject({
      /** Null: whoever converted without any touch. Absent: any. */
      touchpoint: text(2000).nullable().optional(),
      /** The touchpoints that have no row of their own. */
      other: z.literal(true).optional(),
      of: z.enum(['converted', 'touched']).default('converted'),
    })
    .refine(({ touchpoint, of }) => touchpoint !== null || of === 'converted', {
      message: 'Who touched nothing converted, or is not here.',
      path: ['of'],
    })
    .optional(),
})

export type AttributionReport = z.infer<typeof attributionReport>

const credit = z.number().optional()
const credits = {
  first: credit,
  last: credit,
  last_non_direct: credit,
  linear: credit,
  time_decay: credit,
  position: credit,
  markov: credit,
}

export const attributionResult = z.object({
  conversions: z.int(),
  value: z.number().nullable(),
  currency: z.string().optional(),
  /** Journeys whose touches led to no conversion within the window; `open` ones still may. */
  withoutConversion: z.int(),
  open: z.int(),
  /** Paths of more than 200 touches count their first and their latest 199. */
  cut: z.int(),
  /** Share of journeys that convert, as the chain of the Markov model has it. */
  base: z.number().nullable().optional(),
  rows: z.array(
    z.object({
      /** Null: conversions without any touch in the window. */
      touchpoint: z.string().nullable(),
      other: z.literal(true).optional(),
      /** Within the dates. */
      touches: z.int(),
      touched: z.int(),
      /** Persons who converted after a touch here. */
      converted: z.int(),
      ...credits,
      values: z.object(credits).optional(),
    }),
  ),
  persons: z.array(z.string()).optional(),
})

export type AttributionResult = z.infer<typeof attributionResult>
