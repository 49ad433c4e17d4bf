import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { patch, post, remove } from '#console/api/client.ts'
import { useCommand, useEverything, useList, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import type { Brought, Met } from '#console/journeys/brought.ts'
import type { Review } from '#operation/approvals/approval.ts'
import type { Definition } from '#operation/journeys/definition.ts'
import type {
  ArrivalsLook,
  DoorLook,
  DryRun,
  Issues,
  Journey,
  JourneyItem,
  LetInResult,
  Resume,
  Run,
  Simulation,
  StepCounts,
  Trace,
} from '#operation/journeys/schema.ts'

type Asked = Record<string, string | undefined>

export type Counts = z.infer<typeof StepCounts>
export type JourneyRun = z.infer<typeof Run>
export type JourneyTrace = z.infer<typeof Trace>
export type Passed = JourneyTrace['turns'][number]['passed'][number]
export type CheckedIssue = z.infer<typeof Issues>['items'][number]

export interface Template {
  key: string
  name: { zh: string; en: string }
  note: { zh: string; en: string }
  draft: Definition
}

export const useJourneys = (query: Asked) => useList<JourneyItem>('journeys', query)
/** All of them that are not put away, to be chosen by name; nobody's list for whom may not see them. */
export function useJourneyNames(): { value: string; label: string }[] {
  const may = useMay()('journeys.read')
  const journeys = useEverything<JourneyItem>('journeys', { enabled: may })
  return (journeys.data ?? []).map(({ id, name }) => ({ value: id, label: name }))
}
export const useTemplates = () => useResource<{ items: Template[] }>('journeys/templates')
export const useJourney = (id: string, enabled = true) => useResource<Journey>(`journeys/${id}`, {}, { enabled })
/** People move while somebody looks, and come while it is paused. */
export const useCounts = ({ id, version, state }: Journey, of: number | undefined) =>
  useResource<Counts>(`journeys/${id}/counts`, of === undefined ? {} : { version: String(of) }, {
    enabled: version > 0,
    refetchInterval: () => (state === 'running' || state === 'paused' || state === 'draining' ? 5000 : false),
  })
export const useRuns = (id: string, step: string | undefined) =>
  useList<JourneyRun>(`journeys/${id}/runs`, step === undefined ? {} : { step, state: 'active' }, 5000)
export const useTrace = (run: string) => useResource<JourneyTrace>(`journeys/runs/${run}`)

/** The journeys of a customer, for whom may see them. */
export function useJourneysOf(customer: string) {
  const may = useMay()('journeys.read')
  const read = useResource<{ items: { journey: { id: string; name: string }; run: JourneyRun }[] }>(
    `journeys/of/${customer}`,
    {},
    { enabled: may },
  )
  return { ...read, may }
}

/** What is wrong with a drawing while it is being drawn; asked once it has been left alone for a moment. */
export const useCheck = (journey: string, draft: Definition | undefined) =>
  useQuery({
    queryKey: ['journeys', 'check', journey, draft],
    queryFn: async ({ signal }) => {
      await leftAlone(400, signal)
      return post<z.infer<typeof Issues>>('journeys/check', { journey, draft })
    },
    enabled: draft !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })

const leftAlone = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })

export const useCreateJourney = () =>
  useCommand((facts: { name: string; note: string; draft: Definition }) => post<Journey>('journeys', facts), ['journeys'])
export const useSaveJourney = () =>
  useCommand(
    ({ id, ...change }: { id: string; name: string; note: string; draft: Definition; seen: string }) =>
      patch<Journey>(`journeys/${id}`, change),
    ['journeys'],
  )
export const usePublish = () =>
  useCommand(({ id, migrate }: { id: string; migrate: boolean }) => post<Journey>(`journeys/${id}/publish`, { migrate }), ['journeys'])
export const useReviewJourney = (id: string) =>
  useCommand((review: Review) => post<Journey>(`journeys/${id}/review`, review), ['journeys', 'approvals'])
export const useReviewEntries = (id: string) =>
  useCommand((review: Review) => post<Journey>(`journeys/${id}/entries/review`, review), ['journeys', 'approvals'])
export const useTurn = () =>
  useCommand(
    ({ id, act, arrivals }: { id: string; act: 'pause' | 'resume' | 'drain'; arrivals?: Resume['arrivals'] }) =>
      post<Journey>(`journeys/${id}/${act}${arrivals ? `?arrivals=${arrivals}` : ''}`),
    ['journeys'],
  )
/** `recall`: what members were asked to send and did not is called back from their phones. */
export const useStopJourney = () =>
  useCommand(
    ({ id, recall }: { id: string; recall: boolean }) => post<{ people: number }>(`journeys/${id}/stop?recall=${recall}`),
    ['journeys', 'outbound'],
  )
export const useUnconfirmed = (id: string, enabled: boolean) =>
  useResource<{ people: number }>(`journeys/${id}/unconfirmed`, {}, { enabled })
export const useRestoreJourney = () => useCommand((id: string) => post<Journey>(`journeys/${id}/restore`), ['journeys'])
type Named = { customers?: string[]; segment?: string; entry: Brought }
export const useLetIn = (id: string) => useCommand((named: Named) => post<LetInResult>(`journeys/${id}/entries`, named), ['journeys'])
/** Who would come in of those who wait. Others come while somebody looks. */
export const useArrivalsLook = (id: string, enabled: boolean) =>
  useResource<ArrivalsLook>(`journeys/${id}/arrivals`, {}, { enabled, refetchInterval: 15_000 })
/** Who would come in if they were let in now. */
export const useDoorLook = (id: string, named: Named | undefined) =>
  useQuery({
    queryKey: ['journeys', id, 'door', named],
    queryFn: () => post<DoorLook>(`journeys/${id}/entries/preview`, named ?? {}),
    enabled: named !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  })
export const useArchiveJourney = () => useCommand((id: string) => remove(`journeys/${id}`), ['journeys'])
/** What would happen to one person; asked anew with every change of the question. */
export const useDryRun = (question: { draft: Definition; journey: string; customer: string | undefined; happens: Met; entry: Brought }) =>
  useQuery({
    queryKey: ['journeys', 'dry-run', question],
    queryFn: () => post<DryRun>('journeys/dry-run', question),
    enabled: question.customer !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })
export const useSimulation = (question: {
  draft: Definition
  journey: string
  segment: string | undefined
  happens: Met
  entry: Brought
}) =>
  useQuery({
    queryKey: ['journeys', 'simulation', question],
    queryFn: () => post<Simulation>('journeys/simulate', question),
    enabled: question.segment !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })
