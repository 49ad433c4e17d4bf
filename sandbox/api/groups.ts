// Customer groups: the list, one group, handing over (sections 8 and 12; pages 92120, 92122, 94822, 92127, 95703).
import { z } from 'zod'
import { findCustomer } from '../state/customers.ts'
import { findEmployee, visibleEmployees, visibleLeavers } from '../state/directory.ts'
import {
  countInherited,
  findGroupChat,
  findGroupChatByOpenGid,
  type GroupChat,
  type GroupMember,
  listGroupChats,
  membersOfGroup,
} from '../state/group-chats.ts'
import { bequeathGroup, handOverGroup, nameOf, settleHeirs } from '../state/group-life.ts'
import { beijingMidnight, dayMs, now, toSeconds, type World } from '../state/world.ts'
import { servingNamed } from './people-named.ts'
import { type Call, type Endpoint, endpoint, readCursor, refuse, texts, writeCursor } from './protocol.ts'

const handOversMost = 2
const inheritedPerDayMost = 300
const membersWithoutFilterMost = 1000

export const OwnerFilter = z.object({ userid_list: z.array(z.string()).max(100).default([]) }).optional()
const Transfer = z.object({ chat_id_list: z.array(z.string()).min(1).max(100), new_owner: z.string().min(1) })

export const groupEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/groupchat/list',
    permission: 'customers',
    list: true,
    empty: { group_chat_list: [] },
    input: z.object({
      status_filter: z.int().min(0).max(3).default(0),
      owner_filter: OwnerFilter,
      cursor: z.string().optional(),
      limit: z.int().min(1).max(1000),
    }),
    handle: (call, input) => {
      const { world, agent } = call
      settleHeirs(world)
      const isWanted = wantedOwners(call, input.owner_filter?.userid_list ?? [])
      const statusOf = groupStatuses(world, agent.corpId)
      const after = Number(readCursor('groupchat/list', input.cursor)?.key[0] ?? 0)
      const rows = listGroupChats(world, agent.corpId, after)
        .filter((it) => isWanted(it.owner))
        .map((it) => ({ it, status: statusOf(it) }))
        .filter(({ status }) => input.status_filter === 0 || status === input.status_filter)
      const page = rows.slice(0, input.limit)
      const last = page.at(-1)
      return {
        group_chat_list: page.map(({ it, status }) => ({ chat_id: it.chatId, status })),
        ...(last && rows.length > input.limit ? { next_cursor: writeCursor('groupchat/list', [last.it.id], now(world)) } : {}),
      }
    },
  }),
  endpoint({
    path: 'externalcontact/groupchat/get',
    permission: 'customers',
    input: z.object({ chat_id: z.string().min(1), need_name: z.int().min(0).max(1).default(0) }),
    handle: (call, { chat_id, need_name }) => {
      settleHeirs(call.world)
      return { group_chat: groupBody(call.world, ownGroup(call, chat_id), need_name === 1) }
    },
  }),
  endpoint({
    path: 'externalcontact/opengid_to_chatid',
    permission: 'customers',
    input: z.object({ opengid: z.string().min(1) }),
    handle: (call, { opengid }) => {
      const chat = findGroupChatByOpenGid(call.world, call.agent.corpId, opengid) ?? refuse(90501)
      return { chat_id: ownGroup(call, chat.chatId).chatId }
    },
  }),
  endpoint({
    path: 'externalcontact/groupchat/onjob_transfer',
    permission: 'customers',
    input: Transfer,
    empty: { failed_chat_list: [] },
    handle: (call, input) => transferEach(call, input, refusalOfHandOver, handOverGroup),
  }),
  endpoint({
    path: 'externalcontact/groupchat/transfer',
    permission: 'customers',
    input: Transfer,
    empty: { failed_chat_list: [] },
    handle: (call, input) => transferEach(call, input, refusalOfInheritance, bequeathGroup),
  }),
]

/** A living customer group of the app's company whose owner the app may see. */
export function ownGroup(call: Call, chatId: string): GroupChat {
  const { world, agent } = call
  const chat = findGroupChat(world, chatId)
  if (!chat || chat.corpId !== agent.corpId || chat.dismissedAt !== undefined) return refuse(90501)
  return visibleOwners(call).has(chat.owner) ? chat : refuse(60011)
}

/** Whose groups a call is about: the named owners, or everybody in sight as long as those are not too many. */
export function wantedOwners(call: Call, userIds: string[]): (owner: string) => boolean {
  const visible = visibleOwners(call)
  if (userIds.length === 0) {
    if (visibleEmployees(call.world, call.agent).length > membersWithoutFilterMost) refuse(81017)
    return (owner) => visible.has(owner)
  }
  const wanted = new Set(userIds.map((userId) => ownerNamed(call, userId, visible)))
  return (owner) => wanted.has(owner)
}

function ownerNamed({ world, agent }: Call, userId: string, visible: Set<string>): string {
  const known = findEmployee(world, agent.corpId, userId)?.userId ?? userId
  if (visible.has(known)) return known
  return findEmployee(world, agent.corpId, known) ? refuse(60011) : refuse(60111)
}

const visibleOwners = ({ world, agent }: Call): Set<string> =>
  new Set([...visibleEmployees(world, agent).map((it) => it.userId), ...visibleLeavers(world, agent)])

/** 0 as usual, 1 the owner left, 2 on its way to the new owner, 3 the new owner has it. */
function groupStatuses(world: World, corpId: string): (chat: GroupChat) => 0 | 1 | 2 | 3 {
  const known = new Map<string, boolean>()
  const isHere = (userId: string): boolean => {
    const found = known.get(userId) ?? findEmployee(world, corpId, userId) !== undefined
    known.set(userId, found)
    return found
  }
  return (chat) => {
    if (chat.heir !== undefined) return 2
    if (!isHere(chat.owner)) return 1
    return chat.inheritedAt === undefined ? 0 : 3
  }
}

function groupBody(world: World, chat: GroupChat, withNames: boolean) {
  return {
    chat_id: chat.chatId,
    name: chat.name,
    owner: chat.owner,
    create_time: toSeconds(chat.createdAt),
    ...(chat.notice ? { notice: chat.notice } : {}),
    member_list: membersOfGroup(world, chat.chatId).map((it) => memberBody(world, chat, it, withNames)),
    admin_list: chat.admins.map((userid) => ({ userid })),
    member_version: chat.memberVersion,
  }
}

function memberBody(world: World, chat: GroupChat, it: GroupMember, withNames: boolean) {
  const customer = it.type === 2 ? findCustomer(world, it.member) : undefined
  return {
    userid: it.member,
    type: it.type,
    ...(customer?.type === 1 ? { unionid: customer.unionId } : {}),
    join_time: toSeconds(it.joinedAt),
    join_scene: it.joinScene,
    ...(it.state ? { state: it.state } : {}),
    ...(it.invitor ? { invitor: { userid: it.invitor } } : {}),
    group_nickname: it.nickname,
    ...(withNames ? { name: customer?.name ?? nameOf(world, chat.corpId, it.member) } : {}),
  }
}

type ItemCode = 40128 | 45009 | 60011 | 90500 | 90501 | 90502 | 90504 | 90507 | 90508

/** The call as a whole succeeds; what could not be handed over is listed with its reason. */
function transferEach(
  call: Call,
  input: z.infer<typeof Transfer>,
  refusalOf: (world: World, chat: GroupChat, newOwner: string) => ItemCode | undefined,
  transfer: (world: World, chat: GroupChat, newOwner: string) => void,
) {
  const { world, agent } = call
  settleHeirs(world)
  const newOwner = servingNamed(call, input.new_owner).userId
  const visible = visibleOwners(call)
  const failed: { chat_id: string; errcode: ItemCode; errmsg: string }[] = []
  for (const chatId of new Set(input.chat_id_list)) {
    const chat = findGroupChat(world, chatId)
    const isOurs = chat !== undefined && chat.corpId === agent.corpId && chat.dismissedAt === undefined
    const refusal = !isOurs ? 90501 : !visible.has(chat.owner) ? 60011 : refusalOf(world, chat, newOwner)
    if (refusal !== undefined) failed.push({ chat_id: chatId, errcode: refusal, errmsg: texts[refusal] })
    else if (chat) transfer(world, chat, newOwner)
  }
  return { failed_chat_list: failed }
}

function refusalOfHandOver(world: World, chat: GroupChat, newOwner: string): ItemCode | undefined {
  if (!findEmployee(world, chat.corpId, chat.owner)) return 90502
  if (chat.owner === newOwner) return 90504
  const lately = chat.handedOverAt.filter((at) => at > now(world) - 90 * dayMs)
  return lately.length >= handOversMost ? 40128 : undefined
}

function refusalOfInheritance(world: World, chat: GroupChat, newOwner: string): ItemCode | undefined {
  if (chat.heir !== undefined) return 90507
  if (findEmployee(world, chat.corpId, chat.owner)) return chat.inheritedAt === undefined ? 90500 : 90508
  return countInherited(world, chat.corpId, newOwner, beijingMidnight(now(world))) >= inheritedPerDayMost ? 45009 : undefined
}
