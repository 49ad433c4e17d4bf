import type { Named, UsersOf } from '#management/uses.ts'
import type { Context } from '#platform/context.ts'

/** Whoever does something with tags lies above them: the app gives it. */
export type TagUses = {
  /** Segments whose rule writes a tag, by tag. */
  writers(ctx: Context): Promise<ReadonlyMap<number, Named[]>>
  /** What writes or reads tags, and would break without them. */
  users: UsersOf
}
