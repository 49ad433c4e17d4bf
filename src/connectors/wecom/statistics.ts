import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { ResponseOf } from './endpoints/catalogue.ts'
import type { Page, PageAt } from './paging.ts'

/** Docs 92132 and 92133: whole days of Beijing, both ends included, yesterday at the latest; anything else is 600018. */
export const statisticLimits = { days: 30, daysBack: 180, users: 100, departments: 100, owners: 100, ownersPerPage: 1000 } as const

export type BehaviourDay = NonNullable<ResponseOf<'externalcontact/get_user_behavior_data'>['behavior_data']>[number]

/**
 * doc 92132: one row a day, several members as one sum, so ask for one at a time to tell them apart. Reply share (percent) and
 * time to the first answer (minutes) are absent where nobody was asked anything. Unix seconds.
 */
export async function userBehaviour(
  app: WecomApp,
  asked: { users?: string[] | undefined; departments?: number[] | undefined; from: number; to: number },
  options?: CallOptions,
): Promise<BehaviourDay[]> {
  const body = { userid: asked.users, partyid: asked.departments, start_time: asked.from, end_time: asked.to }
  return (await callWecom(app, 'externalcontact/get_user_behavior_data', { body }, options)).behavior_data ?? []
}

export type OwnerFigures = NonNullable<ResponseOf<'externalcontact/groupchat/statistic'>['items']>[number]
export type GroupDay = NonNullable<ResponseOf<'externalcontact/groupchat/statistic_group_by_day'>['items']>[number]
export type GroupStatisticsAsked = { from: number; to?: number | undefined; owners?: string[] | undefined }
export type GroupOrder = 'new_groups' | 'groups' | 'new_members' | 'members'
const orders: Record<GroupOrder, number> = { new_groups: 1, groups: 2, new_members: 3, members: 4 }

/** doc 92133: the days together, owner by owner. Without owners and with more than 1000 members in sight it is 81017. */
export async function groupStatisticsByOwner(
  app: WecomApp,
  asked: GroupStatisticsAsked & { order?: GroupOrder | undefined; ascending?: boolean | undefined },
  at: PageAt = {},
  options?: CallOptions,
): Promise<Page<OwnerFigures> & { total: number }> {
  const body = {
    ...periodOf(asked),
    order_by: asked.order && orders[asked.order],
    order_asc: asked.ascending ? 1 : 0,
    offset: Number(at.cursor ?? 0),
    limit: at.limit ?? statisticLimits.ownersPerPage,
  }
  const { items = [], total = 0, next_offset = 0 } = await callWecom(app, 'externalcontact/groupchat/statistic', { body }, options)
  return { items, total, next: items.length > 0 && next_offset < total ? String(next_offset) : undefined }
}

/** doc 92133: all owners together, day by day. */
export async function groupStatisticsByDay(app: WecomApp, asked: GroupStatisticsAsked, options?: CallOptions): Promise<GroupDay[]> {
  return (await callWecom(app, 'externalcontact/groupchat/statistic_group_by_day', { body: periodOf(asked) }, options)).items ?? []
}

const periodOf = ({ from, to, owners }: GroupStatisticsAsked) => ({
  day_begin_time: from,
  day_end_time: to,
  ...(owners && { owner_filter: { userid_list: owners } }),
})
