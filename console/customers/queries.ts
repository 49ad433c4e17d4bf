import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { patch, post, put, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import type { BulkTagging, CustomerDetail, CustomerItem, CustomerPatch, NewCustomer, TimelineList } from '#management/customers/schema.ts'

export type TimelineEvent = z.infer<typeof TimelineList>['items'][number]
export type Bulk = z.input<typeof BulkTagging>

export const useCustomers = (query: { filter?: string; q?: string; sort?: string }) => useList<CustomerItem>('customers', query)
export const useCustomer = (id: string | undefined) => useResource<CustomerDetail>(`customers/${id}`, {}, { enabled: id !== undefined })
export const useTimeline = (id: string) => useList<TimelineEvent>(`customers/${id}/timeline`)

export const useTagCustomer = (id: string) =>
  useCommand(
    (change: { tagId: string; on: boolean }) => (change.on ? put : remove)(`customers/${id}/tags/${change.tagId}`),
    ['customers', 'tag-groups'],
  )

export const useEditCustomer = (id: string) => useCommand((change: CustomerPatch) => patch(`customers/${id}`, change), ['customers'])
export const useCreateCustomer = () =>
  useCommand((body: z.infer<typeof NewCustomer>) => post<CustomerDetail>('customers', body), ['customers'])

export const useBulk = () => useCommand((body: Bulk) => post<{ job: string }>('customers/bulk', body), ['customers', 'tag-groups', 'tasks'])

/** How many the filters reach: lists are only counted up to a limit, an act says its true size. */
export const useReach = (filter: string | undefined, q: string | undefined, enabled: boolean) =>
  useQuery({
    queryKey: ['customers', 'reach', filter, q],
    queryFn: () =>
      post<{ count: number }>('customers/bulk/preview', { filter: filter ? JSON.parse(filter) : { and: [] }, ...(q ? { q } : {}) }),
    enabled,
  })

export const useAddLink = (id: string) =>
  useCommand((body: { kind: string; to: string; note?: string }) => post(`customers/${id}/links`, body), ['customers'])
export const useRemoveLink = () =>
  useCommand(
    (link: { from: string; to: string; kind: string }) => remove(`customers/${link.from}/links/${link.kind}/${link.to}`),
    ['customers'],
  )
export const useMergeCustomers = () =>
  useCommand((body: { keep: string; merge: string }) => post<{ id: string; customer: string }>('merges', body), merged)
export const useUndoMerge = () => useCommand((id: string) => remove(`merges/${id}`), merged)

const merged = ['customers', 'merges', 'merge-reviews', 'orders', 'overview']
