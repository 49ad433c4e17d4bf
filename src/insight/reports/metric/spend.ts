import Big from 'big.js'
import { sql } from 'kysely'
import { addDays, dayOf } from '#platform/time.ts'
import type { Bucket } from '../dates.ts'
import { minorFactor, onlyCurrency } from '../money.ts'
import type { Scope } from '../scope.ts'
import { type Counted, placeOf } from './counted.ts'
import type { Asking } from './rows/facts.ts'
import type { Span, Spans } from './spans.ts'

type Asked = Omit<Asking, 'bind'>
type Row = { day: string; channel: string; currency: string; amountMinor: number }

/**
 * What channels cost in both spans. A cost is nobody's act, so it is split by channel only and has no people, and of some people only
 * (a filter, a segment, somebody's data scope) it says nothing.
 */
export async function countSpend({ scope, report }: Asked, { now, before }: Spans, dimension: string | undefined): Promise<Counted> {
  const { among, where } = scope.scan(report)
  if (among !== undefined || where !== undefined) return ofSomePeople(scope)
  const spans = [now, ...(before ? [before] : [])]
  const found = await Promise.all(spans.map((span) => readSpend(scope, span)))
  const currency = onlyCurrency(
    found.flat().map((row) => row.currency),
    'where',
  )
  const sums = sumsOf(scope, spans, found)
  const factor = minorFactor(currency ?? scope.currency)
  // Nobody wrote down a cost: that is not a cost of nothing.
  const known = found.some((rows) => rows.length > 0) && (dimension === undefined || dimension === 'channel')
  return {
    currency: currency ?? scope.currency,
    money: true,
    at: (isNow, key, value = null) =>
      known && !(dimension === 'channel' && value === null) ? new Big(sums.get(placeOf(isNow, key, value)) ?? 0).div(factor) : null,
    values: dimension === 'channel' ? [...new Set(found[0]?.map((row) => row.channel))] : [],
  }
}

const ofSomePeople = ({ currency }: Scope): Counted => ({ currency, money: true, unknown: 'spend_of_some', at: () => null, values: [] })

/** Minor units of the whole and of each interval, of everything and of each channel: every row is looked at once. */
function sumsOf({ calendar }: Scope, spans: readonly Span[], found: readonly Row[][]): Map<string, Big> {
  const sums = new Map<string, Big>()
  for (const [i, { isNow, buckets }] of spans.entries()) {
    const keyOf = keysByDay(calendar.timezone, buckets)
    for (const { day, channel, amountMinor } of found[i] ?? [])
      for (const key of new Set(['', keyOf.get(day) ?? '']))
        for (const value of [null, channel]) {
          const place = placeOf(isNow, key, value)
          sums.set(place, (sums.get(place) ?? new Big(0)).plus(amountMinor))
        }
  }
  return sums
}

function keysByDay(zone: string, buckets: readonly Bucket[]): Map<string, string> {
  const keys = new Map<string, string>()
  for (const { key, from, to } of buckets)
    for (let day = dayOf(from, zone), end = dayOf(to, zone); day < end; day = addDays(day, 1)) keys.set(day, key)
  return keys
}

async function readSpend({ ctx, calendar }: Scope, { from, to }: Span): Promise<Row[]> {
  const [first, last] = [dayOf(from, calendar.timezone), addDays(dayOf(to, calendar.timezone), -1)]
  const { rows } = await sql<Row>`
    select to_char(day, 'YYYY-MM-DD') as day, channel_id::text as channel, currency, sum(amount_minor)::bigint as amount_minor from channel_spends
    where tenant_id = ${ctx.tenantId} and day between ${first}::date and ${last}::date group by 1, 2, 3`.execute(ctx.db)
  return rows
}
