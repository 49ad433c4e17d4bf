import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { get, type Page, patch, post, remove } from '#console/api/client.ts'
import { type List, useCommand, useList, useResource } from '#console/api/query.ts'
import { type Document, isComplete } from '#console/reports/document.ts'
import type { Asked } from '#insight/ask/schema.ts'
import type { RunAnswer, SavedReport } from '#insight/reports/schema.ts'
import type { PlannedEvent } from '#insight/tracking/schema.ts'
import type { CustomerItem } from '#management/customers/schema.ts'

export type Answer<Result> = Omit<z.infer<typeof RunAnswer>, 'result'> & { result: Result }
export type { PlannedEvent, SavedReport }

export const useReports = (type: string | undefined) => useList<SavedReport>('reports', { type })
export const useReport = (id: string | undefined) => useResource<SavedReport>(`reports/${id ?? ''}`, {}, { enabled: id !== undefined })
/** The events that reports know: what only consumers and webhooks hear is none of them. */
export function usePlan() {
  const plan = useResource<{ items: PlannedEvent[]; personProperties: string[] }>('tracking-plan')
  return { ...plan, data: plan.data && { ...plan.data, items: plan.data.items.filter(({ logOnly }) => !logOnly) } }
}
export const useAttributes = () => useResource<{ items: { key: string; name: string }[] }>('attributes')

export const useSaveReport = () =>
  useCommand(
    ({ id, ...body }: { id?: string | undefined; name?: string; report?: Document }) =>
      id ? patch<SavedReport>(`reports/${id}`, body) : post<SavedReport>('reports', body),
    ['reports'],
  )
export const useDeleteReport = () => useCommand((id: string) => remove(`reports/${id}`), ['reports'])

/** Runs the document as it stands; the last answer stays in sight until the next one is there. */
export const useAnswer = <Result>(document: Document, enabled = true) =>
  useQuery({
    queryKey: ['report-answers', document],
    queryFn: () => post<Answer<Result>>('reports/run', { report: document }),
    enabled: enabled && isComplete(document),
    placeholderData: (previous, query) => (sameType(query?.queryKey[1], document) ? previous : undefined),
    retry: false,
  })

export type AskedQuestion = z.infer<typeof Asked>

/** The same words mean the same all day. */
export const asking = (question: string) =>
  queryOptions({
    queryKey: ['ask', question],
    queryFn: () => post<AskedQuestion>('ask', { question }),
    staleTime: 10 * 60_000,
    retry: false,
  })

export const useAsked = (question: string | undefined) => useQuery({ ...asking(question ?? ''), enabled: question !== undefined })

const sameType = (one: unknown, other: Document): boolean =>
  typeof one === 'object' && one !== null && 'type' in one && one.type === other.type

const pageSize = 50

/** As the report names them; who was merged since then stands last. */
const place = (ids: string[], id: string): number => (ids.includes(id) ? ids.indexOf(id) : ids.length)

/** The people behind a number: the same question asked for persons, then shown as customers page by page. One answer may hold several groups. */
export function useAnswerPeople(
  { report: document, group }: { report: Document; group?: string | undefined },
  idsOf: (result: never) => string[],
): { ids: string[] | undefined; list: List<CustomerItem> } {
  const asked = useQuery({
    queryKey: ['report-answers', document, 'people'],
    queryFn: () => post<Answer<never>>('reports/run', { report: document }),
    retry: false,
  })
  const ids = asked.data && idsOf(asked.data.result)
  const pages = useInfiniteQuery({
    queryKey: ['customers', 'of-report', document, group ?? null],
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
