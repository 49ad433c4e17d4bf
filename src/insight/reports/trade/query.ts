import { dayRange } from '#platform/time.ts'
import { bucketsOf } from '../dates.ts'
import { minorFactor } from '../money.ts'
import { type TradeScan, tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { earlier } from '../trend/query.ts'
import { countBands, countBreakdown, countPurchases } from './divisions.ts'
import { listTradePersons } from './persons.ts'
import type { TradeReport, TradeResult } from './schema.ts'
import { readSeries } from './series.ts'
import { readTotals } from './totals.ts'

/** Orders by the time they were paid, refunds by the time the money went back. */
export async function runTrade(scope: Scope, report: TradeReport): Promise<TradeResult> {
  const now = spanOf(scope, report, report)
  const then = report.compare && spanOf(scope, report, earlier(report, report.compare))
  const totals = await readTotals(scope, now)
  const before = then && (await readTotals(scope, then))
  const currency = tradeCurrency(scope, report, [...totals.currencies, ...(before?.currencies ?? [])])
  const factor = minorFactor(currency)
  const buckets = bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  const [series, compareSeries, bands, purchaseCounts, ...breakdowns] = await Promise.all([
    readSeries(scope, report.interval, now, buckets, currency),
    then && readSeries(scope, report.interval, then, bucketsOf(scope.calendar, report.interval, then.dateFrom, then.dateTo), currency),
    countBands(scope, now, report.bands, factor, currency),
    countPurchases(scope, now),
    ...report.breakdowns.map((by) => countBreakdown(scope, now, by, report.limit, currency)),
  ])
  return {
    currency,
    totals: totals.present(currency),
    ...(before ? { compare: before.present(currency) } : {}),
    intervals: buckets.map(({ label }) => label),
    series,
    ...(compareSeries ? { compareSeries } : {}),
    bands,
    purchaseCounts,
    breakdowns,
    ...(report.persons ? { persons: await listTradePersons(scope, report, now, buckets, factor) } : {}),
  }
}

/** The days looked at, and what to scan for them. */
export type Span = { dateFrom: string; dateTo: string; scan: TradeScan & { from: Date; to: Date } }

const spanOf = (scope: Scope, report: TradeReport, { dateFrom, dateTo }: { dateFrom: string; dateTo: string }): Span => ({
  dateFrom,
  dateTo,
  scan: { ...scope.scan(report), ...dayRange(dateFrom, dateTo, scope.calendar.timezone), currency: report.currency },
})
