import { type Translate, useText } from '#console/i18n/i18n.ts'
import { change, textOf } from '#console/reports/document.ts'
import { intervalLabel, isRunning } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { currencySign, exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import type { DistributionResult } from '#insight/reports/distribution/schema.ts'

/** Persons by bin: a bar for each over the whole time, stacked by bin over intervals; every number opens its people. */
export function DistributionResultView({ document, result, drill }: ResultProps<DistributionResult>) {
  const { t } = useText()
  const { bins, rows, intervals, currency } = result
  const interval = textOf(document.interval, 'period')
  const counted = !/\(/.test(textOf(document.measure, 'times'))
  const names = bins.map((bin) => binName(bin, counted, currency, t))
  const labels = intervals.map((start) => (interval === 'period' ? t('reports.intervals.period') : intervalLabel(start, interval)))
  const single = interval === 'period' ? rows[0] : undefined
  const open = (at: number, bin: number) =>
    drill({ title: `${names[bin]} · ${labels[at]}`, report: change(document, { persons: { interval: at, bin } }) })
  return (
    <>
      <Section>
        <Chart
          title={t('reports.types.distribution')}
          unit={t('reports.people')}
          height={300}
          {...(single ? { onPick: (index: number) => open(0, index) } : {})}
          data={
            single
              ? { kind: 'bar', labels: names, series: [{ name: t('reports.people'), values: single.counts }] }
              : {
                  kind: 'stack',
                  labels,
                  incomplete: isRunning(result),
                  series: names.map((name, bin) => ({ name, values: rows.map(({ counts }) => counts[bin] ?? 0) })),
                }
          }
        />
      </Section>
      <Section flush title={t('reports.figures')}>
        <div className="plain-scroll tall">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t('ui.interval')}</th>
                <th scope="col" className="right">
                  {t('reports.people')}
                </th>
                <th scope="col" className="right">
                  {t('reports.mean')}
                </th>
                <th scope="col" className="right">
                  {t('reports.medianName')}
                </th>
                {names.map((name) => (
                  <th key={name} scope="col" className="right">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, at) => (
                <tr key={intervals[at]}>
                  <th scope="row" className="figure">
                    {labels[at]}
                  </th>
                  <td className="right figure">{exactNumber(row.persons)}</td>
                  <td className="right figure">{row.mean === null ? '—' : exactNumber(row.mean)}</td>
                  <td className="right figure">{row.median === null ? '—' : exactNumber(row.median)}</td>
                  {row.counts.map((count, bin) => (
                    <td key={names[bin]} className="right figure">
                      {count === 0 ? (
                        <span className="mute">0</span>
                      ) : (
                        <button type="button" className="number-button" title={percent(count, row.persons)} onClick={() => open(at, bin)}>
                          {exactNumber(count)}
                        </button>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </>
  )
}

function binName({ from, to }: DistributionResult['bins'][number], counted: boolean, currency: string | undefined, t: Translate): string {
  const shown = (value: number) => `${currency ? currencySign(currency) : ''}${exactNumber(value)}`
  if (from === null) return t('reports.binBelow', { to: shown(to ?? 0) })
  if (to === null) return t('reports.binFrom', { from: shown(from) })
  return counted && to === from + 1 ? shown(from) : `${shown(from)} – ${shown(to)}`
}
