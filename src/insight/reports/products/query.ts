import { dayRange } from '#platform/time.ts'
import { bucketsOf } from '../dates.ts'
import { tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { ratio } from '../trade/totals.ts'
import { earlier } from '../trend/query.ts'
import { abcClasses } from './classes.ts'
import {
  listLinePersons,
  noSales,
  presentSales,
  presentSeries,
  readSales,
  readSalesSeries,
  type Selling,
  type SoldProduct,
} from './sales.ts'
import type { ProductsReport, ProductsResult } from './schema.ts'
import { type Counted, listInterested, noTraffic, presentTraffic, readTraffic, type Window } from './traffic.ts'

type Dates = { dateFrom: string; dateTo: string }
type Row = ProductsResult['rows'][number]

/** Sales out of the lines of orders, interest out of events; both by product. */
export async function runProducts(scope: Scope, report: ProductsReport): Promise<ProductsResult> {
  const [now, then] = [sellingOf(scope, report, report), report.compare && earlier(report, report.compare)]
  const past = then && sellingOf(scope, report, then)
  const window = { days: report.windowDays, now: scope.ctx.now() }
  const buckets = bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  const bucketsBefore = then && bucketsOf(scope.calendar, report.interval, then.dateFrom, then.dateTo)
  const [{ total, products: sold }, interest, before, series, seriesBefore] = await Promise.all([
    readSales(scope, now),
    readTraffic(scope, now, window),
    past && readSales(scope, past),
    readSalesSeries(scope, report.interval, now, buckets),
    past && bucketsBefore && readSalesSeries(scope, report.interval, past, bucketsBefore),
  ])
  const currency = tradeCurrency(scope, report, [...total.currencies, ...(before?.total.currencies ?? [])])
  const found = { sold, interest: interest.products, soldBefore: before?.products, total: total.amount }
  const rows = rankProducts(report, found, currency)
  return {
    currency,
    tracked: interest.total.views + interest.total.carted > 0,
    products: total.products,
    totals: { ...presentSales(total, currency), ...presentTraffic(interest.total) },
    ...(before ? { compare: presentSales(before.total, currency) } : {}),
    rows: rows.toSorted((a, b) => b[report.sort] - a[report.sort] || (a.product < b.product ? -1 : 1)).slice(0, report.limit),
    classes: sumClasses(rows),
    intervals: buckets.map(({ label }) => label),
    series: presentSeries(series, currency),
    ...(seriesBefore ? { compareSeries: presentSeries(seriesBefore, currency) } : {}),
    ...(report.persons ? { persons: await listPersons(scope, report.persons, now, window) } : {}),
  }
}

const sellingOf = (scope: Scope, report: ProductsReport, { dateFrom, dateTo }: Dates): Selling => ({
  scan: { ...scope.scan(report), ...dayRange(dateFrom, dateTo, scope.calendar.timezone), currency: report.currency },
  product: report.product,
})

type Found = {
  sold: readonly SoldProduct[]
  interest: ReadonlyMap<string, Counted>
  soldBefore: readonly SoldProduct[] | undefined
  total: number
}

/** Also what was only looked at: it has no sales, which is worth knowing. */
function rankProducts(report: ProductsReport, { sold, interest, soldBefore, total }: Found, currency: string): Row[] {
  const names = new Set(sold.map(({ product }) => product))
  const unsold = [...interest.keys()].filter((product) => !names.has(product)).map((product) => ({ ...noSales, product, label: '' }))
  const all = [...sold, ...unsold]
  const classes = abcClasses(
    all.map(({ amount }) => amount),
    report.abc,
  )
  const past = new Map(soldBefore?.map((row) => [row.product, row]))
  return all.map(({ product, label, ...sums }, i) => ({
    product,
    title: label || product,
    ...presentSales(sums, currency),
    ...presentTraffic(interest.get(product) ?? noTraffic),
    share: ratio(sums.amount, total),
    abc: classes[i] ?? 'C',
    ...(soldBefore ? { compare: presentSales(past.get(product) ?? noSales, currency) } : {}),
  }))
}

function sumClasses(rows: readonly Row[]): ProductsResult['classes'] {
  const minor = (amount: number) => Math.round(amount * 1000)
  const total = rows.reduce((sum, { amount }) => sum + minor(amount), 0)
  return (['A', 'B', 'C'] as const).map((abc) => {
    const own = rows.filter((row) => row.abc === abc)
    const amount = own.reduce((sum, row) => sum + minor(row.amount), 0)
    return { abc, products: own.length, amount: amount / 1000, share: ratio(amount, total) }
  })
}

function listPersons(
  scope: Scope,
  { of, product }: NonNullable<ProductsReport['persons']>,
  selling: Selling,
  window: Window,
): Promise<string[]> {
  const asked = { ...selling, product: product ?? selling.product }
  if (of === 'buyers') return listLinePersons(scope, asked, 'paid')
  return of === 'refunded' ? listLinePersons(scope, asked, 'refunded') : listInterested(scope, asked, window, of)
}
