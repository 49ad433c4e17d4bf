import { patch, post, remove } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import { type MetricValue, type Span, useMetricValues } from '#console/metrics/queries.ts'
import type { Board, BoardSchedule, Card, CardSize, Layout, NewSchedule } from '#insight/boards/schema.ts'

export type { Board, BoardSchedule, Card, CardSize, Layout, NewSchedule }

export const useBoards = () => useResource<{ items: Board[] }>('boards')
export const useBoard = (id: string, enabled: boolean) => useResource<Board>(`boards/${id}`, {}, { enabled })

/** The numbers of a board; of the employee board also for those who may see no other. */
export function useBoardValues(keys: readonly string[], span: Span) {
  const may = useMay()('reports.read')
  const all = useMetricValues(may ? keys : [], span)
  const own = useResource<{ items: MetricValue[] }>('boards/employee/values', { ...span }, { enabled: !may })
  return may ? all : own
}

export interface BoardFacts {
  id?: string | undefined
  name?: string
  layout?: Layout
  roles?: string[] | null
}

export const useSaveBoard = () =>
  useCommand(({ id, ...facts }: BoardFacts) => (id ? patch<Board>(`boards/${id}`, facts) : post<Board>('boards', facts)), ['boards'])
export const useDeleteBoard = () => useCommand((id: string) => remove(`boards/${id}`), ['boards'])

export const useSchedules = () => useResource<{ items: BoardSchedule[] }>('boards/schedules', {}, { refetchInterval: 15_000 })
export const useCreateSchedule = () => useCommand((schedule: NewSchedule) => post('boards/schedules', schedule), ['boards'])
export const useDeleteSchedule = () => useCommand((id: string) => remove(`boards/schedules/${id}`), ['boards'])
export const useSendNow = () => useCommand((id: string) => post(`boards/schedules/${id}/send`), ['boards'])

export const useRoles = (enabled: boolean) => useResource<{ items: { id: string; name: string }[] }>('roles', {}, { enabled })
export const useWebhooks = (enabled: boolean) => useResource<{ items: { id: string; name: string }[] }>('webhooks', {}, { enabled })
