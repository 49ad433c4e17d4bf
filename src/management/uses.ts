import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'

export type Named = { id: string; name: string }

/** Something that somebody is about to take away, named as rules and drawings name it. `choices`: only these of an attribute. */
export type Taken =
  | { tags: readonly string[] }
  | { segment: string }
  | { channel: string }
  | { journey: string }
  | { attribute: string; choices?: readonly string[] | undefined }

/** What would break without it, by what it is. */
export type Users = Partial<Record<'segments' | 'reports' | 'journeys' | 'messages' | 'stages' | 'layers', Named[]>>

/** Whoever uses things lies above them: the app gives this to those who look after them. */
export type UsersOf = (ctx: Context, taken: Taken) => Promise<Users>

/** Several as one. Each tells what it knows of, under its own names. */
export const together =
  (...all: readonly UsersOf[]): UsersOf =>
  async (ctx, taken) =>
    Object.assign({}, ...(await Promise.all(all.map((one) => one(ctx, taken)))))

/** Nobody takes away what is in use: `code` is a 409 that lists who needs it. */
export function requireUnused(code: `${string}.in_use`, users: Users): void {
  const used = Object.entries(users).filter(([, list]) => list.length > 0)
  if (used.length === 0) return
  const said = used.map(([kind, list]) => `${kind} ${list.map(({ name }) => name).join(', ')}`).join('; ')
  throw appError(code, { status: 409, message: `Needed by the ${said.slice(0, 300)}.`, details: users })
}

/** What documents call it; none where they write it otherwise. */
export function idsTaken(taken: Taken): readonly string[] {
  if ('tags' in taken) return taken.tags
  if ('segment' in taken) return [taken.segment]
  return 'channel' in taken ? [taken.channel] : []
}

/** Whether a stored document names one of these public ids anywhere. */
export const namesOneOf = (document: RawBuilder<unknown>, ids: readonly string[]): RawBuilder<boolean> =>
  sql`exists (select from unnest(${[...ids]}::text[]) as one where position('"' || one || '"' in ${document}::text) > 0)`
