import { patch, post, put, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import type { Named } from '#console/api/types.ts'

export interface Customer {
  id: string
  name: string
  avatar?: string | null
  gender?: string | null
  kind?: string | null
  phoneMasked?: string | null
  tags: Named[]
  followers: { employee: Named; addedAt: string; state?: string | null }[]
  channel?: Named | null
  firstAddedAt?: string | null
  lastActiveAt?: string | null
  ordersCount: number
  paidMinor: number
  currency?: string
}

export interface CustomerDetail extends Customer {
  identities: { kind: string; value: string; firstSeenAt?: string | null }[]
  attributes: { id: string; name: string; type: string; value: unknown }[]
  follows: {
    employee: Named
    addedAt: string
    endedAt?: string | null
    endedBy?: string | null
    remark?: string | null
    addWay?: string | null
    state?: string | null
    channel?: Named | null
  }[]
  totals?: {
    ordersCount: number
    paidMinor: number
    refundedMinor?: number
    currency?: string
    firstPaidAt?: string | null
    lastPaidAt?: string | null
  }
}

export interface TimelineEvent {
  id: string
  name: string
  at: string
  properties: Record<string, unknown>
  actor?: Named | null
}

export const useCustomers = (query: { filter?: string; q?: string; sort?: string }) => useList<Customer>('customers', query)
export const useCustomer = (id: string) => useResource<CustomerDetail>(`customers/${id}`)
export const useTimeline = (id: string) => useList<TimelineEvent>(`customers/${id}/timeline`)

export const useTagCustomer = (id: string) =>
  useCommand(
    (change: { tagId: string; on: boolean }) => (change.on ? put : remove)(`customers/${id}/tags/${change.tagId}`),
    ['customers', 'tag-groups'],
  )

export const useEditCustomer = (id: string) => useCommand((change: object) => patch(`customers/${id}`, change), ['customers'])
export const useCreateCustomer = () => useCommand((body: object) => post<{ id: string }>('customers', body), ['customers'])

export interface Bulk {
  action: 'tag' | 'untag'
  tagId: string
  ids?: string[]
  filter?: unknown
}
export const useBulk = () =>
  useCommand((body: Bulk) => post<{ job?: string }>('customers/bulk', body), ['customers', 'tag-groups', 'tasks'])
