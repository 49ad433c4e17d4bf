import type { z } from 'zod'
import { post, put, remove } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'
import type { EventsReceipt, PlannedEvent, QuarantineList, RecentEvents, ReplayReceipt, TrackingSetup } from '#insight/tracking/schema.ts'

export type RecentEvent = z.infer<typeof RecentEvents>['items'][number]
export type Refused = z.infer<typeof QuarantineList>['items'][number]

export const useRecentEvents = (
  query: { name?: string | undefined; customer?: string | undefined; device?: string | undefined },
  paused: boolean,
) => useResource<{ items: RecentEvent[] }>('events/recent', { ...query, limit: 100 }, paused ? {} : { refetchInterval: 3000 })

export const useTrackingPlan = (enabled = true) =>
  useResource<{ items: PlannedEvent[]; holdUnknown: boolean }>('tracking-plan', {}, { enabled })
export const useTrackingSetup = () => useResource<TrackingSetup>('tracking-setup')

export const useDeclare = () =>
  useCommand(
    ({ name, ...body }: { name: string } & Record<string, unknown>) => put(`tracking-plan/${encodeURIComponent(name)}`, body),
    ['tracking-plan'],
  )
export const useWithdraw = () => useCommand((name: string) => remove(`tracking-plan/${encodeURIComponent(name)}`), ['tracking-plan'])
export const useHoldUnknown = () => useCommand((holdUnknown: boolean) => put('tracking-rules', { holdUnknown }), ['tracking-plan'])

/** The declared title of an event, or what it is commonly called; what senders made up keeps its own name. */
export function useEventTitle(): (name: string) => string {
  const { language } = useText()
  const plan = useTrackingPlan()
  return (name) => plan.data?.items.find((one) => one.name === name)?.title?.[language] ?? commonName(name)
}

/** A word alone would name a whole branch of the texts. */
const commonName = (name: string): string => (name.includes('.') ? textOr(`knownEvents.${name}`, name) : name)

export const useQuarantine = () =>
  useResource<{ items: Refused[]; waiting: number }>('quarantine', { limit: 200 }, { refetchInterval: 10_000 })

export const useReplayRefused = () =>
  useCommand(
    ({ id, event }: { id: string; event?: unknown }) =>
      post<z.infer<typeof EventsReceipt>>(`quarantine/${id}/replay`, event === undefined ? {} : { event }),
    ['quarantine', 'events', 'operations'],
  )

export const useReplayAll = () =>
  useCommand(() => post<z.infer<typeof ReplayReceipt>>('quarantine/replay', {}), ['quarantine', 'events', 'operations'])
