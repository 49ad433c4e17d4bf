import { z } from 'zod'
import { commonFields, day } from '../schema.ts'
import { loyaltyRules, relationshipRules, scoreKinds } from './rules.ts'

const place = z.number().min(0).max(100)

export const scoreReport = z
  .strictObject({
    type: z.literal('score'),
    score: z.enum(scoreKinds),
    ...commonFields,
    asOf: day.optional(),
    /** Others than the company's own. */
    rules: z.union([relationshipRules, loyaltyRules]).optional(),
    /** Earlier days to look at too, so far apart. */
    trend: z.strictObject({ every: z.enum(['day', 'week']).default('week'), points: z.int().min(2).max(60) }).optional(),
    /** A row for each friendship: customer and employee. */
    byEmployee: z.boolean().default(false),
    order: z.enum(['high', 'low']).default('high'),
    limit: z.int().min(0).max(10_000).default(100),
    /** From ≤ score < to; 100 itself belongs to whatever ends at 100. */
    persons: z
      .strictObject({ from: place.default(0), to: place.default(100) })
      .refine(({ from, to }) => from < to, { message: 'A range ends after it starts.', path: ['to'] })
      .optional(),
  })
  .refine(({ score, byEmployee }) => score === 'relationship' || !byEmployee, {
    message: 'Loyalty is to the company, not to one employee.',
    path: ['byEmployee'],
  })
  .refine(({ score, rules }) => rules === undefined || (score === 'relationship') === 'replyHours' in rules, {
    message: 'These are rules of the other score.',
    path: ['rules'],
  })
export type ScoreReport = z.infer<typeof scoreReport>

const part = z.number().nullable()

export const scoreResult = z.object({
  score: z.enum(scoreKinds),
  asOf: z.string(),
  customers: z.int(),
  mean: z.number().nullable(),
  rules: z.union([relationshipRules, loyaltyRules]),
  /** `known`: of how many it can be told; `fed` is false while no event of it ever came, and then it counts for nobody. */
  parts: z.array(z.object({ part: z.string(), weight: z.number(), mean: part, known: z.int(), fed: z.boolean() })),
  bands: z.array(z.object({ from: z.number(), to: z.number(), count: z.int() })),
  trend: z.array(z.object({ day: z.string(), customers: z.int(), mean: part })).optional(),
  rows: z.array(
    z.object({
      person: z.string(),
      employee: z.object({ id: z.string(), name: z.string() }).nullable().optional(),
      score: z.number(),
      parts: z.record(z.string(), part),
      facts: z.record(z.string(), part),
    }),
  ),
  persons: z.array(z.string()).optional(),
})
export type ScoreResult = z.infer<typeof scoreResult>
