// 「加入群聊」 codes: one picture, up to five groups behind it.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Document, documents } from './documents.ts'
import type { World } from './world.ts'

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
export type JoinWay = Document<JoinWayBody, 'configId'>

const joinWays = documents({ table: 'join_ways', column: 'config_id', name: 'configId', body: JoinWayBody, kind: 'code' })

export const createJoinWay = (world: World, corpId: string, body: JoinWayBody): JoinWay =>
  joinWays.add(world, corpId, randomBytes(16).toString('hex'), body)
export const { find: findJoinWay, change: updateJoinWay, remove: deleteJoinWay, newest: newestJoinWays } = joinWays
