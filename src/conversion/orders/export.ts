import type { ExportKind } from '#platform/exports/kind.ts'
import { majorNumber } from '#platform/money.ts'
import { checkOrderFilter } from './filter.ts'
import { describeOrders, orderIdsAfter } from './queries.ts'

const pageRows = 1000

/** One row an order, amounts in major units. */
export const ordersExport: ExportKind = {
  name: 'orders',
  title: { zh: '订单', en: 'Orders' },
  permission: 'orders.read',
  columns: [
    { zh: '订单号', en: 'Order no.' },
    { zh: '状态', en: 'Status' },
    { zh: '店铺', en: 'Shop' },
    { zh: '客户', en: 'Customer' },
    { zh: '下单时间', en: 'Placed at' },
    { zh: '付款时间', en: 'Paid at' },
    { zh: '商品', en: 'Products' },
    { zh: '件数', en: 'Items' },
    { zh: '实付金额', en: 'Paid' },
    { zh: '退款金额', en: 'Refunded' },
    { zh: '币种', en: 'Currency' },
    { zh: '地区', en: 'Region' },
    { zh: '导购', en: 'Employee' },
    { zh: '渠道', en: 'Channel' },
  ],
  check: ({ filter }) => void (filter === undefined || filter === null || checkOrderFilter(filter)),
  async *rows(ctx, { filter, q }) {
    const query = { filter: filter === undefined || filter === null ? undefined : checkOrderFilter(filter), q }
    for (let after = 0; ; ) {
      const ids = await orderIdsAfter(ctx, query, after, pageRows)
      const last = ids.at(-1)
      if (last === undefined) return
      after = last
      yield (await describeOrders(ctx, ids)).map((order) => [
        order.orderNo,
        order.status,
        order.shop?.name ?? null,
        order.customer?.name ?? null,
        new Date(order.createdAt),
        order.paidAt ? new Date(order.paidAt) : null,
        order.titles.join('、'),
        order.quantity,
        majorNumber(order.paidMinor, order.currency),
        majorNumber(order.refundedMinor, order.currency),
        order.currency,
        order.region,
        order.employee,
        order.channel,
      ])
    }
  },
}
