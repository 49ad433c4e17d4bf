// What is said in customer groups, and the grey lines about who came and went.
import { z } from 'zod'
import { archiveInGroup } from './archive.ts'
import { Content, type Kind } from './messages.ts'
import { now, publish, type World } from './world.ts'

/** A grey line: what happened, who did it, to whom or what. The phone puts it into words. */
export const acts = [
  'created',
  'invited',
  'joined_by_link',
  'joined_by_code',
  'left',
  'removed',
  'renamed',
  'noticed',
  'handed_over',
  'inherited',
  'admin_added',
  'admin_removed',
  'dismissed',
] as const
export type Act = (typeof acts)[number]

const GroupContent = Content.extend({
  act: z.enum(acts).optional(),
  by: z.string().optional(),
  names: z.array(z.string()).optional(),
})
export type GroupContent = z.infer<typeof GroupContent>
export type GroupMessage = {
  id: number
  chatId: string
  /** A userid or an external_userid; empty for grey lines. */
  sender: string
  source: 'chat' | 'welcome' | 'mass' | 'system'
  kind: Kind
  content: GroupContent
  at: number
}
type Row = { id: number; chat_id: string; sender: string; source: GroupMessage['source']; kind: Kind; content: string; at: number }

export function addGroupMessage(world: World, it: Omit<GroupMessage, 'id' | 'at'>, at = now(world)): GroupMessage {
  const { lastId } = world.store.run(
    'INSERT INTO group_messages (chat_id, sender, source, kind, content, at) VALUES (?, ?, ?, ?, ?, ?)',
    it.chatId,
    it.sender,
    it.source,
    it.kind,
    JSON.stringify(it.content),
    at,
  )
  if (it.sender !== '') archiveInGroup(world, it.chatId, it.sender, it.kind, it.content)
  publish(world, { kind: 'group' })
  return { ...it, id: lastId, at }
}

export const addGroupAct = (world: World, chatId: string, act: Act, by: string, names: string[] = []): GroupMessage =>
  addGroupMessage(world, { chatId, sender: '', source: 'system', kind: 'system', content: { act, by, names } })

/** Newest last. */
export const messagesOfGroup = (world: World, chatId: string, limit: number): GroupMessage[] =>
  world.store.all<Row>('SELECT * FROM group_messages WHERE chat_id = ? ORDER BY id DESC LIMIT ?', chatId, limit).map(toMessage).reverse()

export function findGroupMessage(world: World, id: number): GroupMessage | undefined {
  const row = world.store.get<Row>('SELECT * FROM group_messages WHERE id = ?', id)
  return row && toMessage(row)
}

export function lastMessageOfGroup(world: World, chatId: string): GroupMessage | undefined {
  const row = world.store.get<Row>('SELECT * FROM group_messages WHERE chat_id = ? ORDER BY id DESC LIMIT 1', chatId)
  return row && toMessage(row)
}

const toMessage = (row: Row): GroupMessage => ({
  id: row.id,
  chatId: row.chat_id,
  sender: row.sender,
  source: row.source,
  kind: row.kind,
  content: GroupContent.parse(JSON.parse(row.content)),
  at: row.at,
})
