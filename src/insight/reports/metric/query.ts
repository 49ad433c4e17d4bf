import type Big from 'big.js'
import { onlyCurrency } from '../money.ts'
import type { Scope } from '../scope.ts'
import { evaluateFormula, type Formula, moneyPower, parseFormula } from '../trend/formula.ts'
import { countPart } from './count.ts'
import type { Counted } from './counted.ts'
import type { Metric, Part } from './definition.ts'
import { valueNames } from './dimensions.ts'
import { findMetric } from './find.ts'
import { metricPeople } from './people.ts'
import type { MetricReport, MetricResult } from './schema.ts'
import { type Spans, spansOf } from './spans.ts'
import { countParts } from './together/together.ts'

/** One metric over its dates: the whole, its intervals, what it was before, its parts, split by a dimension, the people behind it. */
export async function runMetric(scope: Scope, report: MetricReport): Promise<MetricResult> {
  const metric = await findMetric(scope.ctx, report.metric)
  const spans = spansOf(scope, report)
  const { breakdown } = report
  const [result, split, persons] = await Promise.all([
    presentMetric(metric, spans, countParts({ scope, report }, spans, [metric])),
    breakdown && Promise.all(metric.parts.map((part) => countPart({ scope, report }, spans, metric, part, breakdown.dimension))),
    report.persons && metricPeople(scope, report, spans, metric, report.persons),
  ])
  return {
    ...result,
    ...(split ? { breakdown: await splitValues(scope, report, formulaOf(metric), split, spans) } : {}),
    ...(persons ? { persons } : {}),
  }
}

/** A metric's numbers out of those of its parts, which it may share with others. */
export async function presentMetric(metric: Metric, spans: Spans, countOf: (part: Part) => Promise<Counted>): Promise<MetricResult> {
  const formula = formulaOf(metric)
  const counted = await Promise.all(metric.parts.map(countOf))
  const value = (isNow: boolean, key: string): number | null => numberAt(formula, counted, isNow, key)
  const currency = currencyOf(formula, counted)
  const unknown = counted.find((part) => part.unknown)?.unknown
  return {
    metric: described(metric),
    total: value(true, ''),
    ...(spans.before ? { before: value(false, '') } : {}),
    intervals: spans.now.buckets.map(({ label }) => label),
    values: spans.now.buckets.map(({ key }) => value(true, key)),
    ...(spans.before ? { compare: comparedWith(spans).map((key) => (key === undefined ? null : value(false, key))) } : {}),
    parts: metric.parts.map(({ zh, en }, i) => ({ letter: letterOf(i), zh, en, total: number(counted[i]?.at(true, '') ?? null) })),
    ...(currency ? { currency } : {}),
    ...(unknown ? { unknown } : {}),
    ...spans.complete,
  }
}

const formulaOf = ({ expression = 'A' }: Metric): Formula => parseFormula(expression)

const letterOf = (index: number): string => String.fromCharCode(65 + index)
const number = (value: Big | null): number | null => (value === null ? null : Number(value.toFixed()))

/** The interval at the same place in the span before. */
const comparedWith = ({ now, before }: Spans): (string | undefined)[] => now.buckets.map((_, i) => before?.buckets[i]?.key)

const numberAt = (formula: Formula, counted: readonly Counted[], isNow: boolean, key: string, value?: string | null): number | null =>
  number(evaluateFormula(formula, (letter) => counted[letter.charCodeAt(0) - 65]?.at(isNow, key, value) ?? null))

async function splitValues(scope: Scope, report: MetricReport, formula: Formula, split: Counted[], spans: Spans) {
  const { dimension, limit } = report.breakdown ?? { dimension: '', limit: 0 }
  const nameOf = await valueNames(scope, dimension)
  const values = [...new Set(split.flatMap((part) => part.values))].slice(0, limit)
  return values.map((value) => ({
    ...nameOf(value),
    total: numberAt(formula, split, true, '', value),
    ...(spans.before ? { before: numberAt(formula, split, false, '', value) } : {}),
  }))
}

function currencyOf(formula: Formula, counted: readonly Counted[]): string | undefined {
  const of = (letter: string) => counted[letter.charCodeAt(0) - 65]
  const currency = onlyCurrency(
    counted.flatMap((part) => part.currency ?? []),
    'where',
  )
  return moneyPower(formula, (letter) => of(letter)?.money === true) === 1 ? currency : undefined
}

const described = ({ key, zh, en, unit, better, loop }: Metric): MetricResult['metric'] => ({ key, zh, en, unit, better, loop })
