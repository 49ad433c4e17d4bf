import { z } from 'zod'
import { addDays, dayOf, dayRange } from '#platform/time.ts'
import { day } from './schema.ts'
import type { Scope } from './scope.ts'

/** The orders looked at: those of a window that ends with a day, said as that day and a length, or as first and last day. */
export const windowFields = {
  asOf: day.optional(),
  windowDays: z.int().min(1).max(36_600).optional(),
  dateFrom: day.optional(),
  dateTo: day.optional(),
}

type Window = z.infer<z.ZodObject<typeof windowFields>>

/** For `superRefine`: each end of the window is said once. */
export function oneWindow({ asOf, windowDays, dateFrom, dateTo }: Window, ctx: z.RefinementCtx): void {
  const complain = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
  if (asOf !== undefined && dateTo !== undefined) complain('asOf', 'Say asOf or dateTo, which both end the window.')
  if (windowDays !== undefined && dateFrom !== undefined) complain('windowDays', 'Say windowDays or dateFrom, which both begin the window.')
}

/** Its last day, today unless said, and its first one where it has one, with their instants. */
export function windowOf(scope: Scope, { windowDays, ...said }: Window): { asOf: string; to: Date; first?: string; from?: Date } {
  const { timezone } = scope.calendar
  const asOf = said.asOf ?? said.dateTo ?? dayOf(scope.ctx.now(), timezone)
  const first = said.dateFrom ?? (windowDays === undefined ? undefined : addDays(asOf, 1 - windowDays))
  const { from, to } = dayRange(first ?? asOf, asOf, timezone)
  return { asOf, to, ...(first === undefined ? {} : { first, from }) }
}
