// What happens to customer groups, with what WeCom tells about it (section 18.3 of the protocol notes).
import { emit, groupChatEvent } from '../callbacks/events.ts'
import { type Customer, findCustomer } from './customers.ts'
import { findEmployee } from './directory.ts'
import {
  countGroupMembers,
  endGroupMembership,
  findGroupChat,
  findGroupMember,
  type GroupChat,
  groupChatsWithHeirDue,
  insertGroupChat,
  insertGroupMember,
  nextMemberVersion,
  updateGroupChat,
} from './group-chats.ts'
import { addGroupAct, addGroupMessage } from './group-messages.ts'
import { findGroupTemplate } from './group-templates.ts'
import { type JoinWay, updateJoinWay } from './join-ways.ts'
import { freshId, now, publish, type World } from './world.ts'

/** As groupchat/get counts them; the callbacks have 0 for both kinds of invitation. */
export const joinScenes = { invited: 1, link: 2, code: 3 } as const
type JoinScene = (typeof joinScenes)[keyof typeof joinScenes]
const quitScenes = { left: 0, removed: 1 } as const

export type NewGroup = { corpId: string; owner: string; name: string; notice?: string; members?: string[] }

/** Who is there from the beginning is not told one by one. */
export function createGroup(world: World, it: NewGroup): GroupChat {
  return world.store.transaction(() => {
    const chatId = freshId('wr')
    insertGroupChat(world, { ...it, chatId, admins: [], notice: it.notice ?? '', createdAt: now(world) })
    const members = [...new Set([it.owner, ...(it.members ?? [])])]
    for (const member of members) addMember(world, chatId, member, joinScenes.invited, '', member === it.owner ? '' : it.owner)
    const others = members.filter((member) => member !== it.owner).map((member) => nameOf(world, it.corpId, member))
    addGroupAct(world, chatId, 'created', nameOf(world, it.corpId, it.owner), others)
    emit(world, it.corpId, groupChatEvent('create', chatId))
    return known(world, chatId)
  })
}

export type Joining = { members: string[]; scene: JoinScene; by?: string; state?: string }

/** Whoever is in already is left out; the group as it is afterwards. */
export function joinGroup(world: World, chat: GroupChat, joining: Joining): GroupChat {
  return world.store.transaction(() => {
    const fresh = [...new Set(joining.members)].filter((member) => !findGroupMember(world, chat.chatId, member))
    if (fresh.length === 0) return chat
    // Only an invitation by one of the company's own people leaves its name behind.
    const invitor = joining.by && findEmployee(world, chat.corpId, joining.by) ? joining.by : ''
    for (const member of fresh) addMember(world, chat.chatId, member, joining.scene, joining.state ?? '', invitor)
    const names = fresh.map((member) => nameOf(world, chat.corpId, member))
    const act = joining.scene === joinScenes.code ? 'joined_by_code' : joining.scene === joinScenes.link ? 'joined_by_link' : 'invited'
    addGroupAct(world, chat.chatId, act, joining.by ? nameOf(world, chat.corpId, joining.by) : '', names)
    const changed = changeMembers(world, chat, fresh, {
      UpdateDetail: 'add_member',
      JoinScene: joining.scene === joinScenes.code ? joinScenes.code : 0,
    })
    greet(
      world,
      changed,
      fresh.filter((member) => findCustomer(world, member)),
    )
    return changed
  })
}

export const leaveGroup = (world: World, chat: GroupChat, member: string): GroupChat =>
  world.store.transaction(() => {
    addGroupAct(world, chat.chatId, 'left', nameOf(world, chat.corpId, member))
    return endMemberships(world, chat, [member], quitScenes.left)
  })

export const removeFromGroup = (world: World, chat: GroupChat, by: string, members: string[]): GroupChat =>
  world.store.transaction(() => {
    const names = members.map((member) => nameOf(world, chat.corpId, member))
    addGroupAct(world, chat.chatId, 'removed', nameOf(world, chat.corpId, by), names)
    return endMemberships(world, chat, members, quitScenes.removed)
  })

export const renameGroup = (world: World, chat: GroupChat, by: string, name: string): GroupChat =>
  world.store.transaction(() => {
    const changed = updateGroupChat(world, { ...chat, name })
    addGroupAct(world, chat.chatId, 'renamed', nameOf(world, chat.corpId, by), [name])
    return tellUpdate(world, changed, 'change_name')
  })

export const changeNotice = (world: World, chat: GroupChat, by: string, notice: string): GroupChat =>
  world.store.transaction(() => {
    const changed = updateGroupChat(world, { ...chat, notice })
    addGroupAct(world, chat.chatId, 'noticed', nameOf(world, chat.corpId, by), [notice])
    return tellUpdate(world, changed, 'change_notice')
  })

/** WeCom has no event for this. */
export const changeAdmins = (world: World, chat: GroupChat, by: string, admins: string[]): GroupChat =>
  world.store.transaction(() => {
    const names = (from: string[], without: string[]) =>
      from.filter((it) => !without.includes(it)).map((it) => nameOf(world, chat.corpId, it))
    const [added, removed] = [names(admins, chat.admins), names(chat.admins, admins)]
    if (added.length > 0) addGroupAct(world, chat.chatId, 'admin_added', nameOf(world, chat.corpId, by), added)
    if (removed.length > 0) addGroupAct(world, chat.chatId, 'admin_removed', nameOf(world, chat.corpId, by), removed)
    return updateGroupChat(world, { ...chat, admins })
  })

/** The old owner stays as a member; a new owner who was not in the group comes in first. */
export const handOverGroup = (world: World, chat: GroupChat, owner: string): GroupChat =>
  world.store.transaction(() => {
    const before = nameOf(world, chat.corpId, chat.owner)
    const joined = joinGroup(world, chat, { members: [owner], scene: joinScenes.invited })
    const changed = updateGroupChat(world, {
      ...joined,
      owner,
      admins: joined.admins.filter((it) => it !== owner),
      handedOverAt: [...joined.handedOverAt, now(world)],
    })
    addGroupAct(world, chat.chatId, 'handed_over', before, [nameOf(world, chat.corpId, owner)])
    return tellUpdate(world, changed, 'change_owner')
  })

/** A leaver's group goes to the heir a little later: see settleHeirs. */
export function bequeathGroup(world: World, chat: GroupChat, heir: string): void {
  const waitMs = world.settings.habits.groupTransferMs
  updateGroupChat(world, { ...chat, heir, heirAt: now(world) + waitMs })
  setTimeout(() => settleHeirs(world), waitMs + 5).unref()
}

/** Whatever looks at groups calls this first, so that neither a restart nor a moved clock leaves a group on its way. */
export function settleHeirs(world: World): void {
  if (world.store.closed()) return
  for (const chat of groupChatsWithHeirDue(world)) world.store.transaction(() => inherit(world, chat))
}

function inherit(world: World, chat: GroupChat): void {
  const leaver = chat.owner
  const owner = chat.heir ?? leaver
  const joined = joinGroup(world, { ...chat, heir: undefined, heirAt: undefined }, { members: [owner], scene: joinScenes.invited })
  const changed = updateGroupChat(world, {
    ...joined,
    owner,
    admins: joined.admins.filter((it) => it !== owner),
    // When it was due: somebody may look only later.
    inheritedAt: chat.heirAt ?? now(world),
  })
  addGroupAct(world, chat.chatId, 'inherited', nameOf(world, chat.corpId, leaver), [nameOf(world, chat.corpId, owner)])
  tellUpdate(world, changed, 'change_owner')
  endMemberships(world, changed, [leaver], quitScenes.left)
}

/** No member is told to leave; the group is simply gone. */
export function dismissGroup(world: World, chat: GroupChat): void {
  world.store.transaction(() => {
    addGroupAct(world, chat.chatId, 'dismissed', nameOf(world, chat.corpId, chat.owner))
    updateGroupChat(world, { ...chat, dismissedAt: now(world) })
    emit(world, chat.corpId, groupChatEvent('dismiss', chat.chatId))
  })
}

export type JoinRefusal = { refused: 'code.groups_full' | 'code.no_group' }
export type JoinedGroup = { chat: GroupChat; relation: 'joined' | 'member' }

/** The first of the code's groups that has room; a new one when all are full and the code says so. */
export function scanJoinWay(world: World, way: JoinWay, customer: Customer): JoinedGroup | JoinRefusal {
  return world.store.transaction(() => {
    const rooms = way.body.chat_id_list.flatMap((chatId) => findGroupChat(world, chatId) ?? []).filter((it) => !it.dismissedAt)
    const mine = rooms.find((it) => findGroupMember(world, it.chatId, customer.externalUserId))
    if (mine) return { chat: mine, relation: 'member' }
    const last = rooms.at(-1)
    if (!last) return { refused: 'code.no_group' }
    const open = rooms.find((it) => hasRoom(world, it)) ?? (way.body.auto_create_room === 1 ? nextRoom(world, way, last) : undefined)
    if (!open) return { refused: 'code.groups_full' }
    return { chat: joinByCode(world, open, customer, way.body.state), relation: 'joined' }
  })
}

/** The group's own QR code. */
export function scanGroupCode(world: World, chat: GroupChat, customer: Customer): JoinedGroup | JoinRefusal {
  return world.store.transaction(() => {
    if (findGroupMember(world, chat.chatId, customer.externalUserId)) return { chat, relation: 'member' }
    if (!hasRoom(world, chat)) return { refused: 'code.groups_full' }
    return { chat: joinByCode(world, chat, customer, ''), relation: 'joined' }
  })
}

export const hasRoom = (world: World, chat: GroupChat, more = 1): boolean =>
  countGroupMembers(world, chat.chatId) + more <= world.settings.limits.groupMembers

/** Customers first: they are many and found by their key. */
export const nameOf = (world: World, corpId: string, member: string): string =>
  findCustomer(world, member)?.name ??
  findEmployee(world, corpId, member)?.name ??
  // Somebody who left the company is still named in the talk.
  world.store.get<{ name: string }>('SELECT name FROM employees WHERE corp_id = ? AND userid = ?', corpId, member)?.name ??
  member

const joinByCode = (world: World, chat: GroupChat, customer: Customer, state: string): GroupChat =>
  joinGroup(world, chat, { members: [customer.externalUserId], scene: joinScenes.code, state })

/** Five groups stand behind a code at most, so the oldest full one gives way. */
function nextRoom(world: World, way: JoinWay, last: GroupChat): GroupChat | undefined {
  if (!findEmployee(world, last.corpId, last.owner)) return undefined
  const made = way.body.rooms_made
  const name = `${way.body.room_base_name || last.name}${way.body.room_base_id + made}`
  const room = createGroup(world, { corpId: last.corpId, owner: last.owner, name })
  updateJoinWay(world, way, { ...way.body, rooms_made: made + 1, chat_id_list: [...way.body.chat_id_list, room.chatId].slice(-5) })
  return room
}

function addMember(world: World, chatId: string, member: string, joinScene: number, state: string, invitor: string): void {
  const type = findCustomer(world, member) ? 2 : 1
  insertGroupMember(world, { chatId, member, type, joinScene, state, invitor, nickname: '', joinedAt: now(world) })
}

function endMemberships(world: World, chat: GroupChat, members: string[], quitScene: number): GroupChat {
  for (const member of members) endGroupMembership(world, chat.chatId, member)
  const left = { ...chat, admins: chat.admins.filter((it) => !members.includes(it)) }
  return changeMembers(world, left, members, { UpdateDetail: 'del_member', QuitScene: quitScene })
}

function changeMembers(world: World, chat: GroupChat, members: string[], more: Record<string, string | number>): GroupChat {
  const changed = updateGroupChat(world, { ...chat, memberVersion: nextMemberVersion(chat) })
  emit(
    world,
    chat.corpId,
    groupChatEvent('update', chat.chatId, {
      ...more,
      MemChangeCnt: members.length,
      MemChangeList: members,
      LastMemVer: chat.memberVersion,
      CurMemVer: changed.memberVersion,
    }),
  )
  return changed
}

function tellUpdate(world: World, chat: GroupChat, detail: 'change_owner' | 'change_name' | 'change_notice'): GroupChat {
  emit(world, chat.corpId, groupChatEvent('update', chat.chatId, { UpdateDetail: detail }))
  publish(world, { kind: 'group' })
  return chat
}

/** %NICKNAME% becomes the names of those who came. */
function greet(world: World, chat: GroupChat, customers: string[]): void {
  const template = customers.length > 0 ? findGroupTemplate(world, chat.corpId, chat.templateId) : undefined
  if (!template) return
  const names = customers.map((member) => nameOf(world, chat.corpId, member)).join('、')
  const shared = { chatId: chat.chatId, sender: chat.owner, source: 'welcome' } as const
  const text = template.body.text.replaceAll('%NICKNAME%', names)
  if (text) addGroupMessage(world, { ...shared, kind: 'text', content: { text } })
  if (template.body.attachment) addGroupMessage(world, { ...shared, ...template.body.attachment })
}

function known(world: World, chatId: string): GroupChat {
  const chat = findGroupChat(world, chatId)
  if (!chat) throw new Error('the group just written is gone')
  return chat
}
