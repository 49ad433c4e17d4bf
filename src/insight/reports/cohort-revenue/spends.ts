import { sql } from 'kysely'
import { dayOf } from '#platform/time.ts'
import type { Bucket } from '../dates.ts'
import type { Scope } from '../scope.ts'
import type { CohortRevenueReport } from './schema.ts'

/** Minor units. */
export type Spends = { byBucket: number[]; byChannel: Map<string, number> }

/**
 * What channels cost in the days of each cohort and over all dates. Only beside everybody's revenue: against that of some
 * customers a company's whole spend says nothing.
 */
export async function readSpends(
  scope: Scope,
  report: CohortRevenueReport,
  currency: string,
  buckets: readonly Bucket[],
): Promise<Spends | undefined> {
  const { ctx, calendar } = scope
  if (report.where !== undefined || scope.scan({}).among !== undefined) return undefined
  const { rows } = await sql<{ day: string; channel: string; amount: number }>`
    select to_char(s.day, 'YYYY-MM-DD') as day, c.name as channel, sum(s.amount_minor)::bigint as amount
    from channel_spends s join channels c on c.tenant_id = s.tenant_id and c.id = s.channel_id
    where s.tenant_id = ${ctx.tenantId} and s.currency = ${currency} and s.day between ${report.dateFrom}::date and ${report.dateTo}::date
    group by 1, 2`.execute(ctx.db)
  if (rows.length === 0) return undefined
  const byChannel = new Map<string, number>()
  for (const { channel, amount } of rows) byChannel.set(channel, (byChannel.get(channel) ?? 0) + amount)
  const byBucket = buckets.map(({ from, to }) => {
    const [first, after] = [dayOf(from, calendar.timezone), dayOf(to, calendar.timezone)]
    return rows.filter(({ day }) => day >= first && day < after).reduce((sum, { amount }) => sum + amount, 0)
  })
  return { byBucket, byChannel }
}
