// Taking back a message, changing a card, counting (sections 15; pages 94867, 94888, 92369).
import { z } from 'zod'
import { countReached, findAppMessage, recall, recallableMs, redeemCardCode } from '../state/app-messages.ts'
import { changeMessage, messagesSentAs } from '../state/messages.ts'
import { beijingMidnight, dayMs, now } from '../state/world.ts'
import { membersIn } from './app-receivers.ts'
import { type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'
import { TemplateCard } from './template-cards.ts'

const Update = z.object({
  userids: z.array(z.string()).max(1000).default([]),
  partyids: z.array(z.int()).max(100).default([]),
  tagids: z.array(z.int()).max(100).default([]),
  atall: z.int().min(0).max(1).default(0),
  agentid: z.int(),
  response_code: z.string().min(1),
  button: z.object({ replace_name: z.string().min(1) }).optional(),
  template_card: TemplateCard.optional(),
})

export const appCardEndpoints: Endpoint[] = [
  endpoint({
    path: 'message/recall',
    permission: 'message',
    input: z.object({ msgid: z.string().min(1) }),
    handle: ({ world, agent }, { msgid }) => {
      const message = findAppMessage(world, msgid)
      if (message?.corpId !== agent.corpId || message.agentId !== agent.agentId) return refuseParameter('msgid', 'invalid')
      if (now(world) - message.createdAt > recallableMs) return refuseParameter('msgid', 'exceed 24 hours')
      if (message.recalledAt === undefined) recall(world, message)
      return {}
    },
  }),
  endpoint({ path: 'message/update_template_card', permission: 'message', input: Update, empty: { invaliduser: [] }, handle: updateCard }),
  endpoint({
    path: 'message/get_statistics',
    permission: 'message',
    input: z.object({ time_type: z.int().min(0).max(1).default(0) }),
    empty: { statistics: [] },
    handle: ({ world, agent }, { time_type }) => {
      const from = beijingMidnight(now(world)) - time_type * dayMs
      const count = countReached(world, agent.corpId, agent.agentId, from, from + dayMs)
      return { statistics: [{ agentid: agent.agentId, app_name: agent.name, count }] }
    },
  }),
]

function updateCard(call: Call, input: z.infer<typeof Update>) {
  const { world, agent } = call
  if (input.agentid !== agent.agentId) refuse(40056)
  if (!input.button && !input.template_card) refuseParameter('template_card', 'or button missing')
  const named = input.userids.length + input.partyids.length + input.tagids.length
  if (named === 0 && input.atall === 0) refuse(82001)
  const message = redeemCardCode(world, agent.corpId, agent.agentId, input.response_code) ?? refuseParameter('response_code', 'invalid')
  const wanted = membersIn(call, input.userids, input.partyids)
  const received = messagesSentAs(world, message.msgId).filter((it) => it.kind === 'template_card')
  for (const it of received) {
    if (input.atall === 0 && !wanted.has(it.userId)) continue
    const { pressed: _, ...content } = it.content
    const card = input.template_card ?? content.card
    changeMessage(world, it, 'template_card', {
      ...content,
      ...(card && { card }),
      title: input.template_card?.main_title?.title ?? content.title,
      // The button's new word stands for the answer, and nothing more can be pressed.
      ...(input.button && { pressed: input.button.replace_name }),
    })
  }
  return { invaliduser: input.userids.filter((userId) => !received.some((it) => it.userId.toLowerCase() === userId.toLowerCase())) }
}
