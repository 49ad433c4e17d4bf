import { z } from 'zod'
import { defineEvent } from '#platform/events/catalogue.ts'
import { metricAlerted } from './metrics/events.ts'
import { trackedEventDefinitions } from './tracking/events.ts'

/**
 * Somebody said something in a customer group. What was said is not in it: events are read by everybody who may read
 * reports, and chats belong to the archive. `message` and `replyTo` are ids within the chat, which is enough for who answers whom.
 */
export const groupMessageSent = defineEvent('group_message.sent', {
  title: { zh: '群聊发言', en: 'Said in a group' },
  own: true,
  properties: z.object({
    chat: z.string(),
    chatName: z.string().optional(),
    /** As the source calls them; the person of the event is the same one, unless an employee spoke. */
    sender: z.string(),
    byEmployee: z.boolean().optional(),
    message: z.string().optional(),
    replyTo: z.string().optional(),
    replyToSender: z.string().optional(),
    mentions: z.array(z.string()).optional(),
    kind: z.string(),
    letters: z.int().optional(),
  }),
})

export const insightEventDefinitions = [groupMessageSent, metricAlerted, ...trackedEventDefinitions]
