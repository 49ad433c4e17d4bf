import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'

/** The asker's clock may be behind ours. */
const graceMs = 60_000

/** When something planned is to go; null is at once. A slip of the calendar must not send to everybody at once. */
export function plannedAt(ctx: Context, at: Date | null): Date {
  const now = ctx.now()
  if (!at) return now
  if (at.getTime() < now.getTime() - graceMs)
    throw appError('send.in_the_past', { status: 422, message: 'Choose a time that lies ahead, or none for at once.', field: 'at' })
  return at
}
