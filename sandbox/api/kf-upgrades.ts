// Recommending a member or a group to a customer of customer service (section 17; page 94674).
import { z } from 'zod'
import { findEmployee, listDepartments, subtree } from '../state/directory.ts'
import { findGroupChat } from '../state/group-chats.ts'
import { findKfSession, type KfSession } from '../state/kf-talks.ts'
import { addUpgrade, cancelUpgrade, type UpgradeRange, upgradeRange } from '../state/kf-upgrades.ts'
import type { World } from '../state/world.ts'
import { Account, accountNamed } from './kf.ts'
import { type Call, type Endpoint, endpoint, Nothing, refuse, refuseParameter, words } from './protocol.ts'

const Conversation = Account.extend({ external_userid: z.string().min(1) })
const Wording = words(100).default('')

export const kfUpgradeEndpoints: Endpoint[] = [
  endpoint({
    path: 'kf/customer/get_upgrade_service_config',
    method: 'GET',
    permission: 'kf',
    empty: {},
    input: Nothing,
    handle: ({ world, agent }) => {
      const range = upgradeRange(world, agent.corpId)
      return {
        member_range: { userid_list: range.userIds, department_id_list: range.departments },
        groupchat_range: { chat_id_list: range.chatIds },
      }
    },
  }),
  endpoint({
    path: 'kf/customer/upgrade_service',
    permission: 'kf',
    input: Conversation.extend({
      type: z.int().min(1).max(2),
      member: z.object({ userid: z.string().min(1), wording: Wording }).optional(),
      groupchat: z.object({ chat_id: z.string().min(1), wording: Wording }).optional(),
    }),
    handle: (call, input) => {
      const { world, agent } = call
      const session = talkOf(call, input)
      const { openKfId, externalUserId, servicer } = session
      const shared = { corpId: agent.corpId, openKfId, externalUserId, servicer }
      if (input.type === 1) {
        const { userid, wording } = input.member ?? refuseParameter('member', 'missing')
        addUpgrade(world, { ...shared, userId: memberToRecommend(world, agent.corpId, userid), chatId: '', wording })
      } else {
        const { chat_id, wording } = input.groupchat ?? refuseParameter('groupchat', 'missing')
        addUpgrade(world, { ...shared, userId: '', chatId: groupToRecommend(world, agent.corpId, chat_id), wording })
      }
      return {}
    },
  }),
  endpoint({
    path: 'kf/customer/cancel_upgrade_service',
    permission: 'kf',
    input: Conversation,
    handle: (call, input) => {
      const { openKfId, externalUserId } = talkOf(call, input)
      cancelUpgrade(call.world, openKfId, externalUserId)
      return {}
    },
  }),
]

function talkOf(call: Call, input: z.infer<typeof Conversation>): KfSession {
  const account = accountNamed(call, input.open_kfid)
  return findKfSession(call.world, account.openKfId, input.external_userid) ?? refuse(40096)
}

/** Only whom the administrator chose; the documents name no code for the others, so it is 84074 (no permission). */
function memberToRecommend(world: World, corpId: string, userId: string): string {
  const member = findEmployee(world, corpId, userId) ?? refuse(60111)
  const range = upgradeRange(world, corpId)
  const isChosen = range.userIds.includes(member.userId) || isBelow(world, corpId, range, member.departments)
  return isChosen ? member.userId : refuse(84074)
}

const isBelow = (world: World, corpId: string, range: UpgradeRange, departments: number[]): boolean => {
  const chosen = subtree(listDepartments(world, corpId), range.departments)
  return departments.some((id) => chosen.has(id))
}

function groupToRecommend(world: World, corpId: string, chatId: string): string {
  const chat = findGroupChat(world, chatId)
  if (chat?.corpId !== corpId || chat.dismissedAt !== undefined) return refuse(90501)
  return upgradeRange(world, corpId).chatIds.includes(chat.chatId) ? chat.chatId : refuse(84074)
}
