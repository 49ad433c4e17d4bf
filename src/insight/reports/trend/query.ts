import type Big from 'big.js'
import { addDays, dayRange, daysBetween } from '#platform/time.ts'
import { completeOf } from '../dates.ts'
import { onlyCurrency } from '../money.ts'
import type { Scope } from '../scope.ts'
import { trendBuckets } from './buckets.ts'
import { evaluateFormula, type Formula, moneyPower, parseFormula } from './formula.ts'
import type { Dates, Group } from './groups.ts'
import { type Line, measureAll } from './measure.ts'
import { groupsOf, trendPeople } from './people.ts'
import type { TrendReport, TrendResult } from './schema.ts'

export async function runTrend(scope: Scope, report: TrendReport): Promise<TrendResult> {
  const groups = await groupsOf(scope, report)
  const buckets = trendBuckets(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  const [current, before, persons] = await Promise.all([
    measureAll(scope, report, { dates: report, buckets }, groups),
    report.compare ? measureEarlier(scope, report, report.compare, groups) : undefined,
    report.persons ? trendPeople(scope, report, report.persons, groups) : undefined,
  ])
  const lines = withFormula(report, current)
  const compared = before && withFormula(report, before)
  return {
    intervals: buckets.map(({ label }) => label),
    series: lines.map((line, i) => present(line, compared?.[i], buckets.length)),
    ...completeOf(buckets, scope.ctx.now(), dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone).to),
    ...(persons ? { persons } : {}),
  }
}

function measureEarlier(scope: Scope, report: TrendReport, compare: NonNullable<TrendReport['compare']>, groups: (Group | undefined)[]) {
  const dates = earlier(report, compare)
  const buckets = trendBuckets(scope.calendar, report.interval, dates.dateFrom, dates.dateTo)
  return measureAll(scope, report, { dates, buckets }, groups)
}

/** 环比: the days just before, as many of them. 同比: the same dates a year earlier. */
export function earlier({ dateFrom, dateTo }: Dates, compare: 'previous_period' | 'previous_year'): Dates {
  const days = daysBetween(dateFrom, dateTo) + 1
  if (compare === 'previous_period') return { dateFrom: addDays(dateFrom, -days), dateTo: addDays(dateFrom, -1) }
  return { dateFrom: aYearBefore(dateFrom), dateTo: aYearBefore(dateTo) }
}

const aYearBefore = (day: string): string => {
  const same = `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`
  return same.endsWith('02-29') ? same.replace('02-29', '02-28') : same
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
      currency: currencyOf(formula, (letter) => lineOf(letter)?.currency),
      values: (lines[g]?.values ?? []).map((_, i) => evaluateFormula(formula, (letter) => lineOf(letter)?.values[i] ?? null)),
    }
  })
}

/** Money by people is money, money by money is a share. */
function currencyOf(formula: Formula, of: (letter: string) => string | undefined): string | undefined {
  const found = new Set<string>()
  const power = moneyPower(formula, (letter) => {
    const currency = of(letter)
    if (currency) found.add(currency)
    return currency !== undefined
  })
  const currency = onlyCurrency([...found], 'formula')
  return power === 1 ? currency : undefined
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
