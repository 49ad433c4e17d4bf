import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { get, type Page, patch, post, put, remove } from '#console/api/client.ts'
import { type List, useCommand, useList, useResource } from '#console/api/query.ts'
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

const pageSize = 50

/** As they were named; who was merged since then stands last. */
const place = (ids: string[], id: string): number => (ids.includes(id) ? ids.indexOf(id) : ids.length)

/** People of a number: who they are is asked once, then they are shown as customers page by page. */
export interface People {
  ids: string[] | undefined
  list: List<CustomerItem>
}

/** `part`: which of the groups of people in one answer; each is shown by itself, and all are asked once. */
export function usePeople<Answer>(asking: {
  key: readonly unknown[]
  part?: string | undefined
  ask: () => Promise<Answer>
  idsOf: (answer: Answer) => string[]
}): People {
  const { key, part = null, ask, idsOf } = asking
  const asked = useQuery({ queryKey: key, queryFn: ask, retry: false })
  const ids = asked.data && idsOf(asked.data)
  const pages = useInfiniteQuery({
    queryKey: ['customers', 'of', ...key, part],
    queryFn: ({ pageParam }): Promise<Page<CustomerItem>> => {
      const some = (ids ?? []).slice(pageParam, pageParam + pageSize)
      return some.length === 0
        ? Promise.resolve({ items: [], next: null })
        : get<Page<CustomerItem>>('customers', { limit: pageSize, filter: JSON.stringify({ customer: { in: some } }) }).then((page) => ({
            ...page,
            items: page.items.sort((a, b) => place(some, a.id) - place(some, b.id)),
          }))
    },
    initialPageParam: 0,
    getNextPageParam: (_last, _all, at) => (at + pageSize < (ids?.length ?? 0) ? at + pageSize : undefined),
    enabled: ids !== undefined,
    placeholderData: keepPreviousData,
  })
  return {
    ids,
    list: {
      rows: pages.data?.pages.flatMap((page) => page.items) ?? [],
      total: ids?.length,
      totalExact: true,
      loading: asked.isPending || pages.isPending,
      refreshing: false,
      error: asked.error ?? pages.error,
      more: pages.hasNextPage,
      loadingMore: pages.isFetchingNextPage,
      loadMore: () => void pages.fetchNextPage(),
      reload: () => void (asked.error ? asked.refetch() : pages.refetch()),
    },
  }
}
