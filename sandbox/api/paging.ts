// Pages of rows that have a growing id; the cursor is the last one shown.
import { now } from '../state/world.ts'
import { type Call, readCursor, writeCursor } from './protocol.ts'

export type PageInput = { limit: number; cursor?: string | undefined }

/** `rows` gives up to `limit` rows after `afterId`. One more than asked for tells whether there is a next page. */
export function pageOf<Row>(
  call: Call,
  api: string,
  { limit, cursor }: PageInput,
  idOf: (row: Row) => number,
  rows: (afterId: number, limit: number) => Row[],
): { page: Row[]; next: { next_cursor?: string } } {
  const found = rows(Number(readCursor(api, cursor)?.key[0] ?? 0), limit + 1)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return { page, next: last && found.length > limit ? { next_cursor: writeCursor(api, [idOf(last)], now(call.world)) } : {} }
}
