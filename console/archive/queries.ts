import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { get, type Page, post, put, remove } from '#console/api/client.ts'
import { keyOf, useCommand, useResource } from '#console/api/query.ts'
import type {
  CorpArchive,
  KeyItem,
  MessageItem,
  MessageList,
  RecordedMembers,
  SearchHit,
  SourceChange,
  TalkDetail,
  TalkItem,
  TalkNews,
  WatchedWord,
} from '#management/archive/schema.ts'

type Asked = Record<string, string | undefined>

/** Every reading is written down, so nothing is read again by itself: not by the clock, not by coming back to the window. */
const readOnce = { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, refetchOnReconnect: false } as const

/** `pace` of reading again, asked of the rows in sight: only where there is news, so that only what is new to see is written down. */
function useRows<Row>(path: string, query: Asked, enabled: boolean, pace: (rows: Row[]) => number | false = () => false) {
  const result = useInfiniteQuery({
    queryKey: [...keyOf(path, query), 'pages'],
    queryFn: ({ pageParam, signal }) => get<Page<Row>>(path, { limit: 50, ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    enabled,
    ...readOnce,
    ...(query.q ? {} : { staleTime: 15_000 }),
    refetchInterval: (asked) => (asked.state.data ? pace(asked.state.data.pages.flatMap((page) => page.items)) : false),
  })
  return {
    rows: result.data?.pages.flatMap((page) => page.items) ?? [],
    loading: result.isPending,
    error: result.error,
    more: result.hasNextPage,
    loadingMore: result.isFetchingNextPage,
    loadMore: () => void result.fetchNextPage(),
    reload: () => void result.refetch(),
  }
}

export function useTalks(query: Asked, enabled: boolean) {
  const { data } = useResource<TalkNews>('archive/talks/news', query, { enabled, refetchInterval: 10_000 })
  const newest = data?.lastAt ?? ''
  return useRows<TalkItem>('archive/talks', query, enabled, ([first]) => newest > (first?.lastAt ?? '') && 1_000)
}
export const useHits = (query: Asked, enabled: boolean) => useRows<SearchHit>('archive/messages', query, enabled)
export const useTalk = (id: string) => useResource<TalkDetail>(`archive/talks/${id}`)

type Turn = { around?: string | undefined; earlier?: string; later?: string }

/** Messages of a talk from its end, or around one of them, in both directions. */
export function useMessages(talk: string, around: string | undefined) {
  const result = useInfiniteQuery({
    queryKey: ['archive', 'talks', talk, 'messages', around ?? ''],
    queryFn: ({ pageParam, signal }) => get<MessageList>(`archive/talks/${talk}/messages`, { limit: 50, ...pageParam }, signal),
    initialPageParam: { around } as Turn,
    getNextPageParam: (page): Turn | undefined => (page.later ? { later: page.later } : undefined),
    getPreviousPageParam: (page): Turn | undefined => (page.earlier ? { earlier: page.earlier } : undefined),
    ...readOnce,
  })
  return {
    items: result.data?.pages.flatMap((page): MessageItem[] => page.items) ?? [],
    loading: result.isPending,
    error: result.error,
    hasEarlier: result.hasPreviousPage,
    hasLater: result.hasNextPage,
    earlier: () => void result.fetchPreviousPage(),
    later: () => void result.fetchNextPage(),
    busy: result.isFetching,
    reload: () => void result.refetch(),
  }
}

const base = 'archive/corps'

export const useArchives = () => useResource<{ items: CorpArchive[] }>(base, {}, { refetchInterval: 5000 })
export const useChangeSource = (corp: string) =>
  useCommand((body: SourceChange) => put<CorpArchive>(`${base}/${corp}/source`, body), ['archive'])
export const useNewKey = (corp: string) =>
  useCommand(
    (body: { version: number; privateKey?: string }) => post<Pick<KeyItem, 'version' | 'publicKey'>>(`${base}/${corp}/keys`, body),
    ['archive'],
  )
/** Asking costs a call at WeCom: only when somebody wants to know. */
export const useRecorded = (corp: string) => useMutation({ mutationFn: () => get<RecordedMembers>(`${base}/${corp}/members`) })

const words = 'archive/words'

/** Read again while the past is looked through. */
export const useWatchedWords = () =>
  useResource<{ items: WatchedWord[] }>(
    words,
    {},
    { refetchInterval: (data) => (data?.items.some(({ lookedBack }) => !lookedBack) ? 1000 : false) },
  )
export const useWatchWord = () => useCommand((body: { word: string }) => post<{ id: string }>(words, body), ['archive'])
export const useDropWord = () => useCommand((id: string) => remove(`${words}/${id}`), ['archive'])
