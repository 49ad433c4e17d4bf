import { apiBase, patch, post, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import type { AcquiredCustomer, AcquisitionLink, AcquisitionLinkRow, LinkStatistics, Quota } from '#growth/acquisition-links/schema.ts'

type Asked = Record<string, string | undefined>

export const useLinks = (query: Asked) =>
  useList<AcquisitionLinkRow>('acquisition-links', query, (rows) => (rows.some(({ sync }) => sync.state !== 'done') ? 3_000 : false))
/** People come while somebody looks. */
export const useLink = (id: string) => useResource<AcquisitionLink>(`acquisition-links/${id}`, {}, { refetchInterval: 10_000 })
export const useQuotas = () => useResource<{ items: Quota[] }>('acquisition-links/quota', {}, { refetchInterval: 30_000 })
export const useLinkStatistics = (id: string, query: Asked) =>
  useResource<LinkStatistics>(`acquisition-links/${id}/statistics`, query, { refetchInterval: 30_000 })
export const useLinkPeople = (id: string, query: Asked) => useList<AcquiredCustomer>(`acquisition-links/${id}/people`, query)

const touched = ['acquisition-links', 'channels']

export const useSaveLink = () =>
  useCommand(
    ({ id, ...body }: { id?: string | undefined } & Record<string, unknown>) =>
      id ? patch<AcquisitionLink>(`acquisition-links/${id}`, body) : post<AcquisitionLink>('acquisition-links', body),
    touched,
  )
export const useDeleteLink = () => useCommand((id: string) => remove(`acquisition-links/${id}`), touched)
export const useSyncLink = () => useCommand((id: string) => post<AcquisitionLink>(`acquisition-links/${id}/sync`, {}), touched)
export const useReading = () => useCommand(() => post<{ jobs: number }>('acquisition-links/reading', {}), ['tasks'])
export const useSaveVariant = () =>
  useCommand(
    ({ link, id, ...body }: { link: string; id?: string | undefined } & Record<string, unknown>) =>
      id
        ? patch<AcquisitionLink>(`acquisition-links/${link}/variants/${id}`, body)
        : post<AcquisitionLink>(`acquisition-links/${link}/variants`, body),
    touched,
  )
export const useDeleteVariant = () =>
  useCommand(({ link, id }: { link: string; id: string }) => remove(`acquisition-links/${link}/variants/${id}`), touched)

export const imageUrl = (link: string, variant: string, query: Record<string, string>): string =>
  `${apiBase}acquisition-links/${link}/variants/${variant}/image?${new URLSearchParams(query)}`
