import { z } from 'zod'
import { Alias } from '#management/identity/schema.ts'
import { currency } from '#platform/currency.ts'

export const orderStatuses = ['unpaid', 'paid', 'shipped', 'received', 'completed', 'closed', 'unknown'] as const
export type OrderStatus = (typeof orderStatuses)[number]

export const refundStatuses = ['applied', 'agreed', 'returning', 'success', 'rejected', 'closed'] as const
export type RefundStatus = (typeof refundStatuses)[number]

export const refundTypes = ['refund_only', 'return_refund', 'exchange'] as const
export type RefundType = (typeof refundTypes)[number]

export type OrderSource = 'import' | 'manual' | 'webhook'

const text = (most: number) => z.string().trim().min(1).max(most)
const optionalText = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .nullish()
    .transform((value) => value || undefined)
/** Exact decimal text; a JSON number would have been rounded on its way here. */
const decimal = z.string().regex(/^\d{1,13}(\.\d{1,8})?$/, 'Give a decimal number as text, such as "12.30".')
const quantity = z.union([
  z.number().positive().max(99_999_999),
  decimal.refine((value) => Number(value) > 0 && Number(value) < 100_000_000, 'The quantity is zero or too large.'),
])
const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value))

/** The body of the order webhook, and of an order entered by hand. */
export const OrderBody = z.object({
  orderNo: text(128),
  status: text(60),
  currency,
  createdAt: instant,
  paidAt: instant.nullish(),
  shippedAt: instant.nullish(),
  completedAt: instant.nullish(),
  closedAt: instant.nullish(),
  updatedAt: instant,
  buyer: z
    .object({
      unionid: optionalText(200),
      phone: optionalText(40),
      memberNo: optionalText(200),
      externalUserId: optionalText(200),
      shopBuyerId: optionalText(200),
      name: optionalText(100),
    })
    .nullish(),
  lines: z
    .array(
      z.object({
        lineNo: z.union([text(64), z.int()]).transform(String),
        productCode: z.string().trim().max(100).default(''),
        skuCode: optionalText(100),
        title: z.string().trim().max(500).default(''),
        quantity,
        unitPrice: decimal,
        discount: decimal.nullish(),
        paid: decimal.nullish(),
      }),
    )
    .min(1)
    .max(1000),
  refunds: z
    .array(
      z.object({
        refundNo: text(128),
        lineNos: z
          .array(z.union([text(64), z.int()]).transform(String))
          .max(1000)
          .default([]),
        amount: decimal,
        status: z.enum(refundStatuses),
        type: z.enum(refundTypes).default('refund_only'),
        reason: optionalText(200),
        finishedAt: instant.nullish(),
      }),
    )
    .max(200)
    .nullish(),
  attribution: z
    .object({ employee: optionalText(100), channel: optionalText(100), coupon: z.array(text(100)).max(50).nullish() })
    .nullish(),
})
export type OrderBody = z.infer<typeof OrderBody>

/** Money back: of the whole order, or line by line. Amounts are minor units. */
export const RefundBody = z.object({
  amountMinor: z.int().positive(),
  lines: z
    .array(z.object({ lineNo: text(128), amountMinor: z.int().positive(), quantity: z.number().positive().optional() }))
    .max(1000)
    .optional(),
  type: z.enum(refundTypes).default('refund_only'),
  reason: optionalText(200),
  refundNo: optionalText(128),
})
export type RefundBody = z.infer<typeof RefundBody>

const range = z.strictObject({
  gte: z.string().optional(),
  gt: z.string().optional(),
  lte: z.string().optional(),
  lt: z.string().optional(),
})
const numbers = z.strictObject({
  eq: z.int().optional(),
  gte: z.int().optional(),
  gt: z.int().optional(),
  lte: z.int().optional(),
  lt: z.int().optional(),
})
const some = z.strictObject({ in: z.array(z.string().max(128)).min(1).max(200) })

export const OrderCondition = z.union([
  z.strictObject({ status: some }),
  z.strictObject({ shop: some }),
  z.strictObject({ customer: some }),
  z.strictObject({ product: some }),
  z.strictObject({ region: some }),
  z.strictObject({ source: z.strictObject({ in: z.array(z.enum(['import', 'manual', 'webhook'])).min(1) }) }),
  z.strictObject({ paidAt: range }),
  z.strictObject({ createdAt: range }),
  z.strictObject({ paidMinor: numbers }),
  z.strictObject({ refundedMinor: numbers }),
  z.strictObject({ anonymous: z.strictObject({ eq: z.boolean() }) }),
])
export type OrderCondition = z.infer<typeof OrderCondition>

export type OrderFilter = { and: OrderFilter[] } | { or: OrderFilter[] } | { not: OrderFilter } | OrderCondition
export const OrderFilter: z.ZodType<OrderFilter> = z.lazy(() =>
  z.union([
    z.strictObject({ and: z.array(OrderFilter).max(50) }),
    z.strictObject({ or: z.array(OrderFilter).max(50) }),
    z.strictObject({ not: OrderFilter }),
    OrderCondition,
  ]),
)

const Named = z.object({ id: z.string(), name: z.string() })

export const OrderItem = z.object({
  id: z.string(),
  orderNo: z.string(),
  status: z.enum(orderStatuses),
  source: z.string(),
  customer: z.object({ id: z.string(), name: z.string().nullable(), alias: Alias.nullable() }).nullable(),
  shop: Named.nullable(),
  createdAt: z.string(),
  paidAt: z.string().nullable(),
  paidMinor: z.int(),
  refundedMinor: z.int(),
  currency: z.string(),
  /** Items, which may be a fraction where goods are weighed. */
  quantity: z.number(),
  /** Titles of the first lines. */
  titles: z.array(z.string()),
  region: z.string().nullable(),
  employee: z.string().nullable(),
  channel: z.string().nullable(),
})
export type OrderItem = z.infer<typeof OrderItem>

export const OrderList = z.object({ items: z.array(OrderItem), next: z.string().nullable(), total: z.int(), totalExact: z.boolean() })

export const OrderDetail = OrderItem.extend({
  rawStatus: z.string().nullable(),
  goodsMinor: z.int(),
  discountMinor: z.int(),
  shippedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  closedAt: z.string().nullable(),
  coupons: z.array(z.string()),
  lines: z.array(
    z.object({
      lineNo: z.string(),
      productCode: z.string(),
      skuCode: z.string(),
      title: z.string(),
      quantity: z.number(),
      unitPrice: z.string(),
      amountMinor: z.int(),
      discountMinor: z.int(),
      paidMinor: z.int(),
      refundedMinor: z.int(),
    }),
  ),
  refunds: z.array(
    z.object({
      id: z.string(),
      refundNo: z.string(),
      amountMinor: z.int(),
      status: z.enum(refundStatuses),
      type: z.enum(refundTypes),
      reason: z.string().nullable(),
      at: z.string(),
    }),
  ),
})
export type OrderDetail = z.infer<typeof OrderDetail>

const Trade = z.object({
  /** Paid orders with an amount; those at price zero beside them. */
  orders: z.int(),
  freeOrders: z.int(),
  /** Different customers of the paid orders, merged ones once; orders of nobody known beside them. */
  buyers: z.int(),
  anonymousOrders: z.int(),
  lines: z.int(),
  /** Lines with a price. */
  pricedLines: z.int(),
  items: z.number(),
  paidMinor: z.int(),
  refunds: z.int(),
  refundedMinor: z.int(),
  netMinor: z.int(),
})
export type Trade = z.infer<typeof Trade>

const Step = z.object({ orders: z.int(), buyers: z.int(), paidMinor: z.int(), refundedMinor: z.int() })

export const TradeTotals = Trade.extend({
  currency: z.string(),
  /** Other currencies have orders too; they are never added up together. */
  currencies: z.array(z.string()),
  /** 客单价 paid ÷ buyers, 笔单价 paid ÷ orders, rounded half up to minor units. */
  perBuyerMinor: z.int().nullable(),
  perOrderMinor: z.int().nullable(),
  oneOrderBuyers: z.int(),
  /** The best fifth of the buyers, rounded up, and what they paid. */
  topFifth: z.object({ buyers: z.int(), paidMinor: z.int(), share: z.number().nullable() }),
  months: z.array(Step.extend({ month: z.string() })),
  days: z.array(Step.extend({ day: z.string() })),
  before: Trade.nullable(),
})
export type TradeTotals = z.infer<typeof TradeTotals>

export const Shop = z.object({
  id: z.string(),
  name: z.string(),
  source: z.string(),
  hookUrl: z.string(),
  hasSecret: z.boolean(),
  createdAt: z.string(),
})
export const ShopWithSecret = Shop.extend({ secret: z.string().describe('Shown once.') })
