import { queryOptions, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { patch, post, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import { usePeople } from '#console/customers/queries.ts'
import { type Document, isComplete } from '#console/reports/document.ts'
import type { Asked } from '#insight/ask/schema.ts'
import type { RunAnswer, SavedReport } from '#insight/reports/schema.ts'
import type { PlannedEvent } from '#insight/tracking/schema.ts'

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

/** The people behind a number: the same question asked for persons. */
export const useAnswerPeople = <Result>(
  { report, group }: { report: Document; group?: string | undefined },
  idsOf: (result: Result) => string[],
) =>
  usePeople({
    key: ['report-answers', report, 'people'],
    part: group,
    ask: () => post<Answer<Result>>('reports/run', { report }),
    idsOf: ({ result }) => idsOf(result),
  })
