import type { LayersResult } from '../reports/layers/schema.ts'
import type { MetricResult } from '../reports/metric/schema.ts'
import type { QuadrantResult } from '../reports/quadrant/schema.ts'
import type { RfmResult } from '../reports/rfm/schema.ts'
import type { ScoreResult } from '../reports/score/schema.ts'
import type { TrendResult } from '../reports/trend/schema.ts'
import type { Line } from './words.ts'

export type Language = 'zh' | 'en'

/** What can be drawn of an answer: as much as a picture on a phone can hold. */
export type Figure = {
  title: string
  kind: 'line' | 'bar'
  labels: string[]
  series: { name: string; values: (number | null)[] }[]
}

const mostSeries = 5

export const shown = (value: number | null | undefined): string => value?.toLocaleString('en-US', { maximumFractionDigits: 2 }) ?? '—'

/** The run of a metric over its intervals; one point is no run. */
export function metricFigure({ metric, intervals, values }: MetricResult, language: Language): Figure[] {
  if (values.filter((value) => value !== null).length < 2) return []
  return [{ title: metric[language], kind: 'line', labels: intervals, series: [{ name: metric[language], values }] }]
}

/** An answer of a saved report as lines of a table and a drawing; undefined for types that a message cannot hold. */
export function told(type: string, name: string, result: unknown, language: Language): { lines: Line[]; figure?: Figure } | undefined {
  const bars = (pairs: [string, number][]) => ({
    lines: pairs.map(([label, value]) => line(`${name} · ${label}`, shown(value))),
    figure: {
      title: name,
      kind: 'bar' as const,
      labels: pairs.map(([label]) => label),
      series: [{ name, values: pairs.map(([, value]) => value) }],
    },
  })
  const named = (one: { name: string; nameEn: string }) => (language === 'zh' ? one.name : one.nameEn)
  switch (type) {
    case 'funnel':
      return bars((result as { steps: { count: number }[] }).steps.map(({ count }, i) => [String(i + 1), count]))
    case 'rfm':
      return bars((result as RfmResult).groups.map((group) => [named(group), group.count]))
    case 'quadrant':
      return bars((result as QuadrantResult).quadrants.map((quadrant) => [named(quadrant), quadrant.count]))
    case 'layers':
      return bars((result as LayersResult).layers.map((layer) => [named(layer), layer.count]))
    case 'score':
      return toldScore(name, result as ScoreResult)
    default:
      return undefined
  }
}

export const line = (name: string, value: string, change = ''): Line => ({ name, value, change, target: '' })

function toldScore(name: string, { mean, trend }: ScoreResult) {
  const lines = [line(name, mean === null ? '—' : mean.toFixed(1))]
  if (!trend) return { lines }
  const values = trend.map((one) => one.mean)
  return { lines, figure: { title: name, kind: 'line' as const, labels: trend.map(({ day }) => day), series: [{ name, values }] } }
}

export const trendFigure = (name: string, { intervals, series }: TrendResult): Figure => ({
  title: name,
  kind: 'line',
  labels: intervals,
  series: series.slice(0, mostSeries).map((one) => ({ name: one.value ?? one.name, values: one.values })),
})
