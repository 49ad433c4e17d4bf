import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { datedFields, interval, text } from '../schema.ts'

const productSorts = ['amount', 'quantity', 'orders', 'buyers', 'refunded', 'viewers'] as const

const abc = z.tuple([z.number().gt(0).lt(1), z.number().gt(0).max(1)]).refine(([a, b]) => a < b, 'The first bound lies below the second.')

export const productsReport = z.strictObject({
  type: z.literal('products'),
  ...datedFields,
  interval: interval.default('day'),
  compare: z.enum(['previous_period', 'previous_year']).optional(),
  currency: currency.optional(),
  /** One product only, by its code, or its title where it has none. */
  product: text(500).optional(),
  sort: z.enum(productSorts).default('amount'),
  limit: z.int().min(1).max(1000).default(100),
  /** The shares of all revenue at which class A and class B end. */
  abc: abc.default([0.8, 0.95]),
  /** A view counts as followed by a cart or an order within so many days. */
  windowDays: z.int().min(1).max(90).default(7),
  persons: z
    .strictObject({
      of: z.enum(['buyers', 'viewers', 'carted', 'carted_not_bought', 'viewed_not_bought', 'refunded']),
      product: text(500).optional(),
    })
    .optional(),
})

export type ProductsReport = z.infer<typeof productsReport>

const number = z.number().nullable()

const sales = z.object({
  orders: z.int(),
  buyers: z.int(),
  quantity: z.number(),
  amount: z.number(),
  /** Money that went back in the dates, whenever the goods were bought. */
  refunded: z.number(),
  refundRate: number,
})
export type Sales = z.infer<typeof sales>

const traffic = z.object({
  viewers: z.int(),
  views: z.int(),
  carted: z.int(),
  /** By persons: of who looked, who put it into the cart, and who bought it, within the window; of who put it there, who bought it. */
  viewToCart: number,
  cartToOrder: number,
  viewToOrder: number,
  /** Viewers whose window is still running and who have not bought yet. */
  open: z.int(),
})
export type Traffic = z.infer<typeof traffic>

export const productsResult = z.object({
  currency: z.string(),
  /** Whether any event told of a product that was looked at or put into a cart. */
  tracked: z.boolean(),
  /** Different products sold. */
  products: z.int(),
  totals: sales.extend(traffic.shape),
  compare: sales.optional(),
  rows: z.array(
    z.object({
      product: z.string(),
      title: z.string(),
      ...sales.shape,
      ...traffic.shape,
      share: number,
      abc: z.enum(['A', 'B', 'C']),
      compare: sales.optional(),
    }),
  ),
  classes: z.array(z.object({ abc: z.enum(['A', 'B', 'C']), products: z.int(), amount: z.number(), share: number })),
  intervals: z.array(z.string()),
  series: z.object({ amount: z.array(z.number()), quantity: z.array(z.number()), buyers: z.array(z.int()) }),
  compareSeries: z.object({ amount: z.array(z.number()), quantity: z.array(z.number()), buyers: z.array(z.int()) }).optional(),
  persons: z.array(z.string()).optional(),
})

export type ProductsResult = z.infer<typeof productsResult>
