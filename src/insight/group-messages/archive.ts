import type { DirectTeller, RoomTeller } from '#management/archive/rooms.ts'
import { appendEvents } from '#platform/events/append.ts'
import { eventIdOf } from '#platform/events/inbox.ts'
import { groupMessageSent } from '../events.ts'
import { received, sent } from '../reports/score/rules.ts'

/**
 * What the archive hears in rooms with customers: who spoke, when, and how much, without a word of it. The same message out of a file
 * is the same event.
 */
export const tellGroupMessages: RoomTeller = async (ctx, messages) => {
  await appendEvents(
    ctx,
    messages.map(({ room, msgid, sender, customer, type, letters, at }) => ({
      id: eventIdOf(`group message ${JSON.stringify([room, msgid])}`),
      name: groupMessageSent.name,
      at: at.toISOString(),
      ...(customer === null ? {} : { customer }),
      properties: groupMessageSent.properties.parse({
        chat: room,
        sender,
        ...(customer === null && { byEmployee: true }),
        message: msgid,
        kind: type,
        ...(letters > 0 && { letters }),
      }),
    })),
  )
}

/** That a customer and an employee wrote to each other: what closeness is told from. */
export const tellDirectMessages: DirectTeller = async (ctx, messages) => {
  await appendEvents(
    ctx,
    messages.map(({ msgid, customer, employee, byCustomer, type, letters, at }) => ({
      id: eventIdOf(`direct message ${JSON.stringify([customer, employee, msgid])}`),
      name: byCustomer ? received : sent,
      at: at.toISOString(),
      customer,
      properties: { employee: String(employee), kind: type, ...(letters > 0 && { letters }) },
    })),
  )
}
