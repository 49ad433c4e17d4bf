// 「加入群聊」 codes (section 8, page 92229).
import { z } from 'zod'
import { codeQrUrl, codeQuota, countCodes } from '../state/contact-ways.ts'
import { createJoinWay, deleteJoinWay, findJoinWay, type JoinWay, type JoinWayBody, updateJoinWay } from '../state/join-ways.ts'
import { ownGroup } from './groups.ts'
import { type Call, type Endpoint, endpoint, refuse, refuseParameter, words } from './protocol.ts'

const remarkMost = 30
const groupsMost = 5

const Given = z.object({
  scene: z.int().min(1).max(2),
  // Longer remarks are cut, not refused.
  remark: z
    .string()
    .transform((text) => [...text].slice(0, remarkMost).join(''))
    .default(''),
  auto_create_room: z.int().min(0).max(1).default(1),
  room_base_name: words(40).default(''),
  room_base_id: z.int().min(0).default(0),
  chat_id_list: z.array(z.string()).min(1),
  state: words(30).default(''),
  mark_source: z.boolean().default(true),
})
const ConfigId = z.object({ config_id: z.string().min(1) })

export const joinWayEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/groupchat/add_join_way',
    permission: 'customers',
    input: Given,
    handle: (call, input) => {
      const { world, agent } = call
      checkGroups(call, input.chat_id_list)
      if (countCodes(world, agent.corpId) >= codeQuota) refuseParameter('join_way', `exceed max count ${codeQuota}`)
      return { config_id: createJoinWay(world, agent.corpId, { ...input, rooms_made: 0 }).configId }
    },
  }),
  endpoint({
    path: 'externalcontact/groupchat/get_join_way',
    permission: 'customers',
    input: ConfigId,
    handle: (call, { config_id }) => {
      const way = ownJoinWay(call, config_id)
      const { rooms_made: _, ...body } = way.body
      return {
        join_way: { config_id: way.configId, ...body, ...(body.scene === 2 ? { qr_code: codeQrUrl(call.world, way.configId) } : {}) },
      }
    },
  }),
  endpoint({
    path: 'externalcontact/groupchat/update_join_way',
    permission: 'customers',
    input: Given.extend({ config_id: z.string().min(1) }),
    handle: (call, { config_id, ...input }) => {
      const way = ownJoinWay(call, config_id)
      checkGroups(call, input.chat_id_list)
      updateJoinWay(call.world, way, { ...input, rooms_made: roomsMade(way.body, input) })
      return {}
    },
  }),
  endpoint({
    path: 'externalcontact/groupchat/del_join_way',
    permission: 'customers',
    input: ConfigId,
    handle: (call, { config_id }) => {
      deleteJoinWay(call.world, ownJoinWay(call, config_id))
      return {}
    },
  }),
]

/** Another name or first number begins the counting anew. */
const roomsMade = (before: JoinWayBody, after: z.infer<typeof Given>): number =>
  before.room_base_name === after.room_base_name && before.room_base_id === after.room_base_id ? before.rooms_made : 0

function ownJoinWay({ world, agent }: Call, configId: string): JoinWay {
  const way = findJoinWay(world, configId)
  return way && way.corpId === agent.corpId ? way : refuseParameter('config_id', 'not found')
}

function checkGroups(call: Call, chatIds: string[]): void {
  if (chatIds.length > groupsMost) refuse(41091)
  for (const chatId of chatIds) ownGroup(call, chatId)
}
