import { type Page, post } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import type { Named } from '#console/api/types.ts'
import type { Called } from '#console/ui/person-name.ts'
import type { OrderStatus } from '#conversion/orders/schema.ts'

export interface Order {
  id: string
  orderNo: string
  status: OrderStatus
  customer?: (Called & { id: string }) | null
  shop?: Named | null
  paidAt?: string | null
  createdAt?: string | null
  paidMinor: number
  refundedMinor: number
  currency: string
  quantity?: number
  titles?: string[]
}

export interface OrderDetail extends Order {
  lines: {
    lineNo: string | number
    productCode?: string | null
    title: string
    quantity: number
    unitPrice: string
    amountMinor: number
  }[]
  refunds: { id: string; refundNo: string; amountMinor: number; status: string; reason?: string | null; at?: string | null }[]
}

export interface Totals {
  paidMinor: number
  refundedMinor: number
  orders: number
  buyers: number
  items?: number
  currency: string
  currencies?: string[]
  before?: { paidMinor: number; refundedMinor: number; orders: number; buyers: number } | null
}

export const useOrders = (query: Record<string, string | undefined>) => useList<Order>('orders', query)
export const useOrder = (id: string | undefined) => useResource<OrderDetail>(`orders/${id ?? ''}`, {}, { enabled: id !== undefined })
export const useTotals = (query: Record<string, string | undefined>) => useResource<Totals>('orders/totals', query)
export const useShops = () => useResource<Page<Named>>('shops')

export const useCreateOrder = () => useCommand((body: object) => post<{ id: string }>('orders', body), touched)
export const useRefund = (id: string) => useCommand((body: object) => post(`orders/${id}/refunds`, body), touched)

const touched = ['orders', 'customers', 'overview']
