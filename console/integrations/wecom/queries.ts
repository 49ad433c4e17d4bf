import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { patch, post, remove } from '#console/api/client.ts'
import { keyOf, useCommand, useList, useResource } from '#console/api/query.ts'
import type {
  CallbackRow,
  CallList,
  Corp,
  CorpChange,
  Finding,
  NewCorp,
  RepairList,
  SyncState,
  WelcomeList,
} from '#management/wecom/schema.ts'

export type Callback = z.infer<typeof CallbackRow>
export type Sync = z.infer<typeof SyncState>
export type Call = z.infer<typeof CallList>['items'][number]
export type Repair = z.infer<typeof RepairList>['items'][number]
export type Welcome = z.infer<typeof WelcomeList>['items'][number]

const base = 'wecom/corps'

export const useCorps = () => useResource<{ items: Corp[] }>(base, {}, { refetchInterval: 10_000 })
export const useCorp = (id: string | undefined) =>
  useResource<Corp>(`${base}/${id}`, {}, { enabled: id !== undefined, refetchInterval: 4000 })

export const useConnect = () => useCommand((body: z.input<typeof NewCorp>) => post<Corp>(base, body), ['wecom'])
export const useChangeCorp = (id: string) => useCommand((body: CorpChange) => patch<Corp>(`${base}/${id}`, body), ['wecom'])
export const useDisconnect = () => useCommand((id: string) => remove(`${base}/${id}`), ['wecom'])

/** Asking WeCom costs calls, so findings are read when somebody looks and again when asked, not by the clock. */
export const useDoctor = (id: string) => useResource<{ items: Finding[] }>(`${base}/${id}/doctor`)
export function useAskDoctor(id: string): () => void {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ queryKey: keyOf(`${base}/${id}/doctor`).slice(0, -1) })
}

export const isSyncing = ({ state }: Sync): boolean => state === 'waiting' || state === 'running'
export const useSyncs = (id: string) =>
  useResource<{ items: Sync[] }>(`${base}/${id}/syncs`, {}, { refetchInterval: (seen) => (seen?.items.some(isSyncing) ? 800 : 10_000) })
/** Only the list of syncs is stale at once; asking the doctor again would cost calls while the sync makes its own. */
export function useStartSync(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => post(`${base}/${id}/sync`),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(`${base}/${id}/syncs`).slice(0, -1) }),
  })
}

export const useCallbacks = (id: string, query: { state?: string | undefined }) => useList<Callback>(`${base}/${id}/callbacks`, query, 4000)
export const useReplayCallback = (id: string) =>
  useCommand((callback: string) => post(`${base}/${id}/callbacks/${callback}/replay`), ['wecom'])
export const useCalls = (id: string, query: { failed?: string | undefined }) => useList<Call>(`${base}/${id}/calls`, query, 4000)
export const useRepairs = (id: string) => useList<Repair>(`${base}/${id}/repairs`)
export const useWelcomes = (id: string) => useList<Welcome>(`${base}/${id}/welcomes`, {}, 4000)
