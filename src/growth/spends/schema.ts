import { z } from 'zod'
import { PageQuery } from '#platform/http/paging.ts'

/** Kinds of cost, each shown by itself: media first, because it is what most files hold. */
export const spendKinds = ['media', 'content', 'prizes', 'red_packets', 'coupons', 'commission', 'points', 'labour', 'other'] as const
export type SpendKind = (typeof spendKinds)[number]

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'A day is written yyyy-MM-dd.')

export const SpendQuery = PageQuery.extend({ from: day.optional(), to: day.optional(), channel: z.string().max(60).optional() })

export const SpendList = z.object({
  items: z.array(
    z.object({
      day: z.string(),
      channel: z.object({ id: z.string(), name: z.string() }),
      kind: z.enum(spendKinds),
      item: z.string().nullable(),
      amountMinor: z.int(),
      currency: z.string(),
    }),
  ),
  next: z.string().nullable(),
})
