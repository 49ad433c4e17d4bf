import Big from 'big.js'
import { z } from 'zod'
import { addDays, dayRange, daysBetween } from '#platform/time.ts'
import { type Bucket, bucketSql, bucketsOf } from '../dates.ts'
import { isMoney, minorFactor, onlyCurrency } from '../money.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, decimalSql, matcherSql, propertySql, type Scan, scanEvents } from '../sql.ts'
import { evaluateFormula, parseFormula } from './formula.ts'
import type { Measure, TrendReport, TrendResult } from './schema.ts'

type Series = TrendReport['series'][number]
/** What a breakdown splits by: one value, absent, or the rest. */
type Group = { value: string | null; other: boolean }
type Line = { name: string; group: Group | undefined; values: (Big | null)[]; currency: string | undefined }
type Dates = { dateFrom: string; dateTo: string }

export async function runTrend(scope: Scope, report: TrendReport): Promise<TrendResult> {
  const now: Dates = report
  const groups = report.breakdown ? await topGroups(scope, report) : [undefined]
  const [current, before] = await Promise.all([
    measureAll(scope, report, now, groups),
    report.compare ? measureAll(scope, report, earlier(report), groups) : undefined,
  ])
  const buckets = bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  const lines = withFormula(report, current)
  const compared = before && withFormula(report, before)
  return { intervals: buckets.map(({ label }) => label), series: lines.map((line, i) => present(line, compared?.[i], buckets.length)) }
}

/** 环比: the days just before, as many of them. 同比: the same dates a year earlier. */
function earlier({ dateFrom, dateTo, compare }: TrendReport): Dates {
  const days = daysBetween(dateFrom, dateTo) + 1
  if (compare === 'previous_period') return { dateFrom: addDays(dateFrom, -days), dateTo: addDays(dateFrom, -1) }
  return { dateFrom: aYearBefore(dateFrom), dateTo: aYearBefore(dateTo) }
}

const aYearBefore = (day: string): string => {
  const same = `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`
  return same.endsWith('02-29') ? same.replace('02-29', '02-28') : same
}

async function measureAll(scope: Scope, report: TrendReport, dates: Dates, groups: (Group | undefined)[]): Promise<Line[]> {
  const buckets = bucketsOf(scope.calendar, report.interval, dates.dateFrom, dates.dateTo)
  const lines = await Promise.all(report.series.map((series, i) => measureSeries(scope, report, dates, buckets, series, i, groups)))
  return lines.flat()
}

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

async function measureSeries(
  scope: Scope,
  report: TrendReport,
  dates: Dates,
  buckets: Bucket[],
  series: Series,
  index: number,
  groups: (Group | undefined)[],
): Promise<Line[]> {
  const bind = bindings()
  const { measure } = series
  const property = 'property' in measure ? propertySql(bind, measure.property) : 'null'
  const money = 'property' in measure && isMoney(series.event, measure.property)
  const rows = await scope.ask({
    params: bind.params,
    row: Row,
    sql: `select bucket, value, other, count() as events, uniqExactIf(who, who != 0) as persons, ${measuredSql(measure)} as measured, count(number) as known,
        ${money ? "groupUniqArrayIf(10)(properties['currency'], number is not null)" : '[]'} as currencies
      from (select ${bucketSql(bind, scope.calendar, report.interval)} as bucket, ${groupSql(bind, report, groups)}, who, properties, ${decimalSql(property)} as number
        from ${scanEvents(bind, scanOf(scope, report, dates, [series]))} where ${matcherSql(bind, series)})
      group by bucket, value, other`,
  })
  const currency = money
    ? onlyCurrency(
        rows.flatMap(({ currencies }) => currencies),
        `series.${index}.where`,
      )
    : undefined
  const name = series.name ?? nameOf(series)
  return groups.map((group) => {
    const own = new Map(
      rows
        .filter((row) => group === undefined || ((row.other === 1) === group.other && (group.other || row.value === group.value)))
        .map((row) => [row.bucket, row]),
    )
    return {
      name,
      group,
      currency: money ? (currency ?? scope.currency) : undefined,
      values: buckets.map(({ key }) => pointOf(measure, own.get(key), currency)),
    }
  })
}

const nameOf = ({ event, measure }: Series): string => `${event} · ${measure.of}${'property' in measure ? `(${measure.property})` : ''}`

const measuredSql = ({ of }: Measure): string =>
  of === 'sum' || of === 'avg'
    ? 'toString(sum(number))'
    : of === 'min' || of === 'max'
      ? `toString(${of}(number))`
      : of === 'median'
        ? 'toString((quantileExactLow(0.5)(number) + quantileExactHigh(0.5)(number)) / 2)'
        : 'null'

function pointOf(measure: Measure, row: z.infer<typeof Row> | undefined, currency: string | undefined): Big | null {
  if (measure.of === 'count') return new Big(row?.events ?? 0)
  if (measure.of === 'persons') return new Big(row?.persons ?? 0)
  if (measure.of === 'per_person') return row && row.persons > 0 ? new Big(row.events).div(row.persons) : null
  const factor = currency ? minorFactor(currency) : 1
  if (!row || row.known === 0 || row.measured === null) return measure.of === 'sum' ? new Big(0) : null
  const total = new Big(row.measured).div(factor)
  return measure.of === 'avg' ? total.div(row.known) : total
}

const scanOf = (scope: Scope, report: TrendReport, { dateFrom, dateTo }: Dates, series: readonly Series[]): Scan => ({
  ...scope.scan(report),
  ...dayRange(dateFrom, dateTo, scope.calendar.timezone),
  names: series.some(({ event }) => event === '*') ? undefined : [...new Set(series.map(({ event }) => event))],
  persons: report.breakdown?.scope === 'person' || askPersons(series),
})

/** The values with the most events over all series keep a line of their own; one choice for all series, so that formulas line up. */
async function topGroups(scope: Scope, report: TrendReport): Promise<Group[]> {
  const bind = bindings()
  const { property, scope: of, limit } = report.breakdown ?? { property: '', scope: 'event', limit: 1 }
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ value: z.string().nullable() }),
    sql: `select ${propertySql(bind, property, of)} as value from ${scanEvents(bind, scanOf(scope, report, report, report.series))}
      where ${report.series.map((series) => `(${matcherSql(bind, series)})`).join(' or ')}
      group by value order by count() desc, value is null, value limit ${limit + 1}`,
  })
  const top = rows.slice(0, limit).map(({ value }) => ({ value, other: false }))
  return rows.length > limit ? [...top, { value: 'Other', other: true }] : top
}

function groupSql(bind: Bindings, report: TrendReport, groups: (Group | undefined)[]): string {
  if (!report.breakdown) return 'null::Nullable(String) as value, 0 as other'
  const own = groups.filter((group) => group !== undefined && !group.other)
  const texts = own.flatMap((group) => (group?.value == null ? [] : [group.value]))
  const property = propertySql(bind, report.breakdown.property, report.breakdown.scope)
  const kept = [
    ...(texts.length > 0 ? [`ifNull(has(${bind.texts(texts)}, ${property}), 0)`] : []),
    ...(own.some((group) => group?.value === null) ? [`(${property}) is null`] : []),
  ]
  return `toUInt8(not (${kept.join(' or ') || '0'})) as other, if(other = 1, null, ${property}) as value`
}

/** With a formula, its lines are the answer, one for each value of the breakdown. */
function withFormula(report: TrendReport, lines: Line[]): Line[] {
  if (report.formula === undefined) return lines
  const formula = parseFormula(report.formula)
  const perSeries = lines.length / report.series.length
  return Array.from({ length: perSeries }, (_, g) => {
    const lineOf = (letter: string) => lines[(letter.charCodeAt(0) - 65) * perSeries + g]
    return {
      name: String(report.formula),
      group: lines[g]?.group,
      currency: undefined,
      values: (lines[g]?.values ?? []).map((_, i) => evaluateFormula(formula, (letter) => lineOf(letter)?.values[i] ?? null)),
    }
  })
}

function present(line: Line, before: Line | undefined, length: number): TrendResult['series'][number] {
  const numbers = (values: (Big | null)[]) => values.map((value) => (value === null ? null : Number(value.toFixed())))
  return {
    name: line.name,
    ...(line.group ? { value: line.group.value, ...(line.group.other ? { other: true as const } : {}) } : {}),
    values: numbers(line.values),
    ...(before ? { compare: numbers(Array.from({ length }, (_, i) => before.values[i] ?? null)) } : {}),
    ...(line.currency ? { currency: line.currency } : {}),
  }
}
