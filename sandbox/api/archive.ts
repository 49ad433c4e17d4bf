// The archive's part that speaks HTTP (section 17; pages 91614, 91782, 92951).
import { z } from 'zod'
import { archiveMembers, consentOf, findInnerGroup, findRobot, isArchived } from '../state/archive.ts'
import { findFollow } from '../state/customers.ts'
import { findGroupChat, membersOfGroup } from '../state/group-chats.ts'
import { toSeconds } from '../state/world.ts'
import { type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'

export const archiveEndpoints: Endpoint[] = [
  endpoint({
    path: 'msgaudit/get_permit_user_list',
    permission: 'archive',
    empty: { ids: [] },
    input: z.object({ type: z.int().min(1).max(3).optional() }),
    handle: (call, { type }) => ({ ids: archiveMembers(call.world, enabled(call), type) }),
  }),
  endpoint({
    path: 'msgaudit/check_single_agree',
    permission: 'archive',
    empty: { agreeinfo: [] },
    // The official spelling of the customer's id.
    input: z.object({
      info: z
        .array(z.object({ userid: z.string().min(1), exteranalopenid: z.string().min(1) }))
        .min(1)
        .max(100),
    }),
    handle: (call, { info }) => {
      const corpId = enabled(call)
      return {
        agreeinfo: info.flatMap((it) => {
          if (!findFollow(call.world, corpId, it.userid, it.exteranalopenid)) return []
          const { status, changedAt } = consentOf(call.world, corpId, it.userid, it.exteranalopenid)
          return [{ status_change_time: toSeconds(changedAt), ...it, agree_status: status }]
        }),
      }
    },
  }),
  endpoint({
    path: 'msgaudit/check_room_agree',
    permission: 'archive',
    empty: { agreeinfo: [] },
    input: z.object({ roomid: z.string().min(1) }),
    handle: (call, { roomid }) => {
      const corpId = enabled(call)
      const chat = findGroupChat(call.world, roomid)
      if (chat?.corpId !== corpId || chat.dismissedAt !== undefined) return refuseParameter('roomid', 'invalid')
      const customers = membersOfGroup(call.world, chat.chatId).filter((it) => it.type === 2)
      return {
        agreeinfo: customers.map((it) => {
          const { status, changedAt } = consentOf(call.world, corpId, '', it.member, chat.chatId)
          return { status_change_time: toSeconds(changedAt), exteranalopenid: it.member, agree_status: status }
        }),
      }
    },
  }),
  endpoint({
    path: 'msgaudit/groupchat/get',
    permission: 'archive',
    empty: { members: [] },
    input: z.object({ roomid: z.string().min(1) }),
    handle: (call, { roomid }) => {
      const corpId = enabled(call)
      const room = findInnerGroup(call.world, roomid)
      // A customer group is asked for at groupchat/get of the customer contacts.
      if (room?.corpId !== corpId) return refuse(301059)
      return {
        roomname: room.name,
        creator: room.creator,
        room_create_time: toSeconds(room.createdAt),
        notice: room.notice,
        members: room.members.map((memberid) => ({ memberid, jointime: toSeconds(room.createdAt) })),
      }
    },
  }),
  endpoint({
    path: 'msgaudit/get_robot_info',
    method: 'GET',
    permission: 'archive',
    input: z.object({ robot_id: z.string().min(1) }),
    handle: (call, { robot_id }) => {
      const robot = findRobot(call.world, robot_id)
      if (robot?.corpId !== enabled(call)) return refuseParameter('robot_id', 'invalid')
      return { data: { robot_id: robot.robotId, name: robot.name, creator_userid: robot.creator } }
    },
  }),
]

/** The company, if it has an archive and has paid for it. */
function enabled({ world, agent }: Call): string {
  if (world.settings.habits.archiveExpired) return refuse(301052)
  return isArchived(world, agent.corpId) ? agent.corpId : refuse(301053)
}
