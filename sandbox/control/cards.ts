// What a member does with an app's card on the phone.
import { Hono } from 'hono'
import { z } from 'zod'
import { TemplateCard } from '../api/template-cards.ts'
import { emit } from '../callbacks/events.ts'
import { templateCardEvent } from '../callbacks/service-events.ts'
import { findAppMessage, issueCardCode } from '../state/app-messages.ts'
import { changeMessage, findMessage } from '../state/messages.ts'
import type { World } from '../state/world.ts'
import { fail, readBody } from './errors.ts'

const Press = z.object({
  key: z.string().min(1),
  selected: z
    .array(z.object({ questionKey: z.string(), optionIds: z.array(z.string()).max(20) }))
    .max(3)
    .default([]),
})

export function cardRoutes(world: World): Hono {
  const routes = new Hono()
  routes.post('/cards/:id/press', async (c) => {
    const input = await readBody(c, Press)
    const message = findMessage(world, Number(c.req.param('id')))
    const sent = message?.msgId ? findAppMessage(world, message.msgId) : undefined
    if (message?.kind !== 'template_card' || !sent) return fail(404, 'card.unknown', 'There is no such card.')
    const card = TemplateCard.parse(message.content.card)
    const word = wordOf(card, input.key) ?? fail(404, 'card.no_such_button', 'The card has no such button.', 'key')
    if (message.content.pressed !== undefined) return fail(409, 'card.pressed', 'This card has been answered already.')
    const isMenu = card.action_menu?.action_list.some((it) => it.key === input.key) ?? false
    // A menu may be used again and again; a button is pressed once.
    if (!isMenu) changeMessage(world, message, 'template_card', { ...message.content, pressed: word })
    emit(
      world,
      message.corpId,
      templateCardEvent({
        userId: message.userId,
        agentId: message.agentId,
        key: input.key,
        taskId: card.task_id ?? '',
        cardType: card.card_type,
        responseCode: issueCardCode(world, sent, message.userId),
        selected: input.selected,
      }),
    )
    return c.json({ pressed: word })
  })
  return routes
}

function wordOf(card: TemplateCard, key: string): string | undefined {
  const menu = card.action_menu?.action_list.find((it) => it.key === key)?.text
  if (menu !== undefined) return menu
  if (card.card_type === 'button_interaction') return card.button_list.find((it) => it.key === key)?.text
  if (card.card_type === 'vote_interaction' || card.card_type === 'multiple_interaction')
    return card.submit_button.key === key ? card.submit_button.text : undefined
  return undefined
}
