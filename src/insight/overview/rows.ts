import type { Context } from '#platform/context.ts'
import { dayRange } from '#platform/time.ts'
import { type Bindings, scanEvents } from '../reports/sql.ts'
import type { LoopStep } from './schema.ts'

export type Span = { from: string; to: string }

/** Who asks, in which zone, about whom. */
export type Asking = { ctx: Context; timezone: string; among: number[] | undefined }

const eventOf: Record<Exclude<LoopStep, 'scans'>, string> = { adds: 'customer.followed', tagged: 'customer.tagged', ordered: 'order.paid' }

/**
 * What is known of scans: openings of codes' links (`isView`, by nobody known) and people who came through a code, where the
 * code belongs. Openings are nobody's customers, so a data scope leaves them out.
 */
export function scanRows(bind: Bindings, { ctx, timezone, among }: Asking, { from, to }: Span): string {
  const names = ['live_code.added', ...(among ? [] : ['live_code.viewed'])]
  return `select 'scans' as step, who, ms, toDate(at, ${bind.text(timezone)}) as day, channel, code, name = 'live_code.viewed' as isView,
      properties['employee'] as employee, properties['employeeName'] as employeeName
    from ${scanEvents(bind, { tenantId: ctx.tenantId, among, ...dayRange(from, to, timezone), names })}`
}

/**
 * People who were added, tagged, or ordered. A customer's channel is the first one any of their friendships came through, so
 * that tags and orders count where the customer came from.
 */
export function personRows(
  bind: Bindings,
  { ctx, timezone, among }: Asking,
  { from, to }: Span,
  steps: readonly Exclude<LoopStep, 'scans'>[],
): string {
  const scan = { tenantId: ctx.tenantId, among }
  const came = `select who, argMin(channel, ms) as first
    from (select who, ms, channel from ${scanEvents(bind, { ...scan, to: dayRange(to, to, timezone).to, names: ['customer.followed', 'live_code.added'] })})
    where channel != '' group by who`
  return `select multiIf(name = 'customer.followed', 'adds', name = 'customer.tagged', 'tagged', 'ordered') as step, s.who as who, s.ms as ms, toDate(s.at, ${bind.text(timezone)}) as day,
      c.first as channel, s.properties['employee'] as employee, s.properties['employeeName'] as employeeName
    from ${scanEvents(bind, { ...scan, ...dayRange(from, to, timezone), names: steps.map((step) => eventOf[step]) })} as s
    left any join (${came}) as c on s.who = c.who where s.who != 0`
}
