import type { OrderStatus } from './schema.ts'

/** How shops and people call the states. What is not here stays `unknown` with its own words kept: never an error, never taken for paid. */
const words: Record<Exclude<OrderStatus, 'unknown'>, readonly string[]> = {
  unpaid: ['unpaid', 'created', 'pending', 'placed', 'waitbuyerpay', '待付款', '待支付', '未付款', '未支付', '等待买家付款'],
  paid: [
    'paid',
    'topay',
    'waitsellersendgoods',
    'waitconfirm',
    'undelivered',
    'processing',
    '已付款',
    '已支付',
    '支付成功',
    '付款成功',
    '待发货',
    '待成团',
    '已成团',
    '买家已付款',
    '等待卖家发货',
    '部分发货',
  ],
  shipped: ['shipped', 'delivered', 'waitbuyerconfirmgoods', '已发货', '待收货', '卖家已发货', '配送中', '待自提', '等待买家确认收货'],
  received: ['received', 'signed', '已收货', '已签收', '已自提'],
  completed: [
    'completed',
    'complete',
    'finished',
    'done',
    'success',
    'tradesuccess',
    'trade_success',
    '已完成',
    '交易成功',
    '交易完成',
    '已核销',
    '完成',
    '成功',
  ],
  closed: [
    'closed',
    'cancelled',
    'canceled',
    'tradeclosed',
    '已关闭',
    '已取消',
    '交易关闭',
    '取消',
    '关闭',
    '退款成功',
    '已退款',
    'refunded',
  ],
}

const byWord = new Map(Object.entries(words).flatMap(([status, names]) => names.map((name) => [plain(name), status as OrderStatus])))

export const readStatus = (text: string): OrderStatus => byWord.get(plain(text)) ?? 'unknown'

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]/g, '')
}

/** Money has come in; a closed order had been paid when it carries a time of payment. */
export const isPaid = (status: OrderStatus): boolean =>
  status === 'paid' || status === 'shipped' || status === 'received' || status === 'completed'
