// What apps sent: for recalling it, for not sending it twice, for changing its card.
import { changeMessage, messagesSentAs } from './messages.ts'
import { dayMs, freshSecret, now, type World } from './world.ts'

export type AppMessage = {
  msgId: string
  corpId: string
  agentId: number
  digest: string
  taskId: string
  createdAt: number
  recalledAt: number | undefined
}
type Row = {
  msgid: string
  corp_id: string
  agent_id: number
  digest: string
  task_id: string
  created_at: number
  recalled_at: number | null
}

export const recallableMs = dayMs
const cardCodeLifeMs = 3 * dayMs

export function addAppMessage(world: World, it: Pick<AppMessage, 'corpId' | 'agentId' | 'digest' | 'taskId'>): string {
  const msgId = freshSecret(64)
  world.store.run(
    'INSERT INTO app_messages (msgid, corp_id, agent_id, digest, task_id, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    msgId,
    it.corpId,
    it.agentId,
    it.digest,
    it.taskId,
    now(world),
  )
  return msgId
}

export function findAppMessage(world: World, msgId: string): AppMessage | undefined {
  const row = world.store.get<Row>('SELECT * FROM app_messages WHERE msgid = ?', msgId)
  return row && toAppMessage(row)
}

export const isTaskKnown = (world: World, corpId: string, agentId: number, taskId: string): boolean =>
  world.store.get('SELECT 1 FROM app_messages WHERE corp_id = ? AND agent_id = ? AND task_id = ?', corpId, agentId, taskId) !== undefined

/** Who got the very same content within the last while. */
export const gotTheSame = (world: World, it: Pick<AppMessage, 'corpId' | 'agentId' | 'digest'>, sinceMs: number): Set<string> =>
  new Set(
    world.store
      .all<{ userid: string }>(
        `SELECT DISTINCT m.userid FROM app_messages a JOIN messages m ON m.msgid = a.msgid AND m.msgid <> ''
         WHERE a.corp_id = ? AND a.agent_id = ? AND a.digest = ? AND a.created_at > ?`,
        it.corpId,
        it.agentId,
        it.digest,
        sinceMs,
      )
      .map((row) => row.userid),
  )

/** How many members an app reached in a stretch of time, each message counted once for each of them. */
export const countReached = (world: World, corpId: string, agentId: number, from: number, until: number): number =>
  world.store.get<{ n: number }>(
    `SELECT count(*) AS n FROM (SELECT DISTINCT a.msgid, m.userid FROM app_messages a JOIN messages m ON m.msgid = a.msgid AND m.msgid <> ''
     WHERE a.corp_id = ? AND a.agent_id = ? AND a.created_at >= ? AND a.created_at < ?)`,
    corpId,
    agentId,
    from,
    until,
  )?.n ?? 0

export function recall(world: World, message: AppMessage): void {
  world.store.run('UPDATE app_messages SET recalled_at = ? WHERE msgid = ?', now(world), message.msgId)
  for (const it of messagesSentAs(world, message.msgId)) changeMessage(world, it, 'system', { text: '应用撤回了一条消息', recalled: true })
}

/** Works once within 72 hours, for everybody who got the card or for the one who pressed. */
export function issueCardCode(world: World, message: AppMessage, userId = ''): string {
  const code = freshSecret(64)
  world.store.run(
    'INSERT INTO card_codes (code, msgid, corp_id, agent_id, userid, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
    code,
    message.msgId,
    message.corpId,
    message.agentId,
    userId,
    now(world) + cardCodeLifeMs,
  )
  return code
}

/** The card behind a code that has not been used; afterwards it has. */
export function redeemCardCode(world: World, corpId: string, agentId: number, code: string): AppMessage | undefined {
  const row = world.store.get<{ msgid: string }>(
    'SELECT msgid FROM card_codes WHERE code = ? AND corp_id = ? AND agent_id = ? AND used_at IS NULL AND expires_at > ?',
    code,
    corpId,
    agentId,
    now(world),
  )
  if (!row) return undefined
  world.store.run('UPDATE card_codes SET used_at = ? WHERE code = ?', now(world), code)
  return findAppMessage(world, row.msgid)
}

const toAppMessage = (row: Row): AppMessage => ({
  msgId: row.msgid,
  corpId: row.corp_id,
  agentId: row.agent_id,
  digest: row.digest,
  taskId: row.task_id,
  createdAt: row.created_at,
  recalledAt: row.recalled_at ?? undefined,
})
