import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { datedFields, text } from '../schema.ts'
import { reviewSubjects, subjects } from './subjects.ts'

export const reviewReport = z
  .strictObject({
    type: z.literal('review'),
    ...datedFields,
    of: z.enum(reviewSubjects),
    /** An order or a friendship so many days after somebody's first act there is a result of it. */
    windowDays: z.int().min(1).max(90).default(7),
    limit: z.int().min(1).max(500).default(50),
    currency: currency.optional(),
    /** Who did one of the subject's acts, bought, or became a friend; of one session, activity, distributor or group, or of all. */
    persons: z.strictObject({ key: text(500).optional(), of: text(40) }).optional(),
  })
  .superRefine(({ of, persons }, ctx) => {
    const known = [...subjects[of].acts.map(({ key }) => key), 'bought', 'befriended']
    if (persons && !known.includes(persons.of))
      ctx.addIssue({ code: 'custom', path: ['persons', 'of'], message: `People are ${known.join(', ')}.` })
  })
export type ReviewReport = z.infer<typeof reviewReport>

const row = z.object({
  acts: z.record(z.string(), z.object({ persons: z.int(), times: z.int() })),
  /** Whom the days for orders and friendships are counted for, and for how many of them these are not over. */
  followed: z.int(),
  open: z.int(),
  befriended: z.int(),
  buyers: z.int(),
  orders: z.int(),
  net: z.number(),
  /** Of live sessions: seconds watched at a time. */
  seconds: z.object({ average: z.number(), median: z.number() }).nullable(),
  /** Of distributors. */
  commission: z.object({ accrued: z.number(), paid: z.number(), clawedBack: z.number() }).nullable(),
})
export type ReviewSums = z.infer<typeof row>

export const reviewResult = z.object({
  currency: z.string(),
  /** Everybody once, however many sessions, activities, distributors or groups they were at. */
  total: row,
  /** By money, then by people. */
  rows: z.array(
    row.extend({
      key: z.string(),
      name: z.string(),
      /** Of distributors: those they brought in, those whom these brought in, and how many of both did anything in the dates. */
      team: z.object({ direct: z.int(), indirect: z.int(), active: z.int() }).nullable(),
      /** Of activities: what spends that name them came to. */
      cost: z.number().nullable(),
    }),
  ),
  /** Different sessions, activities, distributors or groups. */
  found: z.int(),
  persons: z.array(z.string()).optional(),
})
export type ReviewResult = z.infer<typeof reviewResult>
export type ReviewRow = ReviewResult['rows'][number]
