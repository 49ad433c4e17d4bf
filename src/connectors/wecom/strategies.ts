import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import { type Page, type PageAt, pageBody, pages } from './paging.ts'
import type { TagGroup } from './tags.ts'

/** 规则组, docs 94883 (customers) and 94890 (moments): who may do what. WeCom asks for one call after the other. */
export const strategyLimits = { perPage: 1000, tagNameChars: 30 } as const

export type StrategyKind = 'customer' | 'moment'
export type Strategy = NonNullable<ResponseOf<'externalcontact/customer_strategy/get'>['strategy']>
export type StrategyPrivilege = NonNullable<RequestOf<'externalcontact/customer_strategy/create'>['privilege']>
/** A member or a department. */
export type StrategyPlace = { userId: string } | { departmentId: number }
export type StrategyFacts = {
  name: string
  admins: string[]
  privilege?: StrategyPrivilege | undefined
  range: StrategyPlace[]
  parentId?: number | undefined
}

/** Ids, page after page. */
export async function listStrategies(app: WecomApp, kind: StrategyKind, at: PageAt = {}, options?: CallOptions): Promise<Page<number>> {
  const body = pageBody(at, strategyLimits.perPage)
  const answer = await callWecom(app, `externalcontact/${kind}_strategy/list`, { body }, options)
  return { items: (answer.strategy ?? []).map((one) => one.strategy_id), next: answer.next_cursor || undefined }
}

/** An unknown id is 40058. */
export async function getStrategy(app: WecomApp, kind: StrategyKind, id: number, options?: CallOptions): Promise<Strategy | undefined> {
  return (await callWecom(app, `externalcontact/${kind}_strategy/get`, { body: { strategy_id: id } }, options)).strategy
}

/** Whom the group is about. */
export async function listStrategyRange(
  app: WecomApp,
  kind: StrategyKind,
  id: number,
  at: PageAt = {},
  options?: CallOptions,
): Promise<Page<StrategyPlace>> {
  const body = { strategy_id: id, ...pageBody(at, strategyLimits.perPage) }
  const answer = await callWecom(app, `externalcontact/${kind}_strategy/get_range`, { body }, options)
  const items = (answer.range ?? []).map((one) => (one.type === 2 ? { departmentId: one.partyid ?? 0 } : { userId: one.userid ?? '' }))
  return { items, next: answer.next_cursor || undefined }
}

/** Not repeated after an unknown end: ask `findStrategy`. */
export async function createStrategy(app: WecomApp, kind: StrategyKind, facts: StrategyFacts, options?: CallOptions): Promise<number> {
  const { name, admins, privilege, range, parentId } = facts
  const body = { parent_id: parentId, strategy_name: name, admin_list: admins, privilege, range: placesOf(range) }
  return (await callWecom(app, `externalcontact/${kind}_strategy/create`, { body }, options)).strategy_id
}

export type StrategyChanges = {
  name?: string | undefined
  admins?: string[] | undefined
  privilege?: StrategyPrivilege | undefined
  add?: StrategyPlace[] | undefined
  remove?: StrategyPlace[] | undefined
}

/** Admins replace the old ones, rights not named stay, people are added and removed; nobody left is refused. */
export async function editStrategy(
  app: WecomApp,
  kind: StrategyKind,
  id: number,
  changes: StrategyChanges,
  options?: CallOptions,
): Promise<void> {
  const { name, admins, privilege, add, remove } = changes
  const body = {
    strategy_id: id,
    strategy_name: name,
    admin_list: admins,
    privilege,
    range_add: add && placesOf(add),
    range_del: remove && placesOf(remove),
  }
  await callWecom(app, `externalcontact/${kind}_strategy/edit`, { body }, options)
}

/** Refused while another group stands below it. */
export async function deleteStrategy(app: WecomApp, kind: StrategyKind, id: number, options?: CallOptions): Promise<void> {
  await callWecom(app, `externalcontact/${kind}_strategy/del`, { body: { strategy_id: id } }, options)
}

/** A group of this name made at or after `since` (unix seconds) that nobody has written down yet. */
export async function findStrategy(
  app: WecomApp,
  kind: StrategyKind,
  made: { name: string; since: number; known?: readonly number[] | undefined },
  options?: CallOptions,
): Promise<number | undefined> {
  for await (const id of pages((cursor) => listStrategies(app, kind, { cursor }, options))) {
    if (made.known?.includes(id)) continue
    const strategy = await getStrategy(app, kind, id, options)
    if (strategy?.strategy_name === made.name && (strategy.create_time ?? 0) >= made.since) return id
  }
  return undefined
}

/** doc 94882: the tags of one customer group, or these groups of tags, or these tags. They are no corp tags and live apart. */
export async function listStrategyTagGroups(
  app: WecomApp,
  filter: { strategyId?: number; tagIds?: string[]; groupIds?: string[] },
  options?: CallOptions,
): Promise<TagGroup[]> {
  const body = { strategy_id: filter.strategyId, tag_id: filter.tagIds, group_id: filter.groupIds }
  return (await callWecom(app, 'externalcontact/get_strategy_tag_list', { body }, options)).tag_group ?? []
}

/** doc 94882: a name the group already has is made once. */
export async function addStrategyTags(
  app: WecomApp,
  request: RequestOf<'externalcontact/add_strategy_tag'>,
  options?: CallOptions,
): Promise<TagGroup | undefined> {
  return (await callWecom(app, 'externalcontact/add_strategy_tag', { body: request }, options)).tag_group
}

/** doc 94882: a tag or a group of them, by its id; a corp tag's is 40068. */
export async function editStrategyTag(
  app: WecomApp,
  change: RequestOf<'externalcontact/edit_strategy_tag'>,
  options?: CallOptions,
): Promise<void> {
  await callWecom(app, 'externalcontact/edit_strategy_tag', { body: change }, options)
}

/** doc 94882 */
export async function deleteStrategyTags(
  app: WecomApp,
  which: { tagIds?: string[]; groupIds?: string[] },
  options?: CallOptions,
): Promise<void> {
  await callWecom(app, 'externalcontact/del_strategy_tag', { body: { tag_id: which.tagIds, group_id: which.groupIds } }, options)
}

const placesOf = (places: StrategyPlace[]) =>
  places.map((one) => ('userId' in one ? { type: 1, userid: one.userId } : { type: 2, partyid: one.departmentId }))
