// The welcome message, within twenty seconds (section 6, pages 92137 and 92599).
import { z } from 'zod'
import { consentOf } from '../state/archive.ts'
import { findCustomer, updateFollow } from '../state/customers.ts'
import { addMessage } from '../state/messages.ts'
import { judgeWelcomeCode } from '../state/welcome.ts'
import { now } from '../state/world.ts'
import { Attachment, readAttachment } from './attachments.ts'
import { byteText, type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'

const Input = z.object({
  welcome_code: z.string().default(''),
  text: z.object({ content: byteText(4000).default('') }).optional(),
  attachments: z.array(Attachment).max(9).default([]),
})
const refusals = { unknown: 41050, sending: 41096, started: 41051 } as const

export const welcomeEndpoints: Endpoint[] = [
  endpoint({ path: 'externalcontact/send_welcome_msg', permission: 'customers', input: Input, handle: sendWelcome }),
]

function sendWelcome(call: Call, input: z.infer<typeof Input>) {
  const { world, agent } = call
  if (!input.welcome_code) return refuse(41049)
  const text = input.text?.content ?? ''
  if (!text && input.attachments.length === 0) return refuseParameter('text', 'and attachments missing')
  const fate = judgeWelcomeCode(world, agent.corpId, input.welcome_code)
  if ('refused' in fate) return refuse(refusals[fate.refused])
  const { follow } = fate
  if (consentOf(world, agent.corpId, follow.userId, follow.externalUserId).status === 'Disagree') return refuse(41053)
  const parts = input.attachments.map((it) => readAttachment(call, it))
  updateFollow(world, { ...follow, welcomedAt: now(world) })
  const shared = {
    corpId: agent.corpId,
    userId: follow.userId,
    externalUserId: follow.externalUserId,
    agentId: agent.agentId,
    sender: 'employee',
    source: 'welcome',
  } as const
  const name = findCustomer(world, follow.externalUserId)?.name ?? ''
  const shown = world.settings.habits.welcomeNickname ? text.replaceAll('%NICKNAME%', name) : text
  if (shown) addMessage(world, { ...shared, kind: 'text', content: { text: shown } })
  for (const part of parts) addMessage(world, { ...shared, ...part })
  return {}
}
