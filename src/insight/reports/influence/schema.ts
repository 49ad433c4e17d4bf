import { z } from 'zod'
import { commonFields, day, matcher, text } from '../schema.ts'

/** Who points at whom: an answer at its question, a mention at the mentioned, an invited person at the inviter; or any event. */
const graph = z.union([
  z.enum(['reply', 'mention', 'invite']),
  z.strictObject({ ...matcher.shape, /** The property that names the other person. */ to: text(200), weight: text(200).optional() }),
])
export type GraphOf = z.infer<typeof graph>

export const influenceReport = z.strictObject({
  type: z.literal('influence'),
  ...commonFields,
  dateFrom: day.optional(),
  dateTo: day.optional(),
  graphs: z.array(graph).min(1).max(5).default(['reply']),
  directed: z.boolean().default(true),
  /** Whether somebody answered ten times counts ten times. */
  weighted: z.boolean().default(true),
  damping: z.number().gt(0).lt(1).default(0.85),
  betweenness: z.boolean().default(false),
  /** How far each group's answers went: messages, people, the longest chain, direct answers to nobody in particular. */
  trees: z.boolean().default(false),
  limit: z.int().min(1).max(100_000).default(100),
  persons: z.strictObject({ top: z.int().min(1).max(100_000) }).optional(),
})
export type InfluenceReport = z.infer<typeof influenceReport>

export const influenceResult = z.object({
  people: z.int(),
  pairs: z.int(),
  /** Links between two different people, and those left out because an end is an employee or nobody known. */
  links: z.number(),
  leftOut: z.number(),
  rows: z.array(
    z.object({
      /** Null for a name that no customer is known by. */
      person: z.string().nullable(),
      name: z.string().nullable(),
      score: z.number(),
      pageRank: z.number(),
      received: z.number(),
      given: z.number(),
      betweenness: z.number().optional(),
    }),
  ),
  trees: z.array(z.object({ chat: z.string(), messages: z.int(), people: z.int(), depth: z.int(), direct: z.int() })).optional(),
  persons: z.array(z.string()).optional(),
})
export type InfluenceResult = z.infer<typeof influenceResult>
