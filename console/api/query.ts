import { keepPreviousData, QueryClient, queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ApiError, get, type Page, type Query } from '#console/api/client.ts'

/** Keys follow the path, so that `['customers']` names every list, page and timeline of customers at once. */
export const keyOf = (path: string, query: Query = {}) => [...path.split('/'), query]

export const newQueryClient = (onSessionLost: () => void): QueryClient => {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        gcTime: 10 * 60_000,
        retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      },
    },
  })
  client.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'error') return
    const { error } = event.action
    if (error instanceof ApiError && error.status === 401 && event.query.queryKey[0] !== 'session') onSessionLost()
  })
  return client
}

export const resource = <T>(path: string, query: Query = {}) =>
  queryOptions({ queryKey: keyOf(path, query), queryFn: ({ signal }) => get<T>(path, query, signal) })

/** How often a read is repeated: a number of milliseconds, or asked of what was read last. */
export type Pace<Seen> = number | ((seen: Seen) => number | false)

export const useResource = <T>(
  path: string,
  query: Query = {},
  { refetchInterval, ...options }: { enabled?: boolean; refetchInterval?: Pace<T | undefined> } = {},
) =>
  useQuery({
    ...resource<T>(path, query),
    placeholderData: keepPreviousData,
    ...options,
    refetchInterval: typeof refetchInterval === 'function' ? (asked) => refetchInterval(asked.state.data) : (refetchInterval ?? false),
  })

/** An endless list. Pages stay in the cache while the reader is away, so coming back finds the same rows at the same height. */
export function useList<Row>(path: string, query: Query = {}, pace: Pace<Row[]> = () => false) {
  const result = useInfiniteQuery({
    queryKey: [...keyOf(path, query), 'pages'],
    queryFn: ({ pageParam, signal }) => get<Page<Row>>(path, { limit: 50, ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (asked) => (typeof pace === 'function' ? pace(asked.state.data?.pages.flatMap((page) => page.items) ?? []) : pace),
  })
  const rows = result.data?.pages.flatMap((page) => page.items) ?? []
  return {
    rows,
    total: result.data?.pages[0]?.total,
    totalExact: result.data?.pages[0]?.totalExact ?? true,
    loading: result.isPending,
    refreshing: result.isPlaceholderData,
    error: result.error,
    more: result.hasNextPage,
    loadingMore: result.isFetchingNextPage,
    loadMore: () => void result.fetchNextPage(),
    reload: () => void result.refetch(),
  }
}

export type List<Row> = ReturnType<typeof useList<Row>>

/** So many pages of names a field offers; a company with more searches. */
const mostPages = 25

/** Every row of a list that is read page by page, for fields that choose among all of them. */
export const useEverything = <Row>(path: string, { enabled = true }: { enabled?: boolean } = {}) =>
  useQuery({
    queryKey: [...keyOf(path, {}), 'everything'],
    queryFn: async ({ signal }) => {
      const rows: Row[] = []
      let cursor: string | null = ''
      for (let page = 0; page < mostPages && cursor !== null; page++) {
        const read: Page<Row> = await get<Page<Row>>(path, { limit: 200, cursor }, signal)
        rows.push(...read.items)
        cursor = read.next
      }
      return rows
    },
    enabled,
  })

/** A write; `touches` names the nouns whose cached reads it makes stale. */
export function useCommand<Input, Output>(run: (input: Input) => Promise<Output>, touches: string[]) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: run,
    onSuccess: () => Promise.all(touches.map((noun) => client.invalidateQueries({ queryKey: [noun] }))),
  })
}
