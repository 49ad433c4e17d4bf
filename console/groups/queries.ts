import { apiBase, patch, post, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import type { GroupCode } from '#operation/group-codes/schema.ts'
import type {
  GroupDetail,
  GroupItem,
  GroupMemberItem,
  GroupStatistics,
  GroupTagged,
  GroupTagItem,
  MembershipItem,
} from '#operation/groups/schema.ts'

type Asked = Record<string, string | undefined>

export const useGroups = (query: Asked) => useList<GroupItem>('groups', query)
/** People come and go while somebody looks. */
export const useGroup = (id: string) => useResource<GroupDetail>(`groups/${id}`, {}, { refetchInterval: 10_000 })
export const useGroupMembers = (id: string, query: Asked) => useList<GroupMemberItem>(`groups/${id}/members`, query, 10_000)
export const useGroupStatistics = (id: string, query: Asked) =>
  useResource<GroupStatistics>(`groups/${id}/statistics`, query, { refetchInterval: 30_000 })

export function useMemberships(customer: string) {
  const may = useMay()('groups.read')
  return { may, ...useResource<{ items: MembershipItem[] }>('groups/memberships', { customer }, { enabled: may }) }
}

export const useGroupTags = () => useResource<{ items: GroupTagItem[] }>('group-tags', {}, { enabled: useMay()('groups.read') })
export const useSaveGroupTag = () =>
  useCommand(
    ({ id, name }: { id?: string | undefined; name: string }) =>
      id ? patch<GroupTagItem>(`group-tags/${id}`, { name }) : post<GroupTagItem>('group-tags', { name }),
    ['group-tags', 'groups'],
  )
export const useDeleteGroupTag = () => useCommand((id: string) => remove(`group-tags/${id}`), ['group-tags', 'groups'])
/** Tags given to groups and taken from them. */
export const useTagGroups = () =>
  useCommand(
    (change: { groups: string[]; give?: string[]; take?: string[] }) => post<GroupTagged>('groups/tagging', change),
    ['groups', 'group-tags'],
  )

/** People come while somebody looks. */
export const useGroupCodes = (query: Asked) => useList<GroupCode>('group-codes', query, 10_000)

export const useSaveGroupCode = () =>
  useCommand(
    ({ id, ...body }: { id?: string | undefined } & Record<string, unknown>) =>
      id ? patch<GroupCode>(`group-codes/${id}`, body) : post<GroupCode>('group-codes', body),
    ['group-codes'],
  )
export const useDeleteGroupCode = () => useCommand((id: string) => remove(`group-codes/${id}`), ['group-codes'])
export const useSyncGroupCode = () => useCommand((id: string) => post<GroupCode>(`group-codes/${id}/sync`, {}), ['group-codes'])

export const codePicture = (id: string, download = false): string => `${apiBase}group-codes/${id}/image${download ? '?download=true' : ''}`
