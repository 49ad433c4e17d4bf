import { useList, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import type { GroupDetail, GroupItem, GroupMemberItem, GroupStatistics, MembershipItem } from '#operation/groups/schema.ts'

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
