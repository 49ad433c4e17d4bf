// Customer groups and who is in them.
import { now, seededHex, type World } from './world.ts'

export type GroupChat = {
  id: number
  corpId: string
  chatId: string
  name: string
  owner: string
  admins: string[]
  notice: string
  openGid: string
  /** What the group's own QR code says. */
  code: string
  memberVersion: string
  /** The welcome template the owner chose; empty for none. */
  templateId: string
  createdAt: number
  dismissedAt: number | undefined
  /** When it went from one working owner to another. */
  handedOverAt: number[]
  heir: string | undefined
  heirAt: number | undefined
  inheritedAt: number | undefined
}
export type GroupMember = {
  chatId: string
  /** A userid (type 1) or an external_userid (type 2). */
  member: string
  type: 1 | 2
  joinScene: number
  state: string
  invitor: string
  nickname: string
  joinedAt: number
}

type ChatRow = {
  id: number
  corp_id: string
  chat_id: string
  name: string
  owner: string
  admins: string
  notice: string
  opengid: string
  code: string
  member_version: string
  template_id: string
  created_at: number
  dismissed_at: number | null
  handed_over_at: string
  heir: string | null
  heir_at: number | null
  inherited_at: number | null
}
type MemberRow = {
  chat_id: string
  member: string
  type: 1 | 2
  join_scene: number
  state: string
  invitor: string
  nickname: string
  joined_at: number
}

export function findGroupChat(world: World, chatId: string): GroupChat | undefined {
  const row = world.store.get<ChatRow>('SELECT * FROM group_chats WHERE chat_id = ?', chatId)
  return row && toChat(row)
}

export function findGroupChatByOpenGid(world: World, corpId: string, openGid: string): GroupChat | undefined {
  const row = world.store.get<ChatRow>('SELECT * FROM group_chats WHERE corp_id = ? AND opengid = ?', corpId, openGid)
  return row && toChat(row)
}

export function findGroupChatByCode(world: World, code: string): GroupChat | undefined {
  const row = world.store.get<ChatRow>('SELECT * FROM group_chats WHERE code = ? AND dismissed_at IS NULL', code)
  return row && toChat(row)
}

/** Those that still exist, oldest first. */
export const listGroupChats = (world: World, corpId: string, afterId = 0): GroupChat[] =>
  world.store
    .all<ChatRow>('SELECT * FROM group_chats WHERE corp_id = ? AND dismissed_at IS NULL AND id > ? ORDER BY id', corpId, afterId)
    .map(toChat)

/** The dismissed ones too: they were there on past days. */
export const listGroupChatsEver = (world: World, corpId: string): GroupChat[] =>
  world.store.all<ChatRow>('SELECT * FROM group_chats WHERE corp_id = ? ORDER BY id', corpId).map(toChat)

export const groupChatsWithHeirDue = (world: World): GroupChat[] =>
  world.store.all<ChatRow>('SELECT * FROM group_chats WHERE heir IS NOT NULL AND heir_at <= ? ORDER BY id', now(world)).map(toChat)

/** Groups of leavers that somebody got since then, or is about to get. */
export const countInherited = (world: World, corpId: string, owner: string, sinceMs: number): number =>
  world.store.get<{ n: number }>(
    'SELECT count(*) AS n FROM group_chats WHERE corp_id = ?1 AND (heir = ?2 OR (heir IS NULL AND owner = ?2 AND inherited_at >= ?3))',
    corpId,
    owner,
    sinceMs,
  )?.n ?? 0

export const groupChatsOfMember = (world: World, corpId: string, member: string, limit: number): GroupChat[] =>
  world.store
    .all<ChatRow>(
      `SELECT group_chats.* FROM group_members JOIN group_chats USING (chat_id)
       WHERE member = ? AND left_at IS NULL AND corp_id = ? AND dismissed_at IS NULL ORDER BY group_chats.id DESC LIMIT ?`,
      member,
      corpId,
      limit,
    )
    .map(toChat)

export type NewGroupChat = Pick<GroupChat, 'corpId' | 'chatId' | 'name' | 'owner' | 'admins' | 'notice' | 'createdAt'>

/** False when there is one with this id already. */
export const insertGroupChat = (world: World, it: NewGroupChat): boolean =>
  world.store.run(
    `INSERT OR IGNORE INTO group_chats (corp_id, chat_id, name, owner, admins, notice, opengid, code, member_version, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    it.corpId,
    it.chatId,
    it.name,
    it.owner,
    JSON.stringify(it.admins),
    it.notice,
    `oG${seededHex(30, it.chatId, 'opengid')}`,
    seededHex(32, it.chatId, 'code'),
    seededHex(32, it.chatId, 'members'),
    it.createdAt,
  ).changes > 0

export function updateGroupChat(world: World, it: GroupChat): GroupChat {
  world.store.run(
    `UPDATE group_chats SET name = ?, owner = ?, admins = ?, notice = ?, member_version = ?, template_id = ?, dismissed_at = ?, handed_over_at = ?, heir = ?,
       heir_at = ?, inherited_at = ? WHERE id = ?`,
    it.name,
    it.owner,
    JSON.stringify(it.admins),
    it.notice,
    it.memberVersion,
    it.templateId,
    it.dismissedAt ?? null,
    JSON.stringify(it.handedOverAt),
    it.heir ?? null,
    it.heirAt ?? null,
    it.inheritedAt ?? null,
    it.id,
  )
  return it
}

/** An md5 in WeCom: it only has to be another one after each change of members. */
export const nextMemberVersion = (chat: GroupChat): string => seededHex(32, chat.chatId, chat.memberVersion)

export const membersOfGroup = (world: World, chatId: string): GroupMember[] =>
  world.store
    .all<MemberRow>('SELECT * FROM group_members WHERE chat_id = ? AND left_at IS NULL ORDER BY joined_at, id', chatId)
    .map(toMember)

export function findGroupMember(world: World, chatId: string, member: string): GroupMember | undefined {
  const row = world.store.get<MemberRow>('SELECT * FROM group_members WHERE chat_id = ? AND member = ? AND left_at IS NULL', chatId, member)
  return row && toMember(row)
}

export const countGroupMembers = (world: World, chatId: string): number =>
  world.store.get<{ n: number }>('SELECT count(*) AS n FROM group_members WHERE chat_id = ? AND left_at IS NULL', chatId)?.n ?? 0

export function insertGroupMember(world: World, it: GroupMember): void {
  world.store.run(
    'INSERT INTO group_members (chat_id, member, type, join_scene, state, invitor, nickname, joined_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    it.chatId,
    it.member,
    it.type,
    it.joinScene,
    it.state,
    it.invitor,
    it.nickname,
    it.joinedAt,
  )
}

export const endGroupMembership = (world: World, chatId: string, member: string): void => {
  world.store.run('UPDATE group_members SET left_at = ? WHERE chat_id = ? AND member = ? AND left_at IS NULL', now(world), chatId, member)
}

export const setGroupNickname = (world: World, chatId: string, member: string, nickname: string): void => {
  world.store.run('UPDATE group_members SET nickname = ? WHERE chat_id = ? AND member = ? AND left_at IS NULL', nickname, chatId, member)
}

const toChat = (row: ChatRow): GroupChat => ({
  id: row.id,
  corpId: row.corp_id,
  chatId: row.chat_id,
  name: row.name,
  owner: row.owner,
  admins: JSON.parse(row.admins) as string[],
  notice: row.notice,
  openGid: row.opengid,
  code: row.code,
  memberVersion: row.member_version,
  templateId: row.template_id,
  createdAt: row.created_at,
  dismissedAt: row.dismissed_at ?? undefined,
  handedOverAt: JSON.parse(row.handed_over_at) as number[],
  heir: row.heir ?? undefined,
  heirAt: row.heir_at ?? undefined,
  inheritedAt: row.inherited_at ?? undefined,
})

const toMember = (row: MemberRow): GroupMember => ({
  chatId: row.chat_id,
  member: row.member,
  type: row.type,
  joinScene: row.join_scene,
  state: row.state,
  invitor: row.invitor,
  nickname: row.nickname,
  joinedAt: row.joined_at,
})
