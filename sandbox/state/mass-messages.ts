// Mass messages: what is to be said to many, the members who have to confirm it, and what became of it at each customer or group.
import { z } from 'zod'
import { Content, type Kind } from './messages.ts'
import { freshId, now, publish, type World } from './world.ts'

/** The attachments as they were given, for whoever reads the message back, and what the phones will show for them. */
export const ManyBody = z.object({
  text: z.string(),
  given: z.array(z.record(z.string(), z.unknown())),
  pieces: z.array(z.object({ kind: z.string().transform((kind) => kind as Kind), content: Content })),
})
export type ManyBody = z.infer<typeof ManyBody>

export type ChatType = 'single' | 'group'
export type MassMessage = {
  id: number
  corpId: string
  msgId: string
  agentId: number
  chatType: ChatType
  /** Only members who write to many by themselves are told as creators; what an app made has none. */
  creator: string | undefined
  allowSelect: boolean
  body: ManyBody
  createdAt: number
  cancelledAt: number | undefined
  remindedAt: number[]
}
/** One member's part of it. */
export type MassTask = {
  id: number
  massId: number
  corpId: string
  userId: string
  sentAt: number | undefined
  ignoredAt: number | undefined
}
export const massStatuses = { unsent: 0, sent: 1, notFriend: 2, hadEnough: 3 } as const
export type MassStatus = (typeof massStatuses)[keyof typeof massStatuses]
/** target: an external_userid or a chat_id. */
export type MassResult = { id: number; massId: number; userId: string; target: string; status: MassStatus; sentAt: number | undefined }

type MassRow = {
  id: number
  corp_id: string
  msgid: string
  agent_id: number
  chat_type: ChatType
  creator: string | null
  allow_select: number
  body: string
  created_at: number
  cancelled_at: number | null
  reminded_at: string
}
type TaskRow = { id: number; mass_id: number; corp_id: string; userid: string; sent_at: number | null; ignored_at: number | null }
type ResultRow = { id: number; mass_id: number; userid: string; target: string; status: MassStatus; sent_at: number | null }

export type NewMassMessage = Pick<MassMessage, 'corpId' | 'agentId' | 'chatType' | 'creator' | 'allowSelect' | 'body'>

/** `plan` says for each member whom the member writes to. */
export function createMassMessage(world: World, it: NewMassMessage, plan: Map<string, string[]>): MassMessage {
  return world.store.transaction(() => {
    const { lastId } = world.store.run(
      'INSERT INTO mass_messages (corp_id, msgid, agent_id, chat_type, creator, allow_select, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      it.corpId,
      freshId('msg'),
      it.agentId,
      it.chatType,
      it.creator ?? null,
      Number(it.allowSelect),
      JSON.stringify(it.body),
      now(world),
    )
    for (const [userId, targets] of plan) {
      world.store.run('INSERT INTO mass_tasks (mass_id, corp_id, userid) VALUES (?, ?, ?)', lastId, it.corpId, userId)
      for (const target of targets)
        world.store.run('INSERT INTO mass_results (mass_id, userid, target) VALUES (?, ?, ?)', lastId, userId, target)
      publish(world, { kind: 'mass', userId })
    }
    const made = findMassMessageById(world, lastId)
    if (!made) throw new Error('the mass message just written is gone')
    return made
  })
}

export function findMassMessage(world: World, corpId: string, msgId: string): MassMessage | undefined {
  const row = world.store.get<MassRow>('SELECT * FROM mass_messages WHERE corp_id = ? AND msgid = ?', corpId, msgId)
  return row && toMass(row)
}

export function findMassMessageById(world: World, id: number): MassMessage | undefined {
  const row = world.store.get<MassRow>('SELECT * FROM mass_messages WHERE id = ?', id)
  return row && toMass(row)
}

export const massMessagesBetween = (world: World, corpId: string, chatType: ChatType, fromMs: number, toMs: number): MassMessage[] =>
  world.store
    .all<MassRow>(
      'SELECT * FROM mass_messages WHERE corp_id = ? AND chat_type = ? AND created_at >= ? AND created_at <= ? ORDER BY id',
      corpId,
      chatType,
      fromMs,
      toMs,
    )
    .map(toMass)

export const newestMassMessages = (world: World, corpId: string, limit: number): MassMessage[] =>
  world.store.all<MassRow>('SELECT * FROM mass_messages WHERE corp_id = ? ORDER BY id DESC LIMIT ?', corpId, limit).map(toMass)

export function cancelMassMessage(world: World, it: MassMessage): void {
  world.store.run('UPDATE mass_messages SET cancelled_at = ? WHERE id = ?', now(world), it.id)
  publish(world, { kind: 'mass' })
}

/** A reminder brings back what a member had put aside. */
export function remindOfMassMessage(world: World, it: MassMessage): void {
  world.store.run('UPDATE mass_messages SET reminded_at = ? WHERE id = ?', JSON.stringify([...it.remindedAt, now(world)]), it.id)
  world.store.run('UPDATE mass_tasks SET ignored_at = NULL WHERE mass_id = ? AND sent_at IS NULL', it.id)
  publish(world, { kind: 'mass' })
}

export const tasksOfMassMessage = (world: World, massId: number, afterId: number, limit: number): MassTask[] =>
  world.store.all<TaskRow>('SELECT * FROM mass_tasks WHERE mass_id = ? AND id > ? ORDER BY id LIMIT ?', massId, afterId, limit).map(toTask)

export function findMassTask(world: World, id: number): MassTask | undefined {
  const row = world.store.get<TaskRow>('SELECT * FROM mass_tasks WHERE id = ?', id)
  return row && toTask(row)
}

/** What waits on a member's phone, newest first. */
export const openMassTasks = (world: World, corpId: string, userId: string): MassTask[] =>
  world.store
    .all<TaskRow>(
      `SELECT mass_tasks.* FROM mass_tasks JOIN mass_messages ON mass_messages.id = mass_id
       WHERE mass_tasks.corp_id = ? AND userid = ? AND sent_at IS NULL AND ignored_at IS NULL AND cancelled_at IS NULL ORDER BY mass_tasks.id DESC`,
      corpId,
      userId,
    )
    .map(toTask)

export function markTaskSent(world: World, task: MassTask): void {
  world.store.run('UPDATE mass_tasks SET sent_at = ?, ignored_at = NULL WHERE id = ?', now(world), task.id)
  publish(world, { kind: 'mass', userId: task.userId })
}

export function markTaskIgnored(world: World, task: MassTask): void {
  world.store.run('UPDATE mass_tasks SET ignored_at = ? WHERE id = ?', now(world), task.id)
  publish(world, { kind: 'mass', userId: task.userId })
}

export const resultsOfTask = (world: World, massId: number, userId: string, afterId: number, limit: number): MassResult[] =>
  world.store
    .all<ResultRow>(
      'SELECT * FROM mass_results WHERE mass_id = ? AND userid = ? AND id > ? ORDER BY id LIMIT ?',
      massId,
      userId,
      afterId,
      limit,
    )
    .map(toResult)

export const countTargets = (world: World, massId: number, userId: string): number =>
  world.store.get<{ n: number }>('SELECT count(*) AS n FROM mass_results WHERE mass_id = ? AND userid = ?', massId, userId)?.n ?? 0

export const setMassResult = (world: World, result: MassResult, status: MassStatus): void => {
  const sentAt = status === massStatuses.sent ? now(world) : null
  world.store.run('UPDATE mass_results SET status = ?, sent_at = ? WHERE id = ?', status, sentAt, result.id)
}

/** What a customer or a group got from the company since then; members' own mass messages do not count. */
export const receivedSince = (world: World, target: string, sinceMs: number): number =>
  world.store.get<{ n: number }>(
    `SELECT count(*) AS n FROM mass_results JOIN mass_messages ON mass_messages.id = mass_id
     WHERE target = ? AND sent_at >= ? AND status = 1 AND creator IS NULL`,
    target,
    sinceMs,
  )?.n ?? 0

const toMass = (row: MassRow): MassMessage => ({
  id: row.id,
  corpId: row.corp_id,
  msgId: row.msgid,
  agentId: row.agent_id,
  chatType: row.chat_type,
  creator: row.creator ?? undefined,
  allowSelect: row.allow_select === 1,
  body: ManyBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
  cancelledAt: row.cancelled_at ?? undefined,
  remindedAt: z.array(z.number()).parse(JSON.parse(row.reminded_at)),
})
const toTask = (row: TaskRow): MassTask => ({
  id: row.id,
  massId: row.mass_id,
  corpId: row.corp_id,
  userId: row.userid,
  sentAt: row.sent_at ?? undefined,
  ignoredAt: row.ignored_at ?? undefined,
})
const toResult = (row: ResultRow): MassResult => ({
  id: row.id,
  massId: row.mass_id,
  userId: row.userid,
  target: row.target,
  status: row.status,
  sentAt: row.sent_at ?? undefined,
})
