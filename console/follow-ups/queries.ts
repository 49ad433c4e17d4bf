import { post, put } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import type { CustomerFollowUps, FollowUpChange, FollowUpItem, Stage, StagesInput } from '#operation/follow-ups/schema.ts'

type Asked = Record<string, string | undefined>

export const useStages = (query: Asked) => useResource<{ items: Stage[] }>('follow-ups/stages', query, { refetchInterval: 30_000 })
export const useColumn = (stage: string, query: Asked) => useList<FollowUpItem>('follow-ups', { ...query, stage }, 30_000)
export const useSaveStages = () => useCommand((body: StagesInput) => put('follow-ups/stages', body), ['follow-ups'])

export function useFollowUpsOf(customer: string) {
  const may = useMay()('tasks.read')
  return { may, ...useResource<CustomerFollowUps>(`follow-ups/customers/${customer}`, {}, { enabled: may }) }
}

export const useChangeFollowUp = (customer: string) =>
  useCommand(
    (body: FollowUpChange) => post<CustomerFollowUps>(`follow-ups/customers/${customer}`, body),
    ['follow-ups', 'tasks', 'customers'],
  )
