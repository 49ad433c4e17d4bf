import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'

export type Named = { id: string; name: string }

/** Segments lie above tags: the app gives what they do with them. */
export type TagUses = {
  /** Segments whose rule writes a tag, by tag. */
  writers(ctx: Context): Promise<ReadonlyMap<number, Named[]>>
  /** Segments that write or read one of these tags. */
  users(ctx: Context, tags: readonly number[]): Promise<Named[]>
}

/** A tag that a segment writes or reads stays until the segment lets go of it. */
export async function requireUnused(ctx: Context, uses: TagUses, tags: readonly number[]): Promise<void> {
  const segments = tags.length === 0 ? [] : await uses.users(ctx, tags)
  if (segments.length === 0) return
  const names = segments.map(({ name }) => name).join(', ')
  throw appError('tag.in_use', { status: 409, message: `Needed by the segments ${names.slice(0, 300)}.`, details: { segments } })
}
