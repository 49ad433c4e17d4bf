import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import { minorFactor, onlyCurrency } from '../money.ts'
import { isMoney } from '../money-properties.ts'
import type { Matcher } from '../schema.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, decimalSql, matcherSql, namesOf, peopleSql, propertySql, scanEvents } from '../sql.ts'
import type { Paired } from './cuped.ts'
import type { ExperimentReport, Measure } from './schema.ts'

/** People on each side of the control group from one moment to another; `mixed` were on both. */
export type Controlled = { heldOut: readonly number[]; others: readonly number[]; mixed: readonly number[]; from: Date; to: Date }

/** A report with what was found out before anything is asked of ClickHouse. */
export type Asked = ExperimentReport & { controlled?: Controlled | undefined }

export type Variant = { name: string; persons: number; open: number }
export type Measured = { rows: Map<string, Paired>; currency?: string | undefined }

/**
 * One row for each exposed person: who, variant and moment (`since`, in milliseconds) of the first exposure, how many variants they
 * met, whether their window is over, and the number the exposure carries. The report's `where` looks at exposures alone.
 */
function exposedSql(bind: Bindings, scope: Scope, report: Asked): string {
  const { exposure, covariate, controlled } = report
  if (!exposure) return controlledSql(bind, controlled)
  const carried = covariate && 'property' in covariate ? `toFloat64(ifNull(${decimalSql(propertySql(bind, covariate.property))}, 0))` : '0.'
  const { timezone } = scope.calendar
  const dates = {
    from: report.dateFrom && dayRange(report.dateFrom, report.dateFrom, timezone).from,
    to: report.dateTo && dayRange(report.dateTo, report.dateTo, timezone).to,
  }
  const scan = { ...scope.scan(report), names: namesOf([exposure]), persons: askPersons([exposure]) }
  const matched = `select who, ms, id, ifNull(${propertySql(bind, exposure.variant)}, '') as group, ${carried} as number
    from ${scanEvents(bind, { ...scan, ...(dates.from ? { from: dates.from } : {}), ...(dates.to ? { to: dates.to } : {}) })} where who != 0 and ${matcherSql(bind, exposure)}`
  return `(select who, argMin(group, (ms, id)) as variant, min(ms) as since, uniqExact(group) as met, argMin(number, (ms, id)) as carried,
      ${report.windowDays === undefined ? '1' : `since + ${windowSql(bind, report)} <= ${bind.integer(scope.ctx.now().getTime())}`} as over
    from (${matched}) where group != '' group by who)`
}

/** The same of the company-wide control group, whose exposure is the first of its days. */
function controlledSql(bind: Bindings, controlled: Controlled | undefined): string {
  if (!controlled) throw new Error('the sides of the control group were read before')
  const { heldOut, others, mixed, from } = controlled
  const side = (variant: string, people: readonly number[], met: number): string =>
    `select who, ${bind.text(variant)} as variant, toInt64(${bind.integer(from.getTime())}) as since, ${met} as met, 0. as carried, 1 as over from ${peopleSql(people)}`
  return `(${side('held_out', heldOut, 1)} union all ${side('others', others, 1)} union all ${side('', mixed, 2)})`
}

const windowSql = (bind: Bindings, { windowDays = 0 }: ExperimentReport): string => bind.integer(windowDays * 86_400_000)

const VariantRow = z.object({ name: z.string(), persons: z.number(), open: z.number() })

/** The control first, the others by name. */
export async function readVariants(scope: Scope, report: Asked): Promise<Variant[]> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: VariantRow,
    sql: `select variant as name, count() as persons, countIf(not over) as open from ${exposedSql(bind, scope, report)}
      where met = 1 group by name order by name != ${bind.text(report.control)}, name`,
  })
}

const Who = z.object({ who: z.number() })
const mostNamed = 1000

export async function readExcluded(scope: Scope, report: Asked): Promise<{ count: number; persons: string[] }> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: Who,
    sql: `select who from ${exposedSql(bind, scope, report)} where met > 1 order by who`,
  })
  return { count: rows.length, persons: rows.slice(0, mostNamed).map(({ who }) => scope.nameOf(who)) }
}

/** What a person did: the measure `y` after the exposure, within the window, and the covariate `x` before it. */
function didSql(bind: Bindings, scope: Scope, report: Asked, index: number): string {
  const metric = report.metrics[index]
  if (!metric) throw new Error(`metric ${index} was checked before`)
  const before = report.covariate && 'event' in report.covariate ? report.covariate : undefined
  const { controlled } = report
  const after = `d.kind = 1 and d.ms >= e.since ${report.windowDays === undefined ? '' : `and d.ms < e.since + ${windowSql(bind, report)}`}
    ${controlled ? `and d.ms < ${bind.integer(controlled.to.getTime())}` : ''}`
  const earlier = before ? `d.kind = 2 and d.ms < e.since and d.ms >= e.since - ${bind.integer(before.days * 86_400_000)}` : '0'
  const acts = [actsSql(bind, scope, metric, 1), ...(before ? [actsSql(bind, scope, before, 2)] : [])].join(' union all ')
  return `(select e.who as who, any(e.variant) as variant, any(e.since) as since, ${taken(metric.measure, after)} as y,
      ${before ? taken(before.measure, earlier) : 'any(e.carried)'} as x, groupUniqArrayIf(5)(d.currency, ${after} and d.currency != '') as currencies
    from ${exposedSql(bind, scope, report)} as e left join (${acts}) as d on e.who = d.who
    where e.met = 1 and e.over group by e.who)`
}

function taken({ of }: Measure, when: string): string {
  if (of === 'sum') return `toFloat64(sumIf(d.value, ${when}))`
  const times = `countIf(${when})`
  return `toFloat64(${of === 'count' ? times : `${times} > ${of === 'converted' ? 0 : 1}`})`
}

/** The events that a measure looks at. Amounts that were corrected or paid back are events of their own. */
function actsSql(bind: Bindings, scope: Scope, act: Matcher & { measure: Measure; own?: true | undefined }, kind: 1 | 2): string {
  const value = act.measure.of === 'sum' ? `ifNull(${decimalSql(propertySql(bind, act.measure.property))}, 0)` : 'toDecimal256(0, 20)'
  const scan = { ...scope.scan({}), names: namesOf([act]), persons: askPersons([act]) }
  const money = act.measure.of === 'sum' && isMoney(act.event, act.measure.property)
  return `select who, ms, ${kind} as kind, ${value} as value, ${money ? "properties['currency']" : "''"} as currency
    from ${scanEvents(bind, scan)} where who != 0 and ${matcherSql(bind, act)} ${act.own ? `and name not in ${bind.texts(scope.settings.notActs)}` : ''}`
}

const MeasuredRow = z.object({
  variant: z.string(),
  n: z.number(),
  mean: z.number().nullable(),
  variance: z.number().nullable(),
  xMean: z.number().nullable(),
  xVariance: z.number().nullable(),
  covariance: z.number().nullable(),
  currencies: z.array(z.string()),
})

export async function readMeasures(scope: Scope, report: Asked, index: number): Promise<Measured> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: MeasuredRow,
    sql: `select variant, count() as n, avg(y) as mean, varSampStable(y) as variance, avg(x) as xMean,
        varSampStable(x) as xVariance, covarSampStable(x, y) as covariance, groupUniqArrayArray(5)(currencies) as currencies
      from ${didSql(bind, scope, report, index)} group by variant`,
  })
  const money = isMetricMoney(report, index)
  const currency = money
    ? (onlyCurrency(
        rows.flatMap(({ currencies }) => currencies),
        `metrics.${index}.where`,
      ) ?? scope.currency)
    : undefined
  const factor = currency ? minorFactor(currency) : 1
  return { rows: new Map(rows.map((row) => [row.variant, pairedOf(row, factor)])), ...(currency ? { currency } : {}) }
}

const DailyRow = z.object({
  variant: z.string(),
  day: z.string(),
  n: z.number(),
  mean: z.number(),
  variance: z.number().nullable(),
  did: z.number(),
})

/** What the people measured whose window ended on each day, by variant, in the order of days. Money in minor units. */
export async function readDaily(scope: Scope, report: Asked, index: number): Promise<z.infer<typeof DailyRow>[]> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: DailyRow,
    sql: `select variant, toString(toDate(fromUnixTimestamp64Milli(toInt64(since + ${windowSql(bind, report)})), ${bind.text(scope.calendar.timezone)})) as day,
        count() as n, avg(y) as mean, varSampStable(y) as variance, countIf(y != 0) as did
      from ${didSql(bind, scope, report, index)} group by variant, day order by day, variant`,
  })
}

function isMetricMoney({ metrics }: Asked, index: number): boolean {
  const metric = metrics[index]
  return metric?.measure.of === 'sum' && isMoney(metric.event, metric.measure.property)
}

const pairedOf = (row: z.infer<typeof MeasuredRow>, factor: number): Paired => ({
  n: row.n,
  mean: (row.mean ?? 0) / factor,
  variance: (row.variance ?? 0) / factor ** 2,
  xMean: row.xMean ?? 0,
  xVariance: row.xVariance ?? 0,
  covariance: (row.covariance ?? 0) / factor,
})

/** The people of a variant, of those who did or did not what a metric asks, or of those left out. */
export async function readPersons(scope: Scope, report: Asked, asked: NonNullable<ExperimentReport['persons']>): Promise<string[]> {
  const bind = bindings()
  const from = asked.metric === undefined ? exposedSql(bind, scope, report) : didSql(bind, scope, report, asked.metric)
  const conditions = [
    asked.metric !== undefined ? (asked.converted ? 'y != 0' : 'y = 0') : asked.excluded ? 'met > 1' : 'met = 1',
    ...(asked.variant === undefined ? [] : [`variant = ${bind.text(asked.variant)}`]),
  ]
  const rows = await scope.ask({
    params: bind.params,
    row: Who,
    sql: `select who from ${from} where ${conditions.join(' and ')} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
