// The archive of talks: whose are kept, who agreed, the public keys, and what was said.
import { emit } from '../callbacks/events.ts'
import { archiveEvent } from '../callbacks/service-events.ts'
import { freshId, freshSecret, now, type World } from './world.ts'

export const archiveAgentId = 2000004
/** Kept for five days; after that nobody gets them any more. */
export const archiveKeptMs = 5 * 24 * 3600_000
const notifyEveryMs = 15_000

export type Consent = 'Agree' | 'Disagree' | 'Default_Agree'

export const isArchived = (world: World, corpId: string): boolean =>
  world.store.get('SELECT 1 FROM archive_members WHERE corp_id = ? LIMIT 1', corpId) !== undefined

export function setArchiveMembers(world: World, corpId: string, members: { userId: string; edition: number }[]): void {
  world.store.transaction(() => {
    world.store.run('DELETE FROM archive_members WHERE corp_id = ?', corpId)
    for (const it of members)
      world.store.run('INSERT OR REPLACE INTO archive_members (corp_id, userid, edition) VALUES (?, ?, ?)', corpId, it.userId, it.edition)
  })
}

export const archiveMembers = (world: World, corpId: string, edition: number | undefined): string[] =>
  world.store
    .all<{ userid: string }>(
      'SELECT userid FROM archive_members WHERE corp_id = ?1 AND (?2 IS NULL OR edition = ?2) ORDER BY userid',
      corpId,
      edition ?? null,
    )
    .map((row) => row.userid)

/** A new version is for what is said from now on; older messages stay under the key they had. */
export const addArchiveKey = (world: World, corpId: string, version: number, publicKey: string): void => {
  world.store.run('INSERT OR REPLACE INTO archive_keys (corp_id, version, public_key) VALUES (?, ?, ?)', corpId, version, publicKey)
}

export const archiveKey = (world: World, corpId: string, version: number): string | undefined =>
  world.store.get<{ public_key: string }>('SELECT public_key FROM archive_keys WHERE corp_id = ? AND version = ?', corpId, version)
    ?.public_key

const newestVersion = (world: World, corpId: string): number =>
  world.store.get<{ version: number | null }>('SELECT max(version) AS version FROM archive_keys WHERE corp_id = ?', corpId)?.version ?? 0

export function consentOf(
  world: World,
  corpId: string,
  userId: string,
  externalUserId: string,
  roomId = '',
): { status: Consent; changedAt: number } {
  const row = world.store.get<{ status: Consent; changed_at: number }>(
    'SELECT status, changed_at FROM archive_consents WHERE corp_id = ? AND userid = ? AND roomid = ? AND external_userid = ?',
    corpId,
    userId,
    roomId,
    externalUserId,
  )
  return row ? { status: row.status, changedAt: row.changed_at } : { status: 'Default_Agree', changedAt: 0 }
}

export const setConsent = (world: World, corpId: string, userId: string, externalUserId: string, roomId: string, status: Consent): void => {
  world.store.run(
    `INSERT INTO archive_consents (corp_id, userid, roomid, external_userid, status, changed_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (corp_id, userid, roomid, external_userid) DO UPDATE SET status = excluded.status, changed_at = excluded.changed_at`,
    corpId,
    userId,
    roomId,
    externalUserId,
    status,
    now(world),
  )
}

type Said = {
  corpId: string
  from: string
  to: string[]
  roomId: string
  isExternal: boolean
  kind: string
  content: Record<string, unknown>
}

/** Keeps what was said, if one of those who hear or say it is kept and the customer has not refused. */
export function archiveSaid(world: World, said: Said): void {
  const people = [said.from, ...said.to]
  const kept = people.find((userId) =>
    world.store.get('SELECT 1 FROM archive_members WHERE corp_id = ? AND userid = ?', said.corpId, userId),
  )
  if (kept === undefined) return
  const customer = said.roomId === '' ? people.find((it) => it !== kept) : said.from
  if (customer && consentOf(world, said.corpId, said.roomId === '' ? kept : '', customer, said.roomId).status === 'Disagree') return
  addArchiveMessage(world, said.corpId, {
    msgid: `${freshSecret(20)}_${now(world)}${said.isExternal ? '_external' : ''}`,
    action: 'send',
    from: said.from,
    tolist: said.to,
    roomid: said.roomId,
    msgtime: now(world),
    ...bodyOf(said.kind, said.content),
  })
}

/** The same for a customer group: everybody in it hears it. */
export function archiveInGroup(world: World, chatId: string, from: string, kind: string, content: Record<string, unknown>): void {
  const chat = world.store.get<{ corp_id: string }>('SELECT corp_id FROM group_chats WHERE chat_id = ?', chatId)
  if (!chat || !isArchived(world, chat.corp_id)) return
  const to = world.store
    .all<{ member: string }>('SELECT member FROM group_members WHERE chat_id = ? AND left_at IS NULL AND member <> ?', chatId, from)
    .map((row) => row.member)
  archiveSaid(world, { corpId: chat.corp_id, from, to, roomId: chatId, isExternal: true, kind, content })
}

function bodyOf(kind: string, it: Record<string, unknown>): Record<string, unknown> {
  const file = { sdkfileid: it.mediaId, filesize: it.size, md5sum: it.mediaId }
  if (kind === 'link')
    return { msgtype: 'link', link: { title: it.title, description: it.description, link_url: it.url, image_url: it.imageUrl } }
  if (kind === 'miniprogram') return { msgtype: 'weapp', weapp: { title: it.title, username: it.appId, displayname: it.title } }
  if (kind === 'image' || kind === 'video' || kind === 'voice') return { msgtype: kind, [kind]: file }
  if (kind === 'file')
    return {
      msgtype: 'file',
      file: {
        ...file,
        filename: it.fileName,
        fileext: String(it.fileName ?? '')
          .split('.')
          .at(-1),
      },
    }
  return { msgtype: 'text', text: { content: it.text ?? it.title ?? '' } }
}

export function addArchiveMessage(world: World, corpId: string, message: Record<string, unknown>): number {
  const seq = (world.store.get<{ n: number | null }>('SELECT max(seq) AS n FROM archive_messages WHERE corp_id = ?', corpId)?.n ?? 0) + 1
  world.store.run(
    'INSERT INTO archive_messages (corp_id, seq, msgid, body, at) VALUES (?, ?, ?, ?, ?)',
    corpId,
    seq,
    String(message.msgid),
    JSON.stringify({ version: newestVersion(world, corpId), message }),
    now(world),
  )
  notify(world, corpId)
  return seq
}

export type ArchivedRow = { seq: number; msgId: string; version: number; message: Record<string, unknown> }
export const archivedAfter = (world: World, corpId: string, seq: number, limit: number): ArchivedRow[] =>
  world.store
    .all<{ seq: number; msgid: string; body: string }>(
      'SELECT seq, msgid, body FROM archive_messages WHERE corp_id = ? AND seq > ? AND at >= ? ORDER BY seq LIMIT ?',
      corpId,
      seq,
      now(world) - archiveKeptMs,
      limit,
    )
    .map((row) => ({ seq: row.seq, msgId: row.msgid, ...(JSON.parse(row.body) as { version: number; message: Record<string, unknown> }) }))

const told = new WeakMap<World['store'], Map<string, number>>()
/** At most every fifteen seconds, however much is said. */
function notify(world: World, corpId: string): void {
  const known = told.get(world.store) ?? new Map<string, number>()
  told.set(world.store, known)
  if (now(world) - (known.get(corpId) ?? 0) < notifyEveryMs) return
  known.set(corpId, now(world))
  emit(world, corpId, archiveEvent(archiveAgentId))
}

export type InnerGroup = {
  roomId: string
  corpId: string
  name: string
  creator: string
  notice: string
  members: string[]
  createdAt: number
}

export function addInnerGroup(world: World, it: Pick<InnerGroup, 'corpId' | 'name' | 'creator' | 'notice' | 'members'>): string {
  const roomId = freshId('wr')
  world.store.run(
    'INSERT INTO inner_groups (roomid, corp_id, name, creator, notice, members, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    roomId,
    it.corpId,
    it.name,
    it.creator,
    it.notice,
    JSON.stringify(it.members),
    now(world),
  )
  return roomId
}

export function findInnerGroup(world: World, roomId: string): InnerGroup | undefined {
  const row = world.store.get<{ corp_id: string; name: string; creator: string; notice: string; members: string; created_at: number }>(
    'SELECT * FROM inner_groups WHERE roomid = ?',
    roomId,
  )
  if (!row) return undefined
  const { corp_id: corpId, name, creator, notice, created_at: createdAt } = row
  return { roomId, corpId, name, creator, notice, createdAt, members: JSON.parse(row.members) as string[] }
}

export type Robot = { robotId: string; corpId: string; name: string; creator: string }

/** A group's robot: it speaks in the archive under an id of its own kind. */
export function addRobot(world: World, corpId: string, name: string, creator: string): string {
  const robotId = freshId('wb')
  world.store.run('INSERT INTO robots (robot_id, corp_id, name, creator) VALUES (?, ?, ?, ?)', robotId, corpId, name, creator)
  return robotId
}

export function findRobot(world: World, robotId: string): Robot | undefined {
  const row = world.store.get<{ corp_id: string; name: string; creator: string }>('SELECT * FROM robots WHERE robot_id = ?', robotId)
  return row && { robotId, corpId: row.corp_id, name: row.name, creator: row.creator }
}
