import { daysBetween } from '#platform/time.ts'
import type { Span } from './dates.ts'
import type { Taking } from './taking.ts'

export type Document = { type: string } & Record<string, unknown>

/** Days up to two months, weeks up to a year, months beyond. */
export function intervalFor(
  taking: Taking,
  { dateFrom, dateTo }: Span,
  allowed: readonly string[] = ['hour', 'day', 'week', 'month'],
): string {
  taking.one('trend')
  const said = taking.one('interval', ({ interval }) => allowed.includes(interval))
  if (said) return said.interval
  const days = daysBetween(dateFrom, dateTo) + 1
  const [interval, zh, en] = days <= 62 ? ['day', '按天', 'daily'] : days <= 366 ? ['week', '按周', 'weekly'] : ['month', '按月', 'monthly']
  taking.assume(zh, en)
  return interval
}

export const compareOf = (taking: Taking): { compare?: string } => {
  const said = taking.one('compare')
  return said ? { compare: said.compare } : {}
}
