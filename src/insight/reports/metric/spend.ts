import Big from 'big.js'
import { sql } from 'kysely'
import { addDays, dayOf } from '#platform/time.ts'
import { bucketsFrom } from '../dates.ts'
import { minorFactor, onlyCurrency } from '../money.ts'
import type { Scope } from '../scope.ts'
import type { Counted } from './count.ts'
import type { Span, Spans } from './spans.ts'

type Row = { day: string; channel: string; currency: string; amountMinor: number }

/** What channels cost in both spans. A cost is nobody's act, so it is split by channel only and has no people. */
export async function countSpend(scope: Scope, { now, before, interval }: Spans, dimension: string | undefined): Promise<Counted> {
  const spans = [now, ...(before ? [before] : [])]
  const rows = (await Promise.all(spans.map((span) => readSpend(scope, span)))).map((found, i) => ({ found, span: spans[i] as Span }))
  const currency = onlyCurrency(
    rows.flatMap(({ found }) => found.map((row) => row.currency)),
    'where',
  )
  const factor = minorFactor(currency ?? scope.currency)
  const keyOf = (day: string): string =>
    interval === 'period' ? '' : (bucketsFrom(scope.calendar, interval, new Date(`${day}T12:00:00Z`), 1)[0]?.key ?? '')
  // Nobody wrote down a cost: that is not a cost of nothing.
  const known = rows.some(({ found }) => found.length > 0) && (dimension === undefined || dimension === 'channel')
  const sum = (isNow: boolean, key: string, value: string | null): Big =>
    rows
      .filter(({ span }) => span.isNow === isNow)
      .flatMap(({ found }) => found)
      .filter((row) => (key === '' || keyOf(row.day) === key) && (value === null || row.channel === value))
      .reduce((all, row) => all.plus(row.amountMinor), new Big(0))
      .div(factor)
  return {
    currency: currency ?? scope.currency,
    money: true,
    at: (isNow, key, value = null) => (known && !(dimension === 'channel' && value === null) ? sum(isNow, key, value) : null),
    values:
      dimension === 'channel'
        ? [...new Set(rows.filter(({ span }) => span.isNow).flatMap(({ found }) => found.map((row) => row.channel)))]
        : [],
  }
}

async function readSpend({ ctx, calendar }: Scope, { from, to }: Span): Promise<Row[]> {
  const [first, last] = [dayOf(from, calendar.timezone), addDays(dayOf(to, calendar.timezone), -1)]
  const { rows } = await sql<Row>`
    select to_char(day, 'YYYY-MM-DD') as day, channel_id::text as channel, currency, sum(amount_minor)::bigint as amount_minor from channel_spends
    where tenant_id = ${ctx.tenantId} and day between ${first}::date and ${last}::date group by 1, 2, 3`.execute(ctx.db)
  return rows
}
