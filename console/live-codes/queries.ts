import { apiBase, newIdempotencyKey, patch, post, put, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import type { LiveCode, LiveCodeRow, Statistics } from '#growth/live-codes/schema.ts'
import type { CustomerItem } from '#management/customers/schema.ts'

export const useLiveCodes = (query: Record<string, string | undefined>) => useList<LiveCodeRow>('live-codes', query)
/** Who is offered changes by itself: slots end, caps fill up. */
export const useLiveCode = (id: string | undefined) =>
  useResource<LiveCode>(`live-codes/${id ?? ''}`, {}, { enabled: id !== undefined, refetchInterval: 10_000 })
export const useStatistics = (id: string, query: { from?: string | undefined; to?: string | undefined }) =>
  useResource<Statistics>(`live-codes/${id}/statistics`, query as Record<string, string | undefined>)
export const useStatisticsPeople = (id: string, query: Record<string, string | undefined>) =>
  useList<CustomerItem>(`live-codes/${id}/people`, query)

export const useSaveLiveCode = () =>
  useCommand(
    ({ id, ...body }: { id?: string | undefined } & Record<string, unknown>) =>
      id ? patch<LiveCode>(`live-codes/${id}`, body) : post<LiveCode>('live-codes', body),
    touched,
  )
export const useDeleteLiveCode = () => useCommand((id: string) => remove(`live-codes/${id}`), touched)
export const useBatch = () => useCommand((body: object) => post<{ items: LiveCode[] }>('live-codes/batch', body), touched)
export const useSyncLiveCode = () => useCommand((id: string) => post<LiveCode>(`live-codes/${id}/sync`, {}), touched)
export const useDuty = () =>
  useCommand(
    ({ id, employee, on }: { id: string; employee: string; on: boolean }) =>
      (on ? put : remove)(`live-codes/${id}/employees/${employee}/duty`),
    touched,
  )

const touched = ['live-codes', 'channels']

export const imageUrl = (id: string, query: Record<string, string>): string =>
  `${apiBase}live-codes/${id}/image?${new URLSearchParams(query)}`

/** A print pack comes as a file, not as JSON. */
export async function downloadPack(body: { ids: string[]; format: string; template?: string }): Promise<void> {
  const response = await fetch(`${apiBase}live-codes/images`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': newIdempotencyKey() },
    body: JSON.stringify(body),
  })
  if (!response.ok)
    throw new Error(((await response.json().catch(() => ({}))) as { error?: { message?: string } }).error?.message ?? response.statusText)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = body.format === 'pdf' ? 'live-codes.pdf' : 'live-codes.zip'
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
