import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { get, patch, post, put, remove } from '#console/api/client.ts'
import { useCommand, useEverything, useList, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import { isWhole, type RuleTree } from '#console/segments/tree.ts'
import type { Change, ChangeRequest, Flow, Move } from '#insight/segments/live/schema.ts'
import type { Counted, Dependents, Overlap, Segment } from '#insight/segments/schema.ts'
import type { CustomerItem } from '#management/customers/schema.ts'

type Asked = Record<string, string | undefined>

export const useSegments = (query: Asked) => useList<Segment>('segments', query)
export const useSegment = (id: string | undefined) => useResource<Segment>(`segments/${id ?? ''}`, {}, { enabled: id !== undefined })
export const useSegmentCount = (id: string, enabled = true) => useResource<Counted>(`segments/${id}/count`, {}, { enabled })
export const useSegmentMembers = (id: string) => useList<CustomerItem>(`segments/${id}/members`)
export const useSegmentFlow = (id: string) => useResource<Flow>(`segments/${id}/flow`)
export const useSegmentMoves = (id: string, direction: 'entered' | 'left' | undefined) =>
  useList<Move>(`segments/${id}/moves`, direction ? { direction } : {})
/** Who would come in and go out: asked once, when somebody is about to change the rule. */
export const askChange = (id: string, rule: RuleTree, tag?: ChangeRequest['tag']) => post<Change>(`segments/${id}/change`, { rule, tag })
/** The same while a tag is being chosen. */
export const useTagChange = ({ id, rule }: Segment, tag: ChangeRequest['tag']) =>
  useQuery({
    queryKey: ['segments', 'tag-change', id, rule, tag],
    queryFn: () => askChange(id, rule as RuleTree, tag),
    enabled: tag != null,
    retry: false,
  })
/** Asked once, when somebody is about to change or put away what others may need. */
export const askDependents = (id: string) => get<Dependents>(`segments/${id}/dependents`)
export const useDependents = (id: string) => useResource<Dependents>(`segments/${id}/dependents`)

/** Segments as choices. */
export function useSegmentNames(): { value: string; label: string }[] {
  const may = useMay()('segments.read')
  const segments = useEverything<Segment>('segments', { enabled: may })
  return (segments.data ?? []).map(({ id, name }) => ({ value: id, label: name }))
}

/** How many a rule reaches while it is being written; the last number stays until the next one is there. */
export const useRuleCount = (rule: RuleTree) =>
  useQuery({
    queryKey: ['segments', 'count-of', rule],
    queryFn: () => post<Counted>('segments/count', { rule }),
    enabled: isWhole(rule),
    placeholderData: keepPreviousData,
    retry: false,
  })

/** A rule's tree with yes and no at every place. */
export interface Explained {
  holds: boolean
  and?: Explained[]
  or?: Explained[]
  not?: Explained
  name?: string
  rule?: Explained
  leaf?: RuleTree
  value?: unknown
}

export const useExplained = (rule: RuleTree, customer: string | undefined) =>
  useQuery({
    queryKey: ['segments', 'explained', rule, customer],
    queryFn: () => post<Explained>('segments/explain', { rule, customer }),
    enabled: customer !== undefined && isWhole(rule),
    retry: false,
  })

export const useOverlap = (segments: string[]) =>
  useQuery({
    queryKey: ['segments', 'overlap', segments],
    queryFn: () => post<Overlap>('segments/overlap', { segments }),
    enabled: segments.length > 1,
    retry: false,
  })

export const useSaveSegment = () =>
  useCommand(
    ({ id, ...body }: { id?: string | undefined } & Record<string, unknown>) =>
      id ? patch<Segment>(`segments/${id}`, body) : post<Segment>('segments', body),
    ['segments', 'tag-groups'],
  )
export const useArchiveSegment = () =>
  useCommand(
    ({ id, on }: { id: string; on: boolean }) => (on ? put(`segments/${id}/archived`) : remove(`segments/${id}/archived`)),
    ['segments'],
  )
