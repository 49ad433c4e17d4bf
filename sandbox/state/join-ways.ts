// 「加入群聊」 codes: one picture, up to five groups behind it.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { now, publish, type World } from './world.ts'

/** Kept in the names of the protocol: the row is what the API gives back. */
const JoinWayBody = z.object({
  scene: z.number(),
  remark: z.string(),
  auto_create_room: z.number(),
  room_base_name: z.string(),
  room_base_id: z.number(),
  chat_id_list: z.array(z.string()),
  state: z.string(),
  mark_source: z.boolean(),
  /** Our own count of the groups made because the others were full; it never leaves the sandbox. */
  rooms_made: z.number(),
})
export type JoinWayBody = z.infer<typeof JoinWayBody>
export type JoinWay = { id: number; corpId: string; configId: string; body: JoinWayBody; createdAt: number }
type Row = { id: number; corp_id: string; config_id: string; body: string; created_at: number }

export function createJoinWay(world: World, corpId: string, body: JoinWayBody): JoinWay {
  const configId = randomBytes(16).toString('hex')
  const createdAt = now(world)
  const { lastId } = world.store.run(
    'INSERT INTO join_ways (corp_id, config_id, body, created_at) VALUES (?, ?, ?, ?)',
    corpId,
    configId,
    JSON.stringify(body),
    createdAt,
  )
  publish(world, { kind: 'code' })
  return { id: lastId, corpId, configId, body, createdAt }
}

export function findJoinWay(world: World, configId: string): JoinWay | undefined {
  const row = world.store.get<Row>('SELECT * FROM join_ways WHERE config_id = ? AND deleted = 0', configId)
  return row && toJoinWay(row)
}

export function updateJoinWay(world: World, way: JoinWay, body: JoinWayBody): void {
  world.store.run('UPDATE join_ways SET body = ? WHERE id = ?', JSON.stringify(body), way.id)
  publish(world, { kind: 'code' })
}

export function deleteJoinWay(world: World, way: JoinWay): void {
  world.store.run('UPDATE join_ways SET deleted = 1 WHERE id = ?', way.id)
  publish(world, { kind: 'code' })
}

export const newestJoinWays = (world: World, corpId: string | undefined, limit: number): JoinWay[] =>
  world.store
    .all<Row>('SELECT * FROM join_ways WHERE deleted = 0 AND (?1 IS NULL OR corp_id = ?1) ORDER BY id DESC LIMIT ?2', corpId ?? null, limit)
    .map(toJoinWay)

const toJoinWay = (row: Row): JoinWay => ({
  id: row.id,
  corpId: row.corp_id,
  configId: row.config_id,
  body: JoinWayBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
})
