import { z } from 'zod'
import { defineEvent } from '#platform/events/catalogue.ts'

const trade = {
  order: z.int(),
  orderNo: z.string(),
  /** 0 and absent: the company's own, by hand or from a file. */
  shop: z.int(),
  shopName: z.string().optional(),
  /** Minor units. */
  amount: z.int(),
  currency: z.string(),
  items: z.number(),
  region: z.string().optional(),
  channel: z.string().optional(),
  employeeName: z.string().optional(),
}

/** Once per order, at the time of payment, with the whole amount; also for orders at price zero. */
export const orderPaid = defineEvent('order.paid', {
  title: { zh: '订单支付', en: 'Order paid' },
  own: true,
  properties: z.object({
    ...trade,
    source: z.string(),
    lines: z.int(),
    products: z.array(z.string()),
    /** No earlier order of this customer was known then. */
    first: z.boolean(),
  }),
})

/** What a paid order's amount changed by afterwards: `order.paid` and this add up to what stands in the order. */
export const orderAmended = defineEvent('order.amended', {
  title: { zh: '订单金额更正', en: 'Order amended' },
  properties: z.object(trade),
})

/** Money went back, at the time it did. `order` is absent for a credit note that names no order. */
export const orderRefunded = defineEvent('order.refunded', {
  title: { zh: '订单退款', en: 'Order refunded' },
  properties: z.object({ ...trade, order: z.int().optional(), refund: z.int(), refundNo: z.string(), type: z.string().optional() }),
})

/** Placed and not yet paid. */
export const orderPlaced = defineEvent('order.placed', {
  title: { zh: '下单', en: 'Order placed' },
  own: true,
  properties: z.object({ ...trade, source: z.string() }),
})
