import { patch, post, put } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import type { MarketingPerson, MarketingTask, MarketingTaskChange } from '#operation/marketing-tasks/schema.ts'
import type { Outcome, Task, TaskCounts, TaskQuery, TaskSettings } from '#operation/tasks/schema.ts'

type Asked = Record<string, string | undefined>

/** Tasks come while somebody looks. */
export const useTasks = (query: Asked) => useList<Task>('tasks', query, 30_000)
export const useTask = (id: string | undefined) => useResource<Task>(`tasks/${id ?? ''}`, {}, { enabled: id !== undefined })
export const useTaskCounts = (whose: TaskQuery['whose']) => useResource<TaskCounts>('tasks/counts', { whose }, { refetchInterval: 30_000 })

export const useComplete = () =>
  useCommand(({ id, ...outcome }: { id: string } & Outcome) => put<Task>(`tasks/${id}/completion`, outcome), ['tasks'])
export const useCompleteMany = () =>
  useCommand((body: { ids: string[] } & Outcome) => post<{ changed: number }>('tasks/completions', body), ['tasks'])
export const useReassign = () =>
  useCommand((body: { ids: string[]; employeeId: string }) => post<{ changed: number }>('tasks/reassignments', body), ['tasks'])
export const usePostpone = () =>
  useCommand(({ id, dueAt }: { id: string; dueAt: string | null }) => patch<Task>(`tasks/${id}`, { dueAt }), ['tasks'])
export const useCreateTasks = () => useCommand((body: Record<string, unknown>) => post<{ created: number }>('tasks', body), ['tasks'])

export const useTaskSettings = () => useResource<TaskSettings>('tasks/settings')
export const useSaveTaskSettings = () => useCommand((body: Partial<TaskSettings>) => patch<TaskSettings>('tasks/settings', body), ['tasks'])

/** Counts grow while somebody looks. */
export const useMarketingTasks = (query: Asked) => useList<MarketingTask>('marketing-tasks', query, 15_000)
export const useMarketingPeople = (id: string) => useList<MarketingPerson>(`marketing-tasks/${id}/people`, {}, 15_000)

export const useCreateMarketingTask = () =>
  useCommand((body: Record<string, unknown>) => post<MarketingTask>('marketing-tasks', body), ['marketing-tasks', 'tasks'])
export const useMarketingTask = (id: string | undefined) =>
  useResource<MarketingTask>(`marketing-tasks/${id ?? ''}`, {}, { enabled: id !== undefined, refetchInterval: 15_000 })
export const useChangeMarketingTask = () =>
  useCommand(
    ({ id, ...change }: { id: string } & MarketingTaskChange) => patch<MarketingTask>(`marketing-tasks/${id}`, change),
    ['marketing-tasks', 'tasks'],
  )
export const useStopMarketingTask = () => useCommand((id: string) => put(`marketing-tasks/${id}/stop`), ['marketing-tasks', 'tasks'])
export const useRemind = () =>
  useCommand((id: string) => post<{ reminded: number }>(`marketing-tasks/${id}/reminders`), ['marketing-tasks'])
export const useHandOut = () =>
  useCommand(
    ({ id, ...body }: { id: string; employeeIds: string[]; departmentIds: string[] }) =>
      post<{ added: number }>(`marketing-tasks/${id}/people`, body),
    ['marketing-tasks', 'tasks'],
  )

/** The open tasks of one customer, on the customer's page. */
export function useTasksOf(customer: string) {
  const may = useMay()('tasks.read')
  return { may, ...useResource<{ items: Task[] }>('tasks', { customer, whose: 'team', view: 'open' }, { enabled: may }) }
}
