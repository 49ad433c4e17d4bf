// Everything the phones show: talks between employees and customers, and app messages to employees.
import { z } from 'zod'
import { archiveSaid } from './archive.ts'
import { now, publish, type World } from './world.ts'

/** mediaId points into this sandbox, imageUrl to anywhere the sender said. */
export const Content = z.object({
  text: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  url: z.string().optional(),
  imageUrl: z.string().optional(),
  mediaId: z.string().optional(),
  fileName: z.string().optional(),
  size: z.number().optional(),
  appId: z.string().optional(),
  page: z.string().optional(),
  /** A template card as it was sent, and what its receiver has done with it. */
  card: z.record(z.string(), z.unknown()).optional(),
  pressed: z.string().optional(),
  recalled: z.boolean().optional(),
  items: z
    .array(z.object({ title: z.string(), description: z.string().optional(), url: z.string().optional(), imageUrl: z.string().optional() }))
    .optional(),
})
export type Content = z.infer<typeof Content>
export type Kind =
  | 'text'
  | 'image'
  | 'link'
  | 'miniprogram'
  | 'video'
  | 'voice'
  | 'file'
  | 'markdown'
  | 'news'
  | 'card'
  | 'template_card'
  | 'system'
export type Sender = 'employee' | 'customer' | 'app' | 'system'
export type Source = 'chat' | 'welcome' | 'mass' | 'app' | 'system' | 'conclusion'

export type Message = {
  id: number
  corpId: string
  userId: string
  externalUserId: string
  agentId: number
  sender: Sender
  source: Source
  kind: Kind
  content: Content
  at: number
  /** Of a message that an app sent: the same for all who got it. */
  msgId?: string
}
type Row = {
  id: number
  corp_id: string
  userid: string
  external_userid: string
  agent_id: number
  sender: Sender
  source: Source
  kind: Kind
  content: string
  at: number
  msgid: string
}

export function addMessage(world: World, it: Omit<Message, 'id' | 'at'>): Message {
  const at = now(world)
  const { lastId } = world.store.run(
    'INSERT INTO messages (corp_id, userid, external_userid, agent_id, sender, source, kind, content, at, msgid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    it.corpId,
    it.userId,
    it.externalUserId,
    it.agentId,
    it.sender,
    it.source,
    it.kind,
    JSON.stringify(it.content),
    at,
    it.msgId ?? '',
  )
  if (it.externalUserId !== '' && (it.sender === 'employee' || it.sender === 'customer')) {
    const [from, to] = it.sender === 'customer' ? [it.externalUserId, it.userId] : [it.userId, it.externalUserId]
    archiveSaid(world, { corpId: it.corpId, from, to: [to], roomId: '', isExternal: true, kind: it.kind, content: it.content })
  }
  publish(world, { kind: 'message', externalUserId: it.externalUserId, userId: it.userId })
  return { ...it, id: lastId, at }
}

const newestLast = (rows: Row[]): Message[] => rows.map(toMessage).reverse()

export const messagesOfCustomer = (world: World, externalUserId: string, limit: number): Message[] =>
  newestLast(world.store.all<Row>('SELECT * FROM messages WHERE external_userid = ? ORDER BY id DESC LIMIT ?', externalUserId, limit))

/** One talk: of an employee with a customer, or (without one) with the app. */
export const messagesOfTalk = (world: World, corpId: string, userId: string, externalUserId: string, limit: number): Message[] =>
  newestLast(
    world.store.all<Row>(
      'SELECT * FROM messages WHERE corp_id = ? AND userid = ? AND external_userid = ? ORDER BY id DESC LIMIT ?',
      corpId,
      userId,
      externalUserId,
      limit,
    ),
  )

export const hasTalkedSince = (world: World, corpId: string, userId: string, externalUserId: string, sinceMs: number): boolean =>
  world.store.get(
    `SELECT 1 FROM messages WHERE external_userid = ? AND corp_id = ? AND userid = ? AND at >= ? AND source = 'chat' LIMIT 1`,
    externalUserId,
    corpId,
    userId,
    sinceMs,
  ) !== undefined

export function findMessage(world: World, id: number): Message | undefined {
  const row = world.store.get<Row>('SELECT * FROM messages WHERE id = ?', id)
  return row && toMessage(row)
}

export const messagesSentAs = (world: World, msgId: string): Message[] =>
  world.store.all<Row>(`SELECT * FROM messages WHERE msgid = ? AND msgid <> ''`, msgId).map(toMessage)

export function changeMessage(world: World, it: Message, kind: Kind, content: Content): void {
  world.store.run('UPDATE messages SET kind = ?, content = ? WHERE id = ?', kind, JSON.stringify(content), it.id)
  publish(world, { kind: 'message', externalUserId: it.externalUserId, userId: it.userId })
}

const toMessage = (row: Row): Message => ({
  id: row.id,
  corpId: row.corp_id,
  userId: row.userid,
  externalUserId: row.external_userid,
  agentId: row.agent_id,
  sender: row.sender,
  source: row.source,
  kind: row.kind,
  content: Content.parse(JSON.parse(row.content)),
  at: row.at,
  msgId: row.msgid,
})
