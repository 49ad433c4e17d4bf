import { digitsOf } from '#platform/money.ts'
import { isRate, movedFrom, signOf } from '../metrics/change.ts'
import type { MetricResult } from '../reports/metric/schema.ts'

type Language = 'zh' | 'en'

export type Line = { name: string; value: string; change: string; target: string }

/** One metric as a line of text: name, value, change against before, target. */
export function lineOf(result: MetricResult, target: number | null, language: Language): Line {
  const { metric, total, before, currency } = result
  const shown = (value: number | null) => figure(value, metric.unit, currency, language)
  return {
    name: metric[language],
    value: shown(total),
    change: changeOf(total, before ?? null, language, isRate(metric.unit)),
    target: target === null ? '' : shown(target),
  }
}

function figure(value: number | null, unit: MetricResult['metric']['unit'], currency: string | undefined, language: Language): string {
  if (value === null) return '—'
  if (unit === 'share') return `${round(value * 100, 1)}%`
  if (unit === 'days') return `${round(value, 1)}${language === 'zh' ? ' 天' : ' d'}`
  if (unit === 'minutes') return `${round(value, 1)}${language === 'zh' ? ' 分钟' : ' min'}`
  if (currency)
    return `${currency === 'CNY' ? '¥' : `${currency} `}${value.toLocaleString('en-US', { maximumFractionDigits: digitsOf(currency) })}`
  return round(value, 2)
}

const round = (value: number, digits: number): string => value.toLocaleString('en-US', { maximumFractionDigits: digits })

/** The same rule as on the console's cards (../metrics/change.ts). */
export function changeOf(now: number | null, before: number | null, language: Language, rate = false): string {
  if (now === null || before === null) return ''
  const moved = movedFrom(now, before, rate)
  if (moved === 'from_nothing') return ''
  if (moved === 'unchanged') return before === 0 ? '' : language === 'zh' ? '持平' : 'unchanged'
  if (moved.in === 'times') return `▲ ×${round(moved.by, moved.by < 100 ? 1 : 0)}`
  const by = round(Math.abs(moved.by), 1)
  return `${signOf(moved.by)}${moved.in === 'percent' ? `${by}%` : language === 'zh' ? `${by} 个百分点` : `${by} points`}`
}

/** What WeCom takes of one message, in UTF-8. */
export const mostBytes = 2048

/** Title, lines, link. Lines that find no room are left out and counted, because a cut message loses its end without a word. */
export function textOf(title: string, lines: readonly Line[], url: string, language: Language): string {
  const rows = lines.map(({ name, value, change, target }) =>
    [`${name}　${value}`, change, target && `${language === 'zh' ? '目标' : 'target'} ${target}`].filter(Boolean).join('　'),
  )
  const bytes = (text: string) => Buffer.byteLength(text)
  const build = (count: number): string => {
    const left = rows.length - count
    const more = left > 0 ? [language === 'zh' ? `还有 ${left} 项，打开看板查看` : `${left} more on the board`] : []
    return [title, ...rows.slice(0, count), ...more, url].join('\n')
  }
  for (let count = rows.length; count > 0; count--) if (bytes(build(count)) <= mostBytes) return build(count)
  return build(0)
}
