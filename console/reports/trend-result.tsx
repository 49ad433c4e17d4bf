import { useText } from '#console/i18n/i18n.ts'
import { type Document, listOf, type Series, type Span, spanOf, textOf } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { valueName } from '#console/reports/funnel-result.tsx'
import { intervalLabel, isRunning, lastDay } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { useMeasureTitle } from '#console/reports/trend-editor.tsx'
import { Chart, type ChartSeries } from '#console/ui/chart.tsx'
import { currencySign, exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { TrendResult } from '#insight/reports/trend/schema.ts'

interface Line {
  name: string
  asked: Series | undefined
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
  const people = (line: Line, start: string) => {
    const day = start.slice(0, 10)
    const end = lastDay(start, interval)
    drill({
      title: `${line.name} · ${intervalLabel(start, interval)}`,
      report: behind(document, line, clip({ from: day, to: end }, spanOf(document))),
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
                    <Value
                      value={line.values[at]}
                      currency={line.currency}
                      onPick={canDrill(line, interval) ? () => people(line, start) : undefined}
                    />
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

function Value(props: { value: number | null | undefined; currency: string | undefined; onPick: (() => void) | undefined }) {
  const text = shown(props.value, props.currency)
  return props.value && props.onPick ? (
    <button type="button" className="number-button" onClick={props.onPick}>
      {text}
    </button>
  ) : (
    <span className={props.value ? '' : 'mute'}>{text}</span>
  )
}

const shown = (value: number | null | undefined, currency: string | undefined): string =>
  value === null || value === undefined ? '—' : `${currency ? currencySign(currency) : ''}${exactNumber(value)}`

/** Days as text sort like days. */
const clip = (one: Span, within: Span): Span => ({
  from: [one.from, within.from].sort()[1] ?? one.from,
  to: [one.to, within.to].sort()[0] ?? one.to,
})

const canDrill = (line: Line, interval: string): boolean => line.asked !== undefined && !line.other && interval !== 'hour'

/** The people of one value are those of a funnel of one step over the same days. */
function behind(document: Document, line: Line, span: { from: string; to: string }): Document {
  const breakdown = document.breakdown as { property?: string; scope?: 'person' } | undefined
  const only =
    breakdown?.property === undefined || line.value === undefined
      ? undefined
      : { property: breakdown.property, op: 'eq', value: line.value, ...(breakdown.scope === 'person' ? { scope: breakdown.scope } : {}) }
  const conditions = [line.asked?.where, only].filter((one) => one !== undefined)
  const where = conditions.length > 1 ? { and: conditions } : conditions[0]
  return {
    type: 'funnel',
    dateFrom: span.from,
    dateTo: span.to,
    ...(document.timezone ? { timezone: document.timezone } : {}),
    ...(document.where === undefined ? {} : { where: document.where }),
    steps: [{ event: line.asked?.event ?? '*', ...(where === undefined ? {} : { where }) }],
    persons: { step: 0 },
  }
}

/** The server names a line by its event and measure; here it gets the titles people know. */
function useLines(document: Document, result: TrendResult): Line[] {
  const { t } = useText()
  const title = useEventTitle()
  const measureTitle = useMeasureTitle()
  const series = listOf<Series & { name?: string }>(document.series)
  const named = new Map(series.map((one) => [one.name ?? `${one.event} · ${(one.measure ?? 'count').trim()}`, one]))
  const events = new Set(series.map(({ event }) => event))
  return result.series.map((line) => {
    const asked = document.formula === undefined ? named.get(line.name) : undefined
    const whole = asked ? (asked.name ?? `${title(asked.event)} · ${measureTitle(asked.measure ?? 'count')}`) : line.name
    const value = 'value' in line ? valueName(line.value, line.other, t) : undefined
    return {
      name: value === undefined ? whole : events.size === 1 && series.length === 1 ? value : `${whole} · ${value}`,
      asked,
      value: line.value,
      other: line.other === true,
      values: line.values,
      compare: line.compare,
      currency: line.currency,
    }
  })
}
