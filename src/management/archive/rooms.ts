import type { Context } from '#platform/context.ts'

/** What features above know of rooms, and want to know: given by `app.ts`. */
export type Rooms = {
  find: RoomFinder
  tell: RoomTeller
}

/** Customer groups by the chat id that a room has. */
export type RoomFinder = (
  ctx: Context,
  corp: number,
  chatIds: readonly string[],
) => Promise<ReadonlyMap<string, { id: number; name: string }>>

/** That something was said in a room with customers, never what; in the transaction that keeps the messages, once each. */
export type RoomTeller = (ctx: Context, messages: readonly RoomMessage[]) => Promise<void>

export type RoomMessage = {
  room: string
  msgid: string
  sender: string
  /** Null for colleagues and robots. */
  customer: number | null
  type: string
  letters: number
  at: Date
}
