import { z } from 'zod'
import { datedFields, matcher, text } from '../schema.ts'

const outcome = z.discriminatedUnion('kind', [
  /** Still does something of their own between the early days and the end. */
  z.strictObject({ kind: z.literal('retention'), days: z.int().min(2).max(366).default(30) }),
  /** Two paid orders at least until then, one of them after the early days. */
  z.strictObject({ kind: z.literal('repurchase'), days: z.int().min(2).max(366).default(60) }),
])

export const northStarReport = z
  .strictObject({
    type: z.literal('north_star'),
    ...datedFields,
    /** People are looked at whose first event of this kind ever lies in the dates. */
    start: matcher.default({ event: 'customer.followed' }),
    earlyDays: z.int().min(1).max(90).default(7),
    outcome: outcome.default({ kind: 'retention', days: 30 }),
    /** Behaviours of fewer people are not looked at. */
    minPersons: z.int().min(1).max(100_000).default(20),
    limit: z.int().min(1).max(200).default(30),
    persons: z.strictObject({ event: text(200), did: z.boolean(), outcome: z.boolean().optional() }).optional(),
  })
  .refine(({ earlyDays, outcome }) => outcome.days > earlyDays, {
    message: 'What counts as an outcome comes after the early days.',
    path: ['outcome', 'days'],
  })

export type NorthStarReport = z.infer<typeof northStarReport>

const side = z.object({ persons: z.int(), outcome: z.int() })

export const northStarResult = z.object({
  /** Everybody whose time is over; the others are too young to be called anything. */
  cohort: z.int(),
  outcome: z.int(),
  tooYoung: z.int(),
  /** How many behaviours were compared: with twenty, one looks found at 5 % by luck; q takes that into account. */
  compared: z.int(),
  rows: z.array(
    z.object({
      event: z.string(),
      did: side,
      didNot: side,
      difference: z.number(),
      low: z.number(),
      high: z.number(),
      phi: z.number(),
      oddsRatio: z.number().nullable(),
      p: z.number(),
      q: z.number(),
      verdict: z.enum(['precedes', 'precedes_less', 'unclear']),
    }),
  ),
  persons: z.array(z.string()).optional(),
})

export type NorthStarResult = z.infer<typeof northStarResult>
