import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { commonFields, day, text } from '../schema.ts'
import { edges } from './edges.ts'

/** Customer lifetime value: what buyers are expected to buy after the day `calibrationEnd`, from what they bought until then. */
export const clvReport = z
  .strictObject({
    type: z.literal('clv'),
    ...commonFields,
    /** Purchases before count for nothing; `dateTo` is the last day that is known, yesterday unless said. */
    dateFrom: day.optional(),
    dateTo: day.optional(),
    calibrationEnd: day.optional(),
    unit: z.enum(['day', 'week']).default('week'),
    /** Units to look ahead; also the length of the hold-out. */
    horizon: z.int().min(1).max(3660).default(52),
    monetary: z.boolean().default(true),
    amount: z.enum(['net', 'gross']).default('net'),
    /** A year's discount on money that comes later. */
    discountRate: z.number().min(0).max(1).default(0.1),
    /** A product line: what was paid for its own lines in the orders that hold one of these products. */
    products: z.array(text(200)).min(1).max(500).optional(),
    /** Below this share of repeat buyers the model says nothing and is refused. */
    minRepeatShare: z.number().min(0).max(1).default(0.1),
    rows: z.boolean().default(false),
    limit: z.int().min(1).max(1_000_000).optional(),
    persons: z.strictObject({ band: z.int().min(0).max(4) }).optional(),
    currency: currency.optional(),
  })
  .superRefine(({ dateFrom, dateTo, calibrationEnd }, ctx) => {
    const complain = (message: string) => ctx.addIssue({ code: 'custom', path: ['calibrationEnd'], message })
    if (calibrationEnd !== undefined && dateTo !== undefined && calibrationEnd > dateTo) complain('The calibration ends by dateTo.')
    if (calibrationEnd !== undefined && dateFrom !== undefined && calibrationEnd < dateFrom)
      complain('The calibration ends after dateFrom.')
  })
export type ClvReport = z.infer<typeof clvReport>

const row = z.object({
  person: z.string(),
  /** Purchase days after the first one, units from the first to the last, units from the first to the cut. */
  frequency: z.int(),
  recency: z.number(),
  T: z.number(),
  pAlive: z.number(),
  expected: z.number(),
  meanValue: z.number().nullable(),
  expectedValue: z.number().nullable(),
  clv: z.number().nullable(),
})

const educationRow = z.object({
  person: z.string(),
  intent: z.number(),
  engagement: z.number(),
  referral: z.number(),
  value: z.number(),
})

export const clvResult = z.object({
  calibrationEnd: z.string(),
  customers: z.int(),
  repeaters: z.int(),
  repeats: z.int(),
  repeatShare: z.number().nullable(),
  /** Repeat buyers of a product line of whom some order came without lines, so that what they spent on it is not known. */
  unpriced: z.int(),
  currency: z.string(),
  /** Why there is no forecast. */
  refused: z.object({ code: z.string(), message: z.string(), repeatShare: z.number().nullable(), needed: z.number() }).nullable(),
  params: z
    .object({
      ...{ r: z.number(), alpha: z.number(), a: z.number(), b: z.number() },
      ...{ logLikelihood: z.number(), converged: z.boolean() },
      /** Where the fit tells buyers apart no longer: an order of the best then says little. */
      edges: z.array(z.enum(edges)),
    })
    .nullable(),
  spend: z
    .object({
      p: z.number(),
      q: z.number(),
      v: z.number(),
      populationMean: z.number().nullable(),
      buyers: z.int(),
      logLikelihood: z.number(),
    })
    .nullable(),
  forecast: z.object({ expected: z.number(), value: z.number().nullable(), clv: z.number().nullable() }).nullable(),
  /** Fewer units than the horizon where the hold-out is not over yet. */
  validation: z.object({ units: z.number(), complete: z.boolean(), expected: z.number(), actual: z.int() }).nullable(),
  /** By the probability of still being a customer, from 0–20 % to 80–100 %. */
  alive: z.array(z.object({ from: z.number(), to: z.number(), customers: z.int(), expected: z.number() })),
  rows: z.array(row).optional(),
  /** Stands in for the forecast where it is refused: intent × engagement × referral. */
  education: z.object({ windowDays: z.int(), customers: z.int(), rows: z.array(educationRow) }).nullable(),
  persons: z.array(z.string()).optional(),
})
export type ClvResult = z.infer<typeof clvResult>
