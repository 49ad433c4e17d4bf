import { useText } from '#console/i18n/i18n.ts'
import { exactFigure, figureText } from '#console/metrics/figure.ts'
import { change, type Document, textOf } from '#console/reports/document.ts'
import { intervalLabel, isRunning } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Section } from '#console/ui/page.tsx'
import { Change } from '#console/ui/stat.tsx'
import { isRate } from '#insight/metrics/change.ts'
import type { MetricResult } from '#insight/reports/metric/schema.ts'
import '#console/metrics/metrics.css'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'

/** A metric's run, what it is made of and how it splits; every number of people opens them. */
export function MetricResultView(props: ResultProps<MetricResult>) {
  const { t, language } = useText()
  const { document, result, drill } = props
  const { metric, intervals, values, compare, currency } = result
  const interval = textOf(document.interval, 'day')
  const scale = metric.unit === 'share' ? 100 : 1
  const scaled = (all: (number | null)[]) => all.map((value) => (value === null ? null : Math.round(value * scale * 1e4) / 1e4))
  return (
    <>
      <Section>
        <Chart
          title={metric[language]}
          unit={metric.unit === 'share' ? '%' : (currency ?? t(`metrics.units.${metric.unit}`))}
          note={<Headline {...props} />}
          height={300}
          onPick={(index) =>
            drill({
              title: `${metric[language]} · ${intervalLabel(intervals[index] ?? '', interval)}`,
              report: change(document, { persons: { interval: index } }),
            })
          }
          data={{
            kind: 'line',
            labels: intervals.map((start) => intervalLabel(start, interval)),
            incomplete: isRunning(result),
            ...(metric.unit === 'share' ? { format: (value: number) => `${value.toFixed(1)}%` } : {}),
            series: [
              { name: metric[language], values: scaled(values) },
              ...(compare ? [{ name: t(beforeKey(document)), values: scaled(compare), compare: true, color: 0 }] : []),
            ],
          }}
        />
      </Section>
      {result.breakdown && <Split {...props} />}
      {result.parts.length > 1 && <Parts {...props} />}
    </>
  )
}

const beforeKey = ({ compare }: Document) => (compare === 'previous_year' ? 'metrics.compareYear' : 'metrics.compare')

function Headline({ document, result, drill }: ResultProps<MetricResult>) {
  const { t, language } = useText()
  const { metric, total, before, currency } = result
  return (
    <span className="metric-headline">
      <button
        type="button"
        className="number-button"
        title={t('metrics.people')}
        onClick={() => drill({ title: metric[language], report: change(document, { persons: {} }) })}
      >
        {figureText(total, metric.unit, currency, language)}
      </button>{' '}
      {/* Against nothing there is no change to tell; what it was stands beside. */}
      {total !== null && before !== null && before !== undefined && (before !== 0 || total === 0 || isRate(metric.unit)) && (
        <Change now={total} before={before} better={metric.better} rate={isRate(metric.unit)} />
      )}{' '}
      {result.unknown && t(`metrics.unknown.${result.unknown}`)}{' '}
      {before !== undefined && `${t(beforeKey(document))} ${figureText(before, metric.unit, currency, language)}`}
    </span>
  )
}

function Split({ document, result, drill }: ResultProps<MetricResult>) {
  const { t, language } = useText()
  const { metric, breakdown = [], currency } = result
  const most = Math.max(1e-9, ...breakdown.map(({ total }) => total ?? 0))
  const { dimension } = document.breakdown as { dimension: string }
  return (
    <Section flush title={t('metrics.splitTitle', { dimension: dimensionName(dimension, t) })} note={t('metrics.splitNote')}>
      <PlainScroll className="metric-split">
        <table className="plain-table">
          <tbody>
            {breakdown.map(({ value, name, total, before }) => (
              <tr key={value ?? 'none'}>
                <th scope="row">{name ?? <span className="mute">{t('metrics.none')}</span>}</th>
                <td className="right">
                  <span className="bar-cell">
                    <span style={{ width: `${Math.max(2, ((total ?? 0) / most) * 160)}px` }} />
                    <button
                      type="button"
                      className="number-button figure"
                      onClick={() =>
                        drill({
                          title: `${metric[language]} · ${name ?? t('metrics.none')}`,
                          report: change(document, { persons: { value } }),
                        })
                      }
                    >
                      {exactFigure(total, metric.unit, currency, language)}
                    </button>
                  </span>
                </td>
                <td className="right">
                  {total !== null && before !== null && before !== undefined && (
                    <Change now={total} before={before} better={metric.better} rate={isRate(metric.unit)} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

function Parts({ document, result, drill }: ResultProps<MetricResult>) {
  const { t, language } = useText()
  return (
    <Section flush title={t('metrics.parts')}>
      <table className="plain-table">
        <tbody>
          {result.parts.map(({ letter, zh, en, total }) => {
            const name = language === 'zh' ? zh : en
            return (
              <tr key={letter}>
                <th scope="row">
                  {letter} · {name}
                </th>
                <td className="right">
                  <button
                    type="button"
                    className="number-button figure"
                    onClick={() =>
                      drill({
                        title: t('metrics.peopleOf', { name: result.metric[language], part: name }),
                        report: change(document, { persons: { part: letter } }),
                      })
                    }
                  >
                    {exactFigure(total, 'number', undefined, language)}
                  </button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Section>
  )
}

const named = ['channel', 'employee', 'tag', 'shop', 'region', 'product', 'source', 'group', 'addWay', 'page'] as const

export function dimensionName(dimension: string, t: ReturnType<typeof useText>['t']): string {
  const known = named.find((one) => one === dimension)
  return known ? t(`metrics.dimensions.${known}`) : dimension.replace(/^(property|attribute):/, '')
}
