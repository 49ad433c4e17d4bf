import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { type Bucket, bucketSql } from '../dates.ts'
import { scanOrders, scanTrade } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { bandSql } from './divisions.ts'
import type { Span } from './query.ts'
import type { TradeReport } from './schema.ts'

type Persons = NonNullable<TradeReport['persons']>

/** Out of the same rows as the number: which orders count, then which of their buyers. */
export async function listTradePersons(
  scope: Scope,
  report: TradeReport,
  { scan }: Span,
  buckets: readonly Bucket[],
  factor: number,
): Promise<string[]> {
  const { persons } = report
  if (!persons) return []
  const bind = bindings()
  const isRefund = persons.of === 'refunded'
  const rows = isRefund ? `(select * from ${scanTrade(bind, scan)} where name = 'order.refunded')` : scanOrders(bind, scan)
  const conditions = ['who != 0', ...(isRefund ? [] : ['paid > 0']), ...conditionsOf(bind, scope, report, persons, buckets, factor)]
  const having = [
    ...(persons.of === 'new' ? ['countIf(nth = 1) > 0'] : []),
    ...(persons.of === 'old' ? ['countIf(nth = 1) = 0'] : []),
    ...(persons.orders === undefined || isRefund ? [] : [persons.orders === 5 ? 'count() >= 5' : `count() = ${persons.orders}`]),
  ]
  const found = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql: `select who from ${rows} where ${conditions.join(' and ')} group by who ${having.length > 0 ? `having ${having.join(' and ')}` : ''} order by who`,
  })
  return found.map(({ who }) => scope.nameOf(who))
}

function conditionsOf(
  bind: Bindings,
  scope: Scope,
  report: TradeReport,
  { of, interval, band, by, value }: Persons,
  buckets: readonly Bucket[],
  factor: number,
): string[] {
  const conditions: string[] = []
  if (interval !== undefined) {
    const bucket = buckets[interval]
    if (!bucket) throw appError('report.invalid', { message: `There is no interval ${interval}.`, field: 'persons.interval' })
    conditions.push(`${bucketSql(bind, scope.calendar, report.interval)} = ${bind.text(bucket.key)}`)
  }
  if (band !== undefined && of !== 'refunded') conditions.push(`${bandSql(bind, report.bands, factor)} = ${band}`)
  if (by !== undefined) conditions.push(`${by} = ${bind.text(value ?? '')}`)
  return conditions
}
