import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { datedFields, text } from '../schema.ts'

export const wasteKinds = ['channel', 'live_code', 'acquisition_link', 'message', 'activity', 'step'] as const
export type WasteKind = (typeof wasteKinds)[number]

export const wasteReport = z.strictObject({
  type: z.literal('waste'),
  ...datedFields,
  /** An order so many days after the first touch is a result of it. */
  windowDays: z.int().min(1).max(366).default(30),
  kinds: z
    .array(z.enum(wasteKinds))
    .min(1)
    .max(wasteKinds.length)
    .default([...wasteKinds]),
  /** Where some people were held out: the smallest rise over them that would be worth knowing, as a share of theirs. */
  worthwhileLift: z.number().min(0.01).max(10).default(0.2),
  currency: currency.optional(),
  persons: z.strictObject({ kind: z.enum(wasteKinds), key: text(300) }).optional(),
})
export type WasteReport = z.infer<typeof wasteReport>

const amounts = z.array(z.object({ currency: z.string(), amount: z.number() }))
export type WasteAmounts = z.infer<typeof amounts>

export const wasteItem = z.object({
  kind: z.enum(wasteKinds),
  key: z.string(),
  name: z.string(),
  /** The id of what still exists: a channel, code, link, message, or the journey of a step. */
  object: z.string().nullable(),
  /** In the currency of the result; null where nothing is known of it. */
  spend: z.number().nullable(),
  otherSpend: amounts,
  /** Different people, and openings of its link by nobody known. */
  touched: z.int(),
  views: z.int(),
  /** Of those whose window is over. */
  closed: z.int(),
  ordered: z.int(),
  /** People held out, and how much more often the touched ordered than they. */
  heldOut: z.int(),
  lift: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** The chance that a result would have been seen, had it worked as well as the others of its kind. */
  power: z.number(),
  verdict: z.enum(['no_effect', 'too_little_data']),
  /** With too little data: how many people more, their window over, it takes; null where nothing tells how well such a thing works. */
  needed: z.int().nullable(),
  /** Days: the first touch, and when the window of everybody touched so far is over, while it is not; and how many are waited for. */
  since: z.string().nullable(),
  open: z.int(),
  overOn: z.string().nullable(),
})
export type WasteItem = z.infer<typeof wasteItem>

export const wasteResult = z.object({
  windowDays: z.int(),
  /** The one asked for, else the only one that anything cost, else the company's. */
  currency: z.string(),
  /** Everything with cost or touches; of it without a result, and what that cost: amounts of two currencies have no sum. */
  looked: z.int(),
  wasted: z.number().nullable(),
  otherWasted: amounts,
  items: z.array(wasteItem),
  /** Kinds of which nothing came in at all. */
  waiting: z.array(z.enum(wasteKinds)),
  persons: z.array(z.string()).optional(),
})
export type WasteResult = z.infer<typeof wasteResult>
