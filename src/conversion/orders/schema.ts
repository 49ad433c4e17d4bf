
export const orderStatuses = ['unpaid', 'paid', 'shipped', 'received', 'completed', 'closed', 'unknown'] as const
export type OrderStatus = (typeof orderStatuses)[number]

export const refundStatuses = ['applied', 'agreed', 'returning', 'success', 'rejected', 'closed'] as const
export type RefundStatus = (typeof refundStatuses)[number]

export const refundTypes = ['refund_only', 'return_refund', 'exchange'] as const
export type RefundType = (typeof refundTypes)[number]

export type OrderSource = 'import' | 'manual' | 'webhook'
