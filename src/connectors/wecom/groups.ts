import type * as z from 'zod'
import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import type { groupMember } from './endpoints/groups.ts'
import { type Page, type PageAt, pageBody } from './paging.ts'

export type GroupChat = NonNullable<ResponseOf<'externalcontact/groupchat/get'>['group_chat']>
export type GroupMember = z.output<typeof groupMember>

/** Docs 92120, 92229, 92366. A remark above its length is cut silently; the quota of codes is shared with contact ways. */
export const groupLimits = {
  groupsPerPage: 1000,
  ownersPerCall: 100,
  groupsPerCode: 5,
  codesPerCorp: 500_000,
  stateChars: 30,
  remarkChars: 30,
  newGroupNameChars: 40,
  welcomes: 100,
  welcomeTextBytes: 3000,
} as const

/** Whose owner: works here; left, and the group waits; left, and it is on its way; left, and it has a new one. */
export type GroupState = 'normal' | 'owner_left' | 'moving' | 'moved'
const states: readonly GroupState[] = ['normal', 'owner_left', 'moving', 'moved']
export type ListedGroup = { chatId: string; state: GroupState | undefined }
export type GroupsAsked = PageAt & { owners?: readonly string[] | undefined; state?: Exclude<GroupState, 'normal'> | undefined }

/** doc 92120: a page. Without owners it is refused (81017) when more than 1000 members are in sight. */
export async function listGroups(app: WecomApp, asked: GroupsAsked, options?: CallOptions): Promise<Page<ListedGroup>> {
  const { owners, state } = asked
  const body = {
    ...pageBody(asked, groupLimits.groupsPerPage),
    ...(owners && { owner_filter: { userid_list: [...owners] } }),
    ...(state && { status_filter: states.indexOf(state) }),
  }
  const { group_chat_list = [], next_cursor } = await callWecom(app, 'externalcontact/groupchat/list', { body }, options)
  return { items: group_chat_list.map((one) => ({ chatId: one.chat_id, state: states[one.status ?? 0] })), next: next_cursor || undefined }
}

/** The same, ids only. */
export async function listGroupIds(app: WecomApp, asked: Omit<GroupsAsked, 'state'>, options?: CallOptions): Promise<Page<string>> {
  const { items, next } = await listGroups(app, asked, options)
  return { items: items.map(({ chatId }) => chatId), next }
}

/** doc 92122: the group with everybody in it and their names. */
export async function getGroup(app: WecomApp, chatId: string, options?: CallOptions): Promise<GroupChat | undefined> {
  const body = { chat_id: chatId, need_name: 1 }
  return (await callWecom(app, 'externalcontact/groupchat/get', { body }, options)).group_chat
}

/** doc 94822: the group of a mini program's open id; one that is no customer group of ours is 90501. */
export async function groupOfOpenId(app: WecomApp, openGid: string, options?: CallOptions): Promise<string> {
  return (await callWecom(app, 'externalcontact/opengid_to_chatid', { body: { opengid: openGid } }, options)).chat_id
}

export type JoinWayFacts = {
  /** A button in a mini program, or a code to scan. */
  scene: 'button' | 'code'
  /** One to five groups that are filled one after the other. */
  groups: string[]
  remark?: string | undefined
  /** Comes back with everybody who scans. */
  state?: string | undefined
  /** When all are full a new one is made (true unless told), named so and counted from there. */
  newGroups?: false | { name: string; from?: number | undefined } | undefined
  markSource?: boolean | undefined
}
export type JoinWay = NonNullable<ResponseOf<'externalcontact/groupchat/get_join_way'>['join_way']>

/**
 * doc 92229: the code's picture comes with `getJoinWay`. WeCom lists no codes: after an unknown end nobody can find out, so a
 * second one is made and the first stays unused; more than five groups are 41091.
 */
export async function addJoinWay(app: WecomApp, way: JoinWayFacts, options?: CallOptions): Promise<string> {
  return (await callWecom(app, 'externalcontact/groupchat/add_join_way', { body: joinBody(way) }, options)).config_id
}

/** doc 92229 */
export async function getJoinWay(app: WecomApp, configId: string, options?: CallOptions): Promise<JoinWay | undefined> {
  return (await callWecom(app, 'externalcontact/groupchat/get_join_way', { body: { config_id: configId } }, options)).join_way
}

/** doc 92229: everything is overwritten, so send all of it. */
export async function updateJoinWay(app: WecomApp, configId: string, way: JoinWayFacts, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/groupchat/update_join_way', { body: { config_id: configId, ...joinBody(way) } }, options)
}

/** doc 92229 */
export async function deleteJoinWay(app: WecomApp, configId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/groupchat/del_join_way', { body: { config_id: configId } }, options)
}

/** Text with at most one more part: image, link, miniprogram, file or video; of several the first in this order is used. */
export type GroupWelcome = Pick<
  RequestOf<'externalcontact/group_welcome_template/add'>,
  'text' | 'image' | 'link' | 'miniprogram' | 'file' | 'video'
>

/**
 * doc 92366: owners choose it for their groups and hear of it unless told; `%NICKNAME%` is the newcomer. Beyond 100 it is 41055.
 * Listed nowhere, so after an unknown end nobody can find out: a second one is made.
 */
export async function addGroupWelcome(
  app: WecomApp,
  welcome: GroupWelcome,
  { notify = true }: { notify?: boolean } = {},
  options?: CallOptions,
): Promise<string> {
  const body = { ...welcome, agentid: app.agentId, notify: notify ? 1 : 0 }
  return (await callWecom(app, 'externalcontact/group_welcome_template/add', { body }, options)).template_id
}

/** doc 92366: only the app that made it may change it (41058). */
export async function editGroupWelcome(app: WecomApp, templateId: string, welcome: GroupWelcome, options?: CallOptions): Promise<void> {
  const body = { template_id: templateId, ...welcome, agentid: app.agentId }
  await callWecom(app, 'externalcontact/group_welcome_template/edit', { body }, options)
}

/** doc 92366 */
export function getGroupWelcome(app: WecomApp, templateId: string, options?: CallOptions): Promise<GroupWelcome> {
  return callWecom(app, 'externalcontact/group_welcome_template/get', { body: { template_id: templateId } }, options)
}

/** doc 92366 */
export async function deleteGroupWelcome(app: WecomApp, templateId: string, options?: CallOptions): Promise<void> {
  const body = { template_id: templateId, agentid: app.agentId }
  await callWecom(app, 'externalcontact/group_welcome_template/del', { body }, options)
}

function joinBody({ scene, groups, remark, state, newGroups, markSource }: JoinWayFacts) {
  return {
    scene: scene === 'button' ? 1 : 2,
    chat_id_list: groups,
    remark,
    state,
    mark_source: markSource,
    auto_create_room: newGroups === false ? 0 : 1,
    ...(newGroups && { room_base_name: newGroups.name, room_base_id: newGroups.from }),
  }
}
