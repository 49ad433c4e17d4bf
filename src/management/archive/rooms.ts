import type { Context } from '#platform/context.ts'

/** What features above know of rooms, and want to know: given by `app.ts`. */
export type Rooms = {
  find: RoomFinder
  tell: RoomTeller
  tellDirect: DirectTeller
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

/** The same of words between one customer and one employee. */
export type DirectTeller = (ctx: Context, messages: readonly DirectMessage[]) => Promise<void>

export type DirectMessage = {
  msgid: string
  customer: number
  employee: number
  byCustomer: boolean
  type: string
  letters: number
  at: Date
}
