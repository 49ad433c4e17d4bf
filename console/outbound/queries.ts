import { useQuery } from '@tanstack/react-query'
import { get, patch, post, put, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import { usePeople } from '#console/customers/queries.ts'
import type { SendingCostBody, SendingEffect } from '#insight/effects/schema.ts'
import type { ApprovalItem } from '#operation/approvals/schema.ts'
import type { Calendar } from '#operation/calendar/schema.ts'
import type {
  AudienceInput,
  MassTaskItem,
  MessageDetail,
  MessageInput,
  MessageItem,
  Outcome,
  Preview,
  PreviewPeople,
  Reminded,
} from '#operation/messages/schema.ts'
import type { MomentInput, MomentItem, MomentTaskItem } from '#operation/moments/schema.ts'
import type { ConsentView, Policy, PolicyView, SendCount, SendItem, StopInput, StopItem, StopLook } from '#operation/outbound/schema.ts'

type Asked = Record<string, string | undefined>

/** Employees confirm while somebody looks. */
const paceMs = 5_000

export const useMessages = (query: Asked) => useList<MessageItem>('messages', query, paceMs)
export const useMessage = (id: string | undefined) =>
  useResource<MessageDetail>(`messages/${id ?? ''}`, {}, { enabled: id !== undefined, refetchInterval: paceMs })
/** People come and buy while somebody looks. */
export const useEffectOf = (path: `messages/${string}` | `journeys/${string}`, hours: { visitHours: number; buyHours: number }) =>
  useResource<SendingEffect>(
    `${path}/effect`,
    { visitHours: String(hours.visitHours), buyHours: String(hours.buyHours) },
    { refetchInterval: 60_000 },
  )
export const useRecordCost = (path: `messages/${string}` | `journeys/${string}`) =>
  useCommand((cost: SendingCostBody) => put<unknown>(`${path}/cost`, cost), ['messages', 'journeys'])
export const useMassTasks = (id: string) => useList<MassTaskItem>(`messages/${id}/tasks`, {}, paceMs)
export const useMessagePreview = (id: string, enabled: boolean) => useResource<Preview>(`messages/${id}/preview`, {}, { enabled })
/** The customers behind a number of a preview: of a saved message, or of one that is being written. */
export const usePreviewPeople = (of: string | AudienceInput, outcome: Outcome) =>
  usePeople({
    key: ['messages', 'preview-people', of, outcome],
    ask: () =>
      typeof of === 'string'
        ? get<PreviewPeople>(`messages/${of}/preview/people`, { outcome })
        : post<PreviewPeople>(`messages/preview/people?outcome=${outcome}`, of),
    idsOf: ({ persons }) => persons,
  })
export const askPreview = (input: AudienceInput) => post<Preview>('messages/preview', input)

export const useSaveMessage = () =>
  useCommand(
    ({ id, ...input }: MessageInput & { id?: string | undefined }) =>
      id ? put<MessageDetail>(`messages/${id}`, input) : post<MessageDetail>('messages', input),
    ['messages'],
  )
export const useMessageAct = (id: string) =>
  useCommand(
    ({ act, body }: { act: 'tests' | 'submission' | 'review' | 'cancellation' | 'reminders'; body?: object }) =>
      post<MessageDetail & Reminded>(`messages/${id}/${act}`, body ?? {}),
    ['messages', 'outbound', 'approvals'],
  )
/** Null is as soon as it may. */
export const useReschedule = (id: string) =>
  useCommand((at: string | null) => patch<MessageDetail>(`messages/${id}/submission`, { at }), ['messages', 'calendar'])
export const useWithdraw = (id: string) => useCommand(() => remove<MessageDetail>(`messages/${id}/submission`), ['messages'])

export const useSends = (query: Asked) => useList<SendItem>('outbound/sends', query, paceMs)
export const useSendCounts = (query: { journey: string; step: string }) =>
  useResource<{ items: SendCount[] }>('outbound/sends/counts', query, { refetchInterval: 15_000 })
export const usePolicy = () => useResource<PolicyView>('outbound/policy')
export const useSavePolicy = () => useCommand((change: Partial<Policy>) => patch<PolicyView>('outbound/policy', change), ['outbound'])

export const useStops = () => useResource<{ items: StopItem[] }>('outbound/stops', {}, { refetchInterval: paceMs })
export const useStop = () =>
  useCommand((input: StopInput) => post<{ items: StopItem[] }>('outbound/stops', input), ['outbound', 'messages'])
export const useStopLook = (what: StopInput['what']) =>
  useQuery({
    queryKey: ['outbound', 'stops', 'look', what],
    queryFn: () => post<StopLook>('outbound/stops/preview', { what }),
    staleTime: 0,
  })
export const useLift = () => useCommand((id: string) => remove(`outbound/stops/${id}`), ['outbound', 'messages'])

export const useConsent = (customer: string, enabled: boolean) => useResource<ConsentView>(`outbound/consents/${customer}`, {}, { enabled })
export const useChangeConsent = (customer: string) =>
  useCommand((allowed: boolean) => put<ConsentView>(`outbound/consents/${customer}`, { allowed }), ['outbound'])

export const useMoments = (query: Asked) => useList<MomentItem>('moments', query, paceMs)
export const useMoment = (id: string | undefined) =>
  useResource<MomentItem>(`moments/${id ?? ''}`, {}, { enabled: id !== undefined, refetchInterval: paceMs })
export const useMomentTasks = (id: string) =>
  useResource<{ items: MomentTaskItem[] }>(`moments/${id}/tasks`, {}, { refetchInterval: paceMs })
export const useSaveMoment = () =>
  useCommand(
    ({ id, ...input }: MomentInput & { id?: string | undefined }) =>
      id ? put<MomentItem>(`moments/${id}`, input) : post<MomentItem>('moments', input),
    ['moments', 'calendar'],
  )
export const useMomentAct = () =>
  useCommand(
    ({ id, act, body }: { id: string; act: 'submission' | 'review' | 'cancellation'; body?: object }) =>
      post<MomentItem>(`moments/${id}/${act}`, body ?? {}),
    ['moments', 'calendar', 'approvals'],
  )
/** Null is as soon as it may. */
export const useRescheduleMoment = (id: string) =>
  useCommand((at: string | null) => patch<MomentItem>(`moments/${id}/submission`, { at }), ['moments', 'calendar'])

/** What waits for the word of whoever looks. */
export const useApprovals = () => useResource<{ items: ApprovalItem[] }>('approvals', {}, { refetchInterval: 60_000 })

export const useCalendar = (query: Asked) => useResource<Calendar>('calendar', query)
