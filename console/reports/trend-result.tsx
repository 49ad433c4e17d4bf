import { Dropdown } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { change, type Document, listOf, type Series, textOf } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'

import { intervalLabel, isRunning, valueName } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { useMeasureTitle } from '#console/reports/trend-editor.tsx'
import { Chart, type ChartSeries } from '#console/ui/chart.tsx'
import { currencySign, exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { TrendResult } from '#insight/reports/trend/schema.ts'

interface Line {
  name: string
  /** The series that its numbers come from, by their place: one, or those of a formula, whose people are people of its parts. */
  parts: { series: number; name: string }[]
  value: string | null | undefined
  other: boolean
  values: (number | null)[]
  compare: (number | null)[] | undefined
  currency: string | undefined
}

export function TrendResultView(props: ResultProps<TrendResult>) {
  const { t } = useText()
  const { document, result } = props
  const lines = useLines(document, result)
  const interval = textOf(document.interval, 'day')
  const [currency] = [...new Set(lines.map((line) => line.currency))]
  const single = lines.every((line) => line.currency === currency) ? currency : undefined
  return (
    <>
      <Section>
        <Chart
          title={lines.length === 1 && lines[0] ? lines[0].name : t('reports.trendResult')}
          {...(single ? { unit: single } : {})}
          height={320}
          data={{
            kind: 'line',
            labels: result.intervals.map((start) => intervalLabel(start, interval)),
            incomplete: isRunning(result),
            series: lines.flatMap((line, color): ChartSeries[] => [
              { name: line.name, values: line.values, color },
              ...(line.compare ? [{ name: `${line.name} · ${t('reports.before')}`, values: line.compare, compare: true, color }] : []),
            ]),
          }}
        />
      </Section>
      <Figures {...props} lines={lines} interval={interval} />
    </>
  )
}

function Figures({ document, result, drill, lines, interval }: ResultProps<TrendResult> & { lines: Line[]; interval: string }) {
  const { t } = useText()
  const people = (line: Line, part: Line['parts'][number], at: number) => {
    const { value, other } = line
    const of = other ? { other: true } : value === undefined ? {} : { value }
    const names = [...new Set([part.name, line.name])].join(' · ')
    drill({
      title: `${names} · ${intervalLabel(result.intervals[at] ?? '', interval)}`,
      report: change(document, { persons: { series: part.series, interval: at, ...of }, compare: undefined }),
    })
  }
  return (
    <Section flush title={t('reports.figures')}>
      <PlainScroll className="tall">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('ui.interval')}</th>
              {lines.map((line) => (
                <th key={line.name} scope="col" className="right">
                  {line.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.intervals.map((start, at) => (
              <tr key={start}>
                <th scope="row" className="figure">
                  {intervalLabel(start, interval)}
                </th>
                {lines.map((line) => (
                  <td key={line.name} className="right figure">
                    <Value value={line.values[at]} currency={line.currency} parts={line.parts} onPick={(part) => people(line, part, at)} />
                    {line.compare && <div className="note">{shown(line.compare[at], line.currency)}</div>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

function Value(props: {
  value: number | null | undefined
  currency: string | undefined
  parts: Line['parts']
  onPick: (part: Line['parts'][number]) => void
}) {
  const text = shown(props.value, props.currency)
  const [only, ...more] = props.parts
  if (!props.value || !only) return <span className={props.value ? '' : 'mute'}>{text}</span>
  const button = (onClick?: () => void) => (
    <button type="button" className="number-button" {...(onClick ? { onClick } : {})}>
      {text}
    </button>
  )
  if (more.length === 0) return button(() => props.onPick(only))
  const items = props.parts.map((part) => ({ key: String(part.series), label: part.name, onClick: () => props.onPick(part) }))
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      {button()}
    </Dropdown>
  )
}

const shown = (value: number | null | undefined, currency: string | undefined): string =>
  value === null || value === undefined ? '—' : `${currency ? currencySign(currency) : ''}${exactNumber(value)}`

/** The server names a line by its event and measure; here it gets the titles people know. Lines come series by series. */
function useLines(document: Document, result: TrendResult): Line[] {
  const { t } = useText()
  const title = useEventTitle()
  const measureTitle = useMeasureTitle()
  const series = listOf<Series & { name?: string }>(document.series)
  const called = series.map((one) => one.name ?? `${title(one.event)} · ${measureTitle(one.measure ?? 'count')}`)
  const formula = textOf(document.formula)
  const perSeries = Math.max(1, formula === '' ? result.series.length / series.length : result.series.length)
  const letters = formula === '' ? [] : [...new Set(formula.toUpperCase().match(/[A-T]/g) ?? [])].sort()
  return result.series.map((line, i) => {
    const at = Math.floor(i / perSeries)
    const whole = (formula === '' ? called[at] : undefined) ?? line.name
    const value = 'value' in line ? valueName(line.value, line.other, t) : undefined
    return {
      name: value === undefined ? whole : series.length === 1 ? value : `${whole} · ${value}`,
      parts:
        formula === ''
          ? [{ series: at, name: whole }]
          : letters.map((letter) => ({
              series: letter.charCodeAt(0) - 65,
              name: `${letter} · ${called[letter.charCodeAt(0) - 65] ?? ''}`,
            })),
      value: line.value,
      other: line.other === true,
      values: line.values,
      compare: line.compare,
      currency: line.currency,
    }
  })
}
