import Big from 'big.js'
import { z } from 'zod'
import type { Bucket } from '../dates.ts'
import { minorFactor, onlyCurrency } from '../money.ts'
import { isMoney } from '../money-properties.ts'
import type { Frame } from '../route.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, decimalSql, matcherSql, propertySql, scanEvents } from '../sql.ts'
import { trendBucketSql } from './buckets.ts'
import { type Dates, type Group, groupSql, scanOf } from './groups.ts'
import type { Measure, TrendReport } from './schema.ts'
import { countsOfStores, trendFrame } from './stores.ts'

type Series = TrendReport['series'][number]
export type Line = { name: string; group: Group | undefined; values: (Big | null)[]; currency: string | undefined }

const Row = z.object({
  bucket: z.string(),
  value: z.string().nullable(),
  other: z.number(),
  events: z.number(),
  persons: z.number(),
  measured: z.string().nullable(),
  known: z.number(),
  currencies: z.array(z.string()),
})
type Row = z.infer<typeof Row>
export type Measured = Pick<Row, 'events' | 'persons' | 'measured' | 'known'>

/** All series over their intervals. What the stores know of them is one question. */
export async function measureAll(
  scope: Scope,
  report: TrendReport,
  { dates, buckets }: { dates: Dates; buckets: Bucket[] },
  groups: readonly (Group | undefined)[],
): Promise<Line[]> {
  const frames = report.series.map((series) => trendFrame(scope, report, series))
  const stored = askStores(scope, report, dates, frames)
  const lines = await Promise.all(
    report.series.map(async (series, i) => {
      const rows = frames[i] ? ((await stored).get(series.event) ?? []) : await askSeries(scope, report, dates, series, groups)
      return linesOf(scope, report, buckets, i, groups, rows)
    }),
  )
  return lines.flat()
}

/** Rows by event. */
async function askStores(
  scope: Scope,
  report: TrendReport,
  dates: Dates,
  frames: readonly (Frame | undefined)[],
): Promise<Map<string, Row[]>> {
  const frame = frames.find((one) => one !== undefined)
  if (!frame) return new Map()
  const bind = bindings()
  const names = report.series.flatMap(({ event }, i) => (frames[i] ? [event] : []))
  const found = await scope.ask({
    params: bind.params,
    row: StoredRow,
    sql: `select what, groupArray(bucket) as buckets, groupArray(events) as counts, groupArray(persons) as people
      from (${countsOfStores(bind, frame, report, dates, [...new Set(names)])}) group by what`,
  })
  const undivided = { value: null, other: 0, measured: null, known: 0, currencies: [] }
  return new Map(
    found.map(({ what, buckets, counts, people }) => [
      what,
      buckets.map((bucket, i) => ({ ...undivided, bucket, events: counts[i] ?? 0, persons: people[i] ?? 0 })),
    ]),
  )
}

/** An event a row: a year of twenty events by day would be seven thousand rows to read and check one by one. */
const StoredRow = z.object({
  what: z.string(),
  buckets: z.array(z.string()),
  counts: z.array(z.number()),
  people: z.array(z.number()),
})

/** A line for each value of the breakdown. */
function linesOf(
  scope: Scope,
  report: TrendReport,
  buckets: Bucket[],
  index: number,
  groups: readonly (Group | undefined)[],
  rows: Row[],
): Line[] {
  const series = report.series[index] as Series
  const { measure } = series
  const money = 'property' in measure && isMoney(series.event, measure.property)
  const told = () =>
    onlyCurrency(
      rows.flatMap(({ currencies }) => currencies),
      `series.${index}.where`,
    )
  const currency = money ? (told() ?? scope.currency) : undefined
  return groups.map((group) => ({
    name: series.name ?? nameOf(series),
    group,
    currency,
    values: valuesOf(measure, rowsOf(rows, group), buckets, currency, report.cumulative),
  }))
}

const nameOf = ({ event, measure }: Series): string => `${event} · ${measure.of}${'property' in measure ? `(${measure.property})` : ''}`

const rowsOf = (rows: Row[], group: Group | undefined): Map<string, Row> =>
  new Map(
    rows
      .filter((row) => group === undefined || ((row.other === 1) === group.other && (group.other || row.value === group.value)))
      .map((row) => [row.bucket, row]),
  )

/** Counted up, an interval without events stands where the one before it stood. */
function valuesOf(measure: Measure, rows: Map<string, Row>, buckets: Bucket[], currency: string | undefined, cumulative: boolean) {
  let last: Row | undefined
  return buckets.map(({ key }) => {
    const row = rows.get(key) ?? (cumulative ? last : undefined)
    last = row
    return pointOf(measure, row, currency)
  })
}

function askSeries(
  scope: Scope,
  report: TrendReport,
  dates: Dates,
  series: Series,
  groups: readonly (Group | undefined)[],
): Promise<Row[]> {
  const bind = bindings()
  const { measure } = series
  const money = 'property' in measure && isMoney(series.event, measure.property)
  const facts = seriesRows(bind, scope, report, dates, series, groups)
  const currencies = money ? "groupUniqArrayIf(10)(properties['currency'], number is not null)" : '[]'
  const sql = report.cumulative
    ? `select bucket, value, other, sum(eventsIn) over upto as events, uniqExactMerge(personsIn) over upto as persons, ${mergedSql(measure)} as measured, sum(knownIn) over upto as known, currencies
      from (select bucket, value, other, count() as eventsIn, uniqExactStateIf(who, who != 0) as personsIn, ${statesSql(measure)} as measuredIn, count(number) as knownIn, ${currencies} as currencies
        from ${facts} group by bucket, value, other)
      window upto as (partition by value, other order by bucket rows between unbounded preceding and current row)`
    : `select bucket, value, other, count() as events, uniqExactIf(who, who != 0) as persons, ${measuredSql(measure)} as measured, count(number) as known, ${currencies} as currencies
      from ${facts} group by bucket, value, other`
  return scope.ask({ params: bind.params, row: Row, sql })
}

/** The events of a series as who, bucket, value, other, properties, number. */
export function seriesRows(
  bind: Bindings,
  scope: Scope,
  report: TrendReport,
  dates: Dates,
  series: Series,
  groups: readonly (Group | undefined)[],
): string {
  const property = 'property' in series.measure ? propertySql(bind, series.measure.property) : 'null'
  return `(select ${trendBucketSql(bind, scope.calendar, report.interval)} as bucket, ${groupSql(bind, report, groups)}, who, properties, ${decimalSql(property)} as number
    from ${scanEvents(bind, scanOf(scope, report, dates, [series]))} where ${matcherSql(bind, series)})`
}

export function measuredSql({ of }: Measure): string {
  if (of === 'sum' || of === 'avg') return 'toString(sum(number))'
  if (of === 'min' || of === 'max') return `toString(${of}(number))`
  if (of === 'median') return 'toString((quantileExactLow(0.5)(number) + quantileExactHigh(0.5)(number)) / 2)'
  return 'null'
}

function statesSql({ of }: Measure): string {
  if (of === 'sum' || of === 'avg') return 'sum(number)'
  if (of === 'min' || of === 'max') return `${of}(number)`
  if (of === 'median') return '(quantileExactLowState(0.5)(number), quantileExactHighState(0.5)(number))'
  return '0'
}

function mergedSql({ of }: Measure): string {
  if (of === 'sum' || of === 'avg') return 'toString(sum(measuredIn) over upto)'
  if (of === 'min' || of === 'max') return `toString(${of}(measuredIn) over upto)`
  if (of === 'median')
    return 'toString((quantileExactLowMerge(0.5)(measuredIn.1) over upto + quantileExactHighMerge(0.5)(measuredIn.2) over upto) / 2)'
  return 'null'
}

/** A measured row's value; nothing measured is a sum of 0 and no average. */
export function pointOf(measure: Measure, row: Measured | undefined, currency: string | undefined): Big | null {
  if (measure.of === 'count') return new Big(row?.events ?? 0)
  if (measure.of === 'persons') return new Big(row?.persons ?? 0)
  if (measure.of === 'per_person') return row && row.persons > 0 ? new Big(row.events).div(row.persons) : null
  if (!row || row.known === 0 || row.measured === null) return measure.of === 'sum' ? new Big(0) : null
  const total = new Big(row.measured).div(currency ? minorFactor(currency) : 1)
  return measure.of === 'avg' ? total.div(row.known) : total
}
