import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Page, patch, post, put, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import type { ControlReadOut, Needed, PowerQuestion, ReadOut } from '#insight/experiments/schema.ts'
import type { ControlGroup, ControlGroupChange, Experiment, StateChange } from '#operation/experiments/schema.ts'

type Asked = Record<string, string | undefined>

export const useExperiments = (query: Asked) => useList<Experiment>('experiments', query)
/** The trials on a thing and its parts, the newest first; `away`: those that were archived. */
export const useTrialsRead = (id: string, enabled: boolean, which: 'listed' | 'away' = 'listed') =>
  useResource<Page<Experiment>>('experiments', { thing: id, limit: 20, ...(which === 'away' && { state: 'archived' }) }, { enabled })
/** Those that are listed, none for whom may not see them. */
export function useTrialsOn(id: string): Experiment[] {
  const may = useMay()('experiments.read')
  const trials = useTrialsRead(id, may)
  return (may && trials.data?.items) || []
}
export const useExperiment = (id: string, enabled = true) =>
  useResource<Experiment>(`experiments/${id}`, {}, { refetchInterval: 60_000, enabled })
/** People come and windows end while somebody looks; of a trial that runs the first of them are waited for. */
export const useReadOut = (id: string, isRunning: boolean) =>
  useResource<ReadOut>(
    `experiments/${id}/read-out`,
    {},
    { refetchInterval: (seen) => (isRunning && !seen?.effects.length ? 5000 : 60_000) },
  )

/** How many people a design needs, while it is being drawn up; the last number stays until the next one is there. */
export const useNeeded = (question: PowerQuestion | undefined) =>
  useQuery({
    queryKey: ['experiments', 'power', question],
    queryFn: () => post<Needed>('experiments/power', question),
    enabled: question !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })

export const useSaveExperiment = () =>
  useCommand(
    ({ id, ...body }: { id?: string | undefined } & Record<string, unknown>) =>
      id ? patch<Experiment>(`experiments/${id}`, body) : post<Experiment>('experiments', body),
    ['experiments'],
  )
export const useChangeState = () =>
  useCommand(({ id, ...change }: StateChange & { id: string }) => put<Experiment>(`experiments/${id}/state`, change), ['experiments'])
export const useDeleteExperiment = () => useCommand((id: string) => remove(`experiments/${id}`), ['experiments'])

export const useControlGroup = () => useResource<ControlGroup>('control-group')
export const useControlReadOut = (query: { from: string; to: string; events: string }, enabled: boolean) =>
  useResource<ControlReadOut>('control-group/read-out', query, { enabled })
export const useControlMembers = (at: string | undefined) =>
  useList<{ id: string; name: string | null }>('control-group/customers', at ? { at } : {})
export const useChangeControlGroup = () =>
  useCommand((change: ControlGroupChange) => put<ControlGroup>('control-group', change), ['control-group'])
export const useTakeBackControlGroup = () => useCommand((_: undefined) => remove<ControlGroup>('control-group/planned'), ['control-group'])
