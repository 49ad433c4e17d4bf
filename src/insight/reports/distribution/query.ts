import Big from 'big.js'
import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { dayRange } from '#platform/time.ts'
import { type Bucket, completeOf } from '../dates.ts'
import { minorFactor, onlyCurrency } from '../money.ts'
import { isMoney } from '../money-properties.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, decimalSql, matcherSql, propertySql, scanEvents } from '../sql.ts'
import { trendBucketSql, trendBuckets } from '../trend/buckets.ts'
import { binsOf, edgesOf, openEnds } from './bins.ts'
import type { DistributionReport, DistributionResult } from './schema.ts'

/** How persons spread over how often or how much, each person once an interval. */
export async function runDistribution(scope: Scope, report: DistributionReport): Promise<DistributionResult> {
  const buckets = trendBuckets(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  const stats = await askStats(scope, report)
  const money = 'property' in report.measure && isMoney(report.event, report.measure.property)
  const told = () =>
    onlyCurrency(
      stats.flatMap(({ currencies }) => currencies),
      'where',
    )
  const currency = money ? (told() ?? scope.currency) : undefined
  const factor = currency ? minorFactor(currency) : 1
  const counted = !('property' in report.measure)
  const major = (text: string) => new Big(text).div(factor)
  const edges = edgesOf(report.bins, counted, extreme(stats, 'lowest', major), extreme(stats, 'highest', major))
  const open = openEnds(report.bins, counted)
  const place: Place = { edges: edges.map((edge) => edge.times(factor).toFixed()), from: open.below ? 0 : 1 }
  const bins = binsOf(edges, open.below, open.above)
  const [counts, persons] = await Promise.all([
    askCounts(scope, report, place),
    report.persons ? peopleOf(scope, report, place, buckets, bins.length, report.persons) : undefined,
  ])
  return {
    intervals: buckets.map(({ label }) => label),
    bins,
    rows: buckets.map(({ key }) =>
      rowOf(
        stats.find((row) => row.bucket === key),
        bins.map((_, i) => counts.find((row) => row.bucket === key && row.bin === i + place.from)?.persons ?? 0),
        major,
      ),
    ),
    ...(currency ? { currency } : {}),
    ...completeOf(buckets, scope.ctx.now(), dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone).to),
    ...(persons ? { persons } : {}),
  }
}

/** Edges in minor units, and how many of them lie below the first bin. */
type Place = { edges: string[]; from: number }

const Stats = z.object({
  bucket: z.string(),
  persons: z.number(),
  total: z.string(),
  middles: z.tuple([z.string(), z.string()]),
  lowest: z.string(),
  highest: z.string(),
  currencies: z.array(z.string()),
})
type Stats = z.infer<typeof Stats>

function askStats(scope: Scope, report: DistributionReport): Promise<Stats[]> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: Stats,
    sql: `select bucket, count() as persons, toString(sum(value)) as total, [toString(quantileExactLow(0.5)(value)), toString(quantileExactHigh(0.5)(value))] as middles,
      toString(min(value)) as lowest, toString(max(value)) as highest, arrayDistinct(arrayFlatten(groupUniqArray(100)(currencies))) as currencies
      from ${valueRows(bind, scope, report)} group by bucket`,
  })
}

function askCounts(scope: Scope, report: DistributionReport, place: Place) {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: z.object({ bucket: z.string(), bin: z.number(), persons: z.number() }),
    sql: `select bucket, ${binSql(bind, place)} as bin, count() as persons from ${valueRows(bind, scope, report)} group by bucket, bin`,
  })
}

async function peopleOf(
  scope: Scope,
  report: DistributionReport,
  place: Place,
  buckets: Bucket[],
  bins: number,
  asked: NonNullable<DistributionReport['persons']>,
): Promise<string[]> {
  const bucket = buckets[asked.interval]
  if (!bucket) throw appError('report.invalid', { message: 'There is no such interval.', field: 'persons.interval' })
  if (asked.bin >= bins) throw appError('report.invalid', { message: 'There is no such bin.', field: 'persons.bin' })
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select who from ${valueRows(bind, scope, report)}
      where bucket = ${bind.text(bucket.key)} and ${binSql(bind, place)} = ${bind.integer(asked.bin + place.from)} order by value desc, who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}

const binSql = (bind: Bindings, { edges }: Place): string =>
  `toUInt32(arrayCount(edge -> value >= toDecimal256(edge, 20), ${bind.texts(edges)}))`

/** One row for each person and interval: bucket, who, value (a decimal), currencies. Nobody known is nobody's value. */
function valueRows(bind: Bindings, scope: Scope, report: DistributionReport): string {
  const { measure, event } = report
  const property = 'property' in measure ? propertySql(bind, measure.property) : 'null'
  const money = 'property' in measure && isMoney(event, measure.property)
  const scan = { ...scope.scan(report), ...dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone) }
  return `(select bucket, who, assumeNotNull(${valueSql(measure)}) as value, ${money ? "groupUniqArray(10)(properties['currency'])" : 'emptyArrayString()'} as currencies
    from (select ${trendBucketSql(bind, scope.calendar, report.interval)} as bucket, who, properties, toDate(at, ${bind.text(scope.calendar.timezone)}) as day, ${decimalSql(property)} as number
      from ${scanEvents(bind, { ...scan, names: event === '*' ? undefined : [event] })} where who != 0 and ${matcherSql(bind, { event })})
    ${'property' in measure ? 'where number is not null' : ''} group by bucket, who)`
}

function valueSql({ of }: DistributionReport['measure']): string {
  if (of === 'times') return 'toDecimal256(count(), 20)'
  if (of === 'days') return 'toDecimal256(uniqExact(day), 20)'
  return of === 'avg' ? 'sum(number) / toDecimal256(count(), 0)' : `${of}(number)`
}

const extreme = (stats: Stats[], which: 'lowest' | 'highest', major: (text: string) => Big): Big | null =>
  stats.reduce<Big | null>((found, row) => {
    const one = major(row[which])
    return found === null || (which === 'lowest' ? one.lt(found) : one.gt(found)) ? one : found
  }, null)

function rowOf(stats: Stats | undefined, counts: number[], major: (text: string) => Big): DistributionResult['rows'][number] {
  if (!stats) return { persons: 0, mean: null, median: null, min: null, max: null, counts }
  const number = (value: Big) => Number(value.toFixed())
  return {
    persons: stats.persons,
    mean: number(major(stats.total).div(stats.persons)),
    median: number(major(stats.middles[0]).plus(major(stats.middles[1])).div(2)),
    min: number(major(stats.lowest)),
    max: number(major(stats.highest)),
    counts,
  }
}
