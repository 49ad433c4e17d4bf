import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { majorNumber } from '#platform/money.ts'
import { dayRange } from '#platform/time.ts'
import { type Bucket, bucketSql, bucketsOf } from '../dates.ts'
import { currenciesOf, distinctCurrencies, scanOrders, scanTrade, tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, scanEvents } from '../sql.ts'
import { type Cell, type CurvePoint, cohortLines, type Line, lifetimeCurve, paybackOf, type Size } from './cohorts.ts'
import type { CohortRevenueReport, CohortRevenueResult, Point } from './schema.ts'
import { readSpends, type Spends } from './spends.ts'

export async function runCohortRevenue(scope: Scope, report: CohortRevenueReport): Promise<CohortRevenueResult> {
  const buckets = bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  const [sizes, cells, currencies] = await Promise.all([
    readSizes(scope, report, buckets),
    readCells(scope, report, buckets),
    readCurrencies(scope, report),
  ])
  const currency = tradeCurrency(scope, report, cells.length > 0 ? currencies : [])
  const spends = await readSpends(scope, report, currency, buckets)
  const now = scope.ctx.now()
  const begun = buckets.filter(({ from }) => from <= now).length
  const over = buckets.filter(({ to }) => to <= now).length
  const linesOf = (channel?: string) => {
    const isOwn = (one: { channel: string }) => channel === undefined || one.channel === channel
    return cohortLines(sizes.filter(isOwn), cells.filter(isOwn), buckets.length, begun, over)
  }
  const lines = linesOf()
  return {
    currency,
    cohorts: lines.map((line, i) => presentCohort(line, buckets[i]?.label ?? '', currency, spends?.byBucket[i], report.margin)),
    curve: presentCurve(lifetimeCurve(lines), currency),
    ...(report.by ? { channels: presentChannels(report, sizes, linesOf, currency, spends) } : {}),
    ...(report.persons ? { persons: await listPersons(scope, report, buckets) } : {}),
  }
}

function presentCohort(line: Line, start: string, currency: string, spend: number | undefined, margin: number) {
  const major = (values: number[]) => values.map((value) => majorNumber(value, currency))
  return {
    start,
    ...line,
    revenue: major(line.revenue),
    cumulative: major(line.cumulative),
    ...(spend ? { spend: majorNumber(spend, currency), payback: paybackOf(line.cumulative, spend, margin) } : {}),
  }
}

const presentCurve = (curve: readonly CurvePoint[], currency: string): Point[] =>
  curve.map(({ total, ...point }) => ({
    ...point,
    value: point.customers === 0 ? null : majorNumber(Math.round(total / point.customers), currency),
  }))

function presentChannels(
  { margin }: CohortRevenueReport,
  sizes: readonly Size[],
  linesOf: (channel: string) => Line[],
  currency: string,
  spends: Spends | undefined,
) {
  return [...new Set(sizes.map(({ channel }) => channel))]
    .map((channel) => {
      const lines = linesOf(channel)
      const curve = lifetimeCurve(lines)
      const size = lines.reduce((sum, line) => sum + line.size, 0)
      const revenue = lines.reduce((sum, { cumulative }) => sum + (cumulative.at(-1) ?? 0), 0)
      const spend = spends?.byChannel.get(channel)
      return {
        value: channel || null,
        size,
        revenue: majorNumber(revenue, currency),
        curve: presentCurve(curve, currency),
        // Against the curve, so that young cohorts do not make a channel look slower than it is.
        ...(spend
          ? {
              spend: majorNumber(spend, currency),
              payback: paybackOf(
                curve.map(({ total, customers }) => (total / customers) * size),
                spend,
                margin,
              ),
            }
          : {}),
      }
    })
    .sort((a, b) => b.revenue - a.revenue || b.size - a.size)
}

const ordersSql = (bind: Bindings, scope: Scope, report: CohortRevenueReport): string =>
  `(select * from ${scanOrders(bind, { ...scope.scan(report), currency: report.currency })} where who != 0 and paid > 0)`

/** Everybody's start, when it lies in the dates: who, at, channel. */
function startsSql(bind: Bindings, scope: Scope, report: CohortRevenueReport): string {
  const { from, to } = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const source =
    report.start === 'first_order'
      ? ordersSql(bind, scope, report)
      : `(select * from ${scanEvents(bind, { ...scope.scan({}), names: ['customer.followed'] })} where who != 0)`
  return `(select who, min(e.at) as at, argMin(e.channel, e.at) as channel from ${source} as e group by who
    having toUnixTimestamp64Milli(at) >= ${bind.integer(from.getTime())} and toUnixTimestamp64Milli(at) < ${bind.integer(to.getTime())})`
}

async function readSizes(scope: Scope, report: CohortRevenueReport, buckets: readonly Bucket[]): Promise<Size[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ bucket: z.string(), channel: z.string(), size: z.int() }),
    sql: `select ${bucketSql(bind, scope.calendar, report.interval)} as bucket, channel, count() as size from ${startsSql(bind, scope, report)} group by bucket, channel`,
  })
  return rows.map(({ bucket, ...row }) => ({ ...row, cohort: placeOf(buckets, bucket) }))
}

const placeOf = (buckets: readonly Bucket[], key: string): number => buckets.findIndex((bucket) => bucket.key === key)

/** What the cohorts' people paid and got back since their start, within the dates. */
function actsSql(bind: Bindings, scope: Scope, report: CohortRevenueReport): string {
  const { to } = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const scan = { ...scope.scan(report), to, currency: report.currency }
  const paid = `select who, at, paid as money, 1 as isOrder from ${scanOrders(bind, scan)} where who != 0 and paid > 0`
  const back = `select who, at, -amount as money, 0 as isOrder from ${scanTrade(bind, scan)} where who != 0 and name = 'order.refunded'`
  const bucket = bucketSql(bind, scope.calendar, report.interval)
  return `(select a.who as who, a.money as money, a.isOrder as isOrder, a.bucket as bucket, s.cohort as cohort, s.channel as channel
    from (select who, at, money, isOrder, ${bucket} as bucket from (${report.amount === 'net' ? `${paid} union all ${back}` : paid})) as a
    inner join (select who, at, channel, ${bucket} as cohort from ${startsSql(bind, scope, report)}) as s on a.who = s.who where a.at >= s.at)`
}

async function readCells(scope: Scope, report: CohortRevenueReport, buckets: readonly Bucket[]): Promise<Cell[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ cohort: z.string(), bucket: z.string(), channel: z.string(), buyers: z.int(), orders: z.int(), amount: z.int() }),
    sql: `select cohort, bucket, channel, uniqExactIf(who, isOrder = 1) as buyers, sum(isOrder) as orders, sum(money) as amount
      from ${actsSql(bind, scope, report)} group by cohort, bucket, channel`,
  })
  return rows.map(({ cohort, bucket, ...row }) => ({ ...row, cohort: placeOf(buckets, cohort), place: placeOf(buckets, bucket) }))
}

const readCurrencies = (scope: Scope, report: CohortRevenueReport): Promise<string[]> =>
  currenciesOf(scope, () => distinctCurrencies(scope, (bind) => ordersSql(bind, scope, report)))

async function listPersons(scope: Scope, report: CohortRevenueReport, buckets: readonly Bucket[]): Promise<string[]> {
  const { cohort = 0, interval } = report.persons ?? {}
  const bind = bindings()
  const [of, at] = [keyOf(buckets, cohort, 'cohort'), interval === undefined ? undefined : keyOf(buckets, cohort + interval, 'interval')]
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql:
      at === undefined
        ? `select who from ${startsSql(bind, scope, report)} where ${bucketSql(bind, scope.calendar, report.interval)} = ${bind.text(of)} order by who`
        : `select distinct who from ${actsSql(bind, scope, report)} where isOrder = 1 and cohort = ${bind.text(of)} and bucket = ${bind.text(at)} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}

function keyOf(buckets: readonly Bucket[], place: number, field: string): string {
  const bucket = buckets[place]
  if (!bucket) throw appError('report.invalid', { message: `There is no ${field} ${place}.`, field: `persons.${field}` })
  return bucket.key
}
