import { useText } from '#console/i18n/i18n.ts'
import { change, textOf } from '#console/reports/document.ts'
import { intervalLabel, isRunning } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { type LifecycleResult, lifecycleStatuses } from '#insight/reports/lifecycle/schema.ts'
import type { StickinessResult } from '#insight/reports/stickiness/schema.ts'

export function LifecycleResultView({ document, result, drill }: ResultProps<LifecycleResult>) {
  const { t } = useText()
  const interval = textOf(document.interval, 'day')
  const labels = result.intervals.map((start) => intervalLabel(start, interval))
  return (
    <>
      <Section>
        <Chart
          title={t('reports.lifecycleResult')}
          unit={t('reports.people')}
          note={t('reports.lifecycleNote')}
          height={300}
          data={{
            kind: 'stack',
            labels,
            incomplete: isRunning(result),
            series: lifecycleStatuses.map((status, index) => ({
              name: t(`reports.statuses.${status}`),
              values: result[status],
              color: lifecycleColors[index] ?? index,
            })),
          }}
        />
      </Section>
      <Section flush title={t('reports.figures')}>
        <PlainScroll className="tall">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t('ui.interval')}</th>
                {lifecycleStatuses.map((status) => (
                  <th key={status} scope="col" className="right">
                    {t(`reports.statuses.${status}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {result.intervals.map((start, at) => (
                <tr key={start}>
                  <th scope="row" className="figure">
                    {labels[at]}
                  </th>
                  {lifecycleStatuses.map((status) => {
                    const value = result[status][at] ?? 0
                    return (
                      <td key={status} className="right figure">
                        {value === 0 ? (
                          <span className="mute">0</span>
                        ) : (
                          <button
                            type="button"
                            className="number-button"
                            onClick={() =>
                              drill({
                                title: `${t(`reports.statuses.${status}`)} · ${labels[at]}`,
                                report: change(document, { persons: { interval: at, status } }),
                              })
                            }
                          >
                            {exactNumber(value)}
                          </button>
                        )}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </PlainScroll>
      </Section>
    </>
  )
}

/** Loss is the red of the eight, the rest as everywhere. */
const lifecycleColors = [0, 1, 2, 5]

export function StickinessResultView({ document, result, drill }: ResultProps<StickinessResult>) {
  const { t } = useText()
  const interval = textOf(document.interval, 'day')
  const unit = interval === 'hour' || interval === 'week' || interval === 'month' ? interval : 'day'
  const counts = result.personsByActiveIntervals
  const labels = counts.map((_count, at) => t(`reports.active.${unit}`, { number: at + 1 }))
  const all = counts.reduce((sum, count) => sum + count, 0)
  const repeat = all - (counts[0] ?? 0)
  return (
    <Section>
      <Chart
        title={t('reports.stickinessResult')}
        unit={t('reports.people')}
        note={[
          t('reports.stickinessNote', { all: exactNumber(all), repeat: exactNumber(repeat), share: percent(repeat, all) }),
          ...(isRunning(result) ? [t('reports.stickinessRunning')] : []),
        ].join(' · ')}
        height={320}
        onPick={(at) => counts[at] && drill({ title: labels[at] ?? '', report: change(document, { persons: { intervals: at + 1 } }) })}
        data={{
          kind: 'bar',
          labels,
          series: [{ name: t('reports.people'), values: counts }],
        }}
      />
    </Section>
  )
}
