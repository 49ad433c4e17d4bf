import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { datedFields, interval, words } from '../schema.ts'

export const tradeDimensions = ['region', 'channel', 'employee', 'shop'] as const
export type TradeDimension = (typeof tradeDimensions)[number]

const bands = z
  .array(z.number().positive().max(1e9))
  .min(1)
  .max(20)
  .refine((list) => list.every((bound, i) => i === 0 || bound > (list[i - 1] ?? 0)), 'Bounds rise from one to the next.')

/** The people behind a number: buyers, those whose first order ever lies in the dates, the others, and whoever got money back. */
const persons = z.strictObject({
  of: z.enum(['buyers', 'new', 'old', 'refunded']).default('buyers'),
  /** Of one interval, counted from 0. */
  interval: z.int().min(0).optional(),
  /** With an order in this amount band, counted from 0. */
  band: z.int().min(0).max(20).optional(),
  /** With this many orders; 5 is five or more. */
  orders: z.int().min(1).max(5).optional(),
  by: z.enum(tradeDimensions).optional(),
  value: words(200).optional(),
})

export const tradeReport = z
  .strictObject({
    type: z.literal('trade'),
    ...datedFields,
    interval: interval.default('day'),
    compare: z.enum(['previous_period', 'previous_year']).optional(),
    currency: currency.optional(),
    /** Where order amounts are divided, in major units. */
    bands: bands.default([50, 100, 200, 500, 1000, 2000]),
    breakdowns: z.array(z.enum(tradeDimensions)).max(4).default([]),
    limit: z.int().min(1).max(200).default(20),
    persons: persons.optional(),
  })
  .superRefine(({ persons, bands }, ctx) => {
    const complain = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: ['persons', path], message })
    if (persons?.band !== undefined && persons.band > bands.length) complain('band', `There is no band ${persons.band}.`)
    if ((persons?.by === undefined) !== (persons?.value === undefined))
      complain('value', 'Say both what divides the orders and which value.')
  })

export type TradeReport = z.infer<typeof tradeReport>

const number = z.number().nullable()

const tradeTotals = z.object({
  /** Paid, with later corrections; orders at price zero are counted apart. */
  paid: z.number(),
  refunded: z.number(),
  net: z.number(),
  orders: z.int(),
  freeOrders: z.int(),
  anonymousOrders: z.int(),
  items: z.number(),
  buyers: z.int(),
  newBuyers: z.int(),
  oldBuyers: z.int(),
  newPaid: z.number(),
  oldPaid: z.number(),
  /** 客单价 per buyer, 笔单价 per order, 连带率 items per order. */
  aov: number,
  orderValue: number,
  upt: number,
  refundedOrders: z.int(),
  exchangedOrders: z.int(),
  refundRate: number,
  refundOrderRate: number,
  exchangeRate: number,
  exchangeOrderRate: number,
  /** Buyers with two orders or more in the dates ÷ buyers. */
  repurchaseRate: number,
  /** Persons with a live follow at the end, and page visitors, within the data scope. */
  existing: z.int(),
  visitors: z.int(),
  buyersPerExisting: number,
  buyersPerVisitor: number,
})
export type TradeTotals = z.infer<typeof tradeTotals>

const series = z.object({
  paid: z.array(z.number()),
  refunded: z.array(z.number()),
  orders: z.array(z.int()),
  buyers: z.array(z.int()),
  newBuyers: z.array(z.int()),
})
export type TradeSeries = z.infer<typeof series>

export const tradeResult = z.object({
  currency: z.string(),
  totals: tradeTotals,
  compare: tradeTotals.optional(),
  intervals: z.array(z.string()),
  series,
  compareSeries: series.optional(),
  bands: z.array(z.object({ from: z.number(), to: number, orders: z.int(), buyers: z.int(), paid: z.number() })),
  purchaseCounts: z.array(z.object({ orders: z.int(), buyers: z.int() })),
  breakdowns: z.array(
    z.object({
      by: z.enum(tradeDimensions),
      rows: z.array(
        z.object({
          value: z.string().nullable(),
          other: z.literal(true).optional(),
          orders: z.int(),
          buyers: z.int(),
          paid: z.number(),
          refunded: z.number(),
        }),
      ),
    }),
  ),
  persons: z.array(z.string()).optional(),
})
export type TradeResult = z.infer<typeof tradeResult>
