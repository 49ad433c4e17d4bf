import { useText } from '#console/i18n/i18n.ts'
import { change, listOf, type Matcher, textOf } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { StepHeads } from '#console/reports/funnel-rows.tsx'
import { intervalLabel } from '#console/reports/labels.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { FunnelResult } from '#insight/reports/funnel/schema.ts'

type Props = ResultProps<FunnelResult> & { trend: NonNullable<FunnelResult['trend']> }

/** How many of those who began in an interval came to the end, interval by interval. */
export function FunnelTrend({ document, trend, drill }: Props) {
  const { t } = useText()
  const title = useEventTitle()
  const steps = listOf<Matcher>(document.steps)
  const labels = trend.map(({ start }) => intervalLabel(start, textOf(document.trend)))
  const people = (step: number, interval: number) =>
    drill({
      title: `${t('reports.cameTo', { step: title(steps[step]?.event ?? '') })} · ${labels[interval]}`,
      report: change(document, { persons: { step, interval }, breakdown: undefined, segments: undefined }),
    })
  return (
    <>
      <Section>
        <Chart
          title={t('reports.funnelTrend')}
          unit="%"
          note={t('reports.funnelTrendNote')}
          height={240}
          data={{
            kind: 'line',
            labels,
            series: [
              {
                name: t('reports.wholeRate'),
                values: trend.map(({ conversionRate }) => (conversionRate === null ? null : Math.round(conversionRate * 1000) / 10)),
              },
            ],
            format: (value) => `${value}%`,
          }}
        />
      </Section>
      <Section flush title={t('reports.funnelTrendTable')}>
        <PlainScroll className="tall">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t('ui.interval')}</th>
                <StepHeads steps={steps} />
              </tr>
            </thead>
            <tbody>
              {trend.map(({ start, steps: counts, conversionRate }, interval) => (
                <tr key={start}>
                  <th scope="row" className="figure">
                    {labels[interval]}
                  </th>
                  {counts.map(({ count }, step) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
                    <td key={step} className="right">
                      <PeopleNumber value={count} onClick={() => people(step, interval)} />
                    </td>
                  ))}
                  <td className="right figure">{conversionRate === null ? '—' : percent(conversionRate, 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </PlainScroll>
      </Section>
    </>
  )
}
