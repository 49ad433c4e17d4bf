// How customer groups look to a phone.
import { avatarUrl } from '../company/avatar.ts'
import { codeQrUrl, codeUrl } from '../state/contact-ways.ts'
import { type GroupChat, type GroupMember, groupChatsOfMember, membersOfGroup } from '../state/group-chats.ts'
import { nameOf } from '../state/group-life.ts'
import { type GroupMessage, lastMessageOfGroup, messagesOfGroup } from '../state/group-messages.ts'
import type { World } from '../state/world.ts'
import { contentView } from './content.ts'

const facesMost = 9

export function groupView(world: World, chat: GroupChat) {
  const members = membersOfGroup(world, chat.chatId)
  const last = lastMessageOfGroup(world, chat.chatId)
  return {
    chatId: chat.chatId,
    corpId: chat.corpId,
    name: chat.name,
    owner: chat.owner,
    ownerName: nameOf(world, chat.corpId, chat.owner),
    admins: chat.admins,
    notice: chat.notice,
    templateId: chat.templateId,
    size: members.length,
    customers: members.filter((it) => it.type === 2).length,
    memberVersion: chat.memberVersion,
    openGid: chat.openGid,
    code: codeUrl(world, chat.code),
    qrCode: codeQrUrl(world, chat.code),
    faces: members.slice(0, facesMost).map((it) => avatarUrl(world, it.member)),
    last: last ? messageView(world, chat, last) : null,
    at: new Date(Math.max(chat.createdAt, last?.at ?? 0)).toISOString(),
    createdAt: new Date(chat.createdAt).toISOString(),
    dismissed: chat.dismissedAt !== undefined,
  }
}

/** The whole group: its people, owner first, and what was said, newest last. */
export function groupDetails(world: World, chat: GroupChat, messages: number) {
  const rank = { owner: 0, admin: 1, member: 2 }
  return {
    ...groupView(world, chat),
    members: membersOfGroup(world, chat.chatId)
      .map((it) => memberView(world, chat, it))
      .sort((a, b) => rank[a.role] - rank[b.role]),
    messages: messagesOfGroup(world, chat.chatId, messages).map((it) => messageView(world, chat, it)),
  }
}

/** The groups on somebody's phone. */
export const groupsOf = (world: World, corpId: string, member: string, limit: number) =>
  groupChatsOfMember(world, corpId, member, limit).map((it) => groupView(world, it))

const memberView = (world: World, chat: GroupChat, it: GroupMember) => ({
  member: it.member,
  kind: it.type === 1 ? ('employee' as const) : ('customer' as const),
  name: nameOf(world, chat.corpId, it.member),
  nickname: it.nickname,
  avatar: avatarUrl(world, it.member),
  role: it.member === chat.owner ? ('owner' as const) : chat.admins.includes(it.member) ? ('admin' as const) : ('member' as const),
  joinScene: it.joinScene,
  state: it.state,
  invitor: it.invitor,
  joinedAt: new Date(it.joinedAt).toISOString(),
})

function messageView(world: World, chat: GroupChat, it: GroupMessage) {
  return {
    id: String(it.id),
    at: new Date(it.at).toISOString(),
    kind: it.kind,
    source: it.source,
    sender: it.sender,
    ...(it.sender ? { name: nameOf(world, chat.corpId, it.sender), avatar: avatarUrl(world, it.sender) } : {}),
    ...contentView(world, it.kind, it.content),
  }
}
