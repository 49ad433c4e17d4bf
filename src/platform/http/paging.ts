import { z } from 'zod'
import { appError } from '../errors.ts'

/** `?limit=&cursor=` of every list. */
export const PageQuery = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(500).optional() })

/** The last row's sort key as opaque text. */
export const encodeCursor = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/** Undefined at the first page; anything that was not given out by `encodeCursor` with this shape is refused. */
export function decodeCursor<Key extends z.ZodType>(schema: Key, text: string | undefined): z.infer<Key> | undefined {
  if (!text) return undefined
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch (cause) {
    throw appError('cursor.invalid', { message: 'This cursor was not given out by this list.', field: 'cursor', cause })
  }
}

/** A page from `limit + 1` rows: the one too many only says that there is a next page. */
export function toPage<Row>(rows: Row[], limit: number, keyOf: (row: Row) => unknown): { items: Row[]; next: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null }
}
