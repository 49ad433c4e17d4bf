import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { patch, post, remove } from '#console/api/client.ts'
import { keyOf, useCommand, useList, useResource } from '#console/api/query.ts'
import type { Named } from '#console/api/types.ts'
import type { CallbackHealth, CapabilityPage, LogRow, QuotaPage } from '#management/wecom/integration-schema.ts'
import type { Corp, CorpChange, Finding, NewCorp, RepairList, SyncState, WelcomeList } from '#management/wecom/schema.ts'

export type Sync = z.infer<typeof SyncState>
export type Repair = z.infer<typeof RepairList>['items'][number]
export type Welcome = z.infer<typeof WelcomeList>['items'][number]
export type Capability = CapabilityPage['items'][number]

type Asked = Record<string, string | undefined>

const base = 'wecom/corps'

export const useCorps = () => useResource<{ items: Corp[] }>(base, {}, { refetchInterval: 10_000 })
/** The corps that work, for fields of whoever makes something in one of them. */
export const useCorpNames = (): { value: string; label: string }[] =>
  (useResource<{ items: Named[] }>(`${base}/names`).data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
export const useCorp = (id: string | undefined) =>
  useResource<Corp>(`${base}/${id}`, {}, { enabled: id !== undefined, refetchInterval: 4000 })

export const useConnect = () => useCommand((body: z.input<typeof NewCorp>) => post<Corp>(base, body), ['wecom'])
export const useChangeCorp = (id: string) => useCommand((body: CorpChange) => patch<Corp>(`${base}/${id}`, body), ['wecom'])
export const useDisconnect = () => useCommand((id: string) => remove(`${base}/${id}`), ['wecom'])

/** What was found at the last check and what our own records say: reading it costs no call of WeCom. */
export const useFindings = (id: string) => useResource<{ items: Finding[] }>(`${base}/${id}/findings`, {}, { refetchInterval: 15_000 })
export const useCapabilities = (id: string) => useResource<CapabilityPage>(`${base}/${id}/capabilities`, {}, { refetchInterval: 30_000 })
/** Asks WeCom anew; everything that is shown of this corp may be different afterwards. */
export const useCheckCapabilities = (id: string) => useCommand(() => post<CapabilityPage>(`${base}/${id}/capabilities/check`), ['wecom'])

export const useQuotas = (id: string) => useResource<QuotaPage>(`${base}/${id}/quotas`, {}, { refetchInterval: 10_000 })
export const useCallbackHealth = (id: string) =>
  useResource<CallbackHealth>(`${base}/${id}/callback-health`, {}, { refetchInterval: 15_000 })

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

export const useLog = (id: string, query: Asked) => useList<LogRow>(`${base}/${id}/log`, query, 5000)
export const useReplayCallback = (id: string) =>
  useCommand((callback: string) => post(`${base}/${id}/callbacks/${callback}/replay`), ['wecom'])
export const useRepairs = (id: string, query: Asked) => useList<Repair>(`${base}/${id}/repairs`, query)
export const useWelcomes = (id: string) => useList<Welcome>(`${base}/${id}/welcomes`, {}, 4000)
