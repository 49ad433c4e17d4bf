import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { type Bucket, bucketSql } from '../dates.ts'
import { scanOrders, scanTrade } from '../orders.ts'
import type { Interval } from '../schema.ts'
import type { Scope } from '../scope.ts'
import { bindings } from '../sql.ts'
import type { Span } from './query.ts'
import type { TradeSeries } from './schema.ts'

const Paid = z.object({ bucket: z.string(), amount: z.int(), orders: z.int(), buyers: z.int(), newBuyers: z.int() })
const Refunded = z.object({ bucket: z.string(), amount: z.int() })

/** New is whose first order ever lies in that very interval. */
export async function readSeries(
  scope: Scope,
  interval: Interval,
  { scan }: Span,
  buckets: readonly Bucket[],
  currency: string,
): Promise<TradeSeries> {
  const [of, back] = [bindings(), bindings()]
  const [orders, refunds] = await Promise.all([
    scope.ask({
      params: of.params,
      row: Paid,
      sql: `select ${bucketSql(of, scope.calendar, interval)} as bucket, sum(paid) as amount, countIf(paid > 0) as orders,
          uniqExactIf(who, who != 0 and paid > 0) as buyers, uniqExactIf(who, who != 0 and nth = 1) as newBuyers
        from ${scanOrders(of, scan)} group by bucket`,
    }),
    scope.ask({
      params: back.params,
      row: Refunded,
      sql: `select ${bucketSql(back, scope.calendar, interval)} as bucket, sum(amount) as amount from (select at, amount from ${scanTrade(back, scan)} where name = 'order.refunded') group by bucket`,
    }),
  ])
  const paid = new Map(orders.map((row) => [row.bucket, row]))
  const refunded = new Map(refunds.map((row) => [row.bucket, row.amount]))
  const line = (value: (row: z.infer<typeof Paid> | undefined) => number) => buckets.map(({ key }) => value(paid.get(key)))
  return {
    paid: line((row) => majorNumber(row?.amount ?? 0, currency)),
    refunded: buckets.map(({ key }) => majorNumber(refunded.get(key) ?? 0, currency)),
    orders: line((row) => row?.orders ?? 0),
    buyers: line((row) => row?.buyers ?? 0),
    newBuyers: line((row) => row?.newBuyers ?? 0),
  }
}
