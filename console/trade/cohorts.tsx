import { Segmented } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { textOf } from '#console/reports/document.ts'
import { intervalLabel } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount, minorOf, shareText } from '#console/trade/amount.tsx'
import { CsvButton } from '#console/trade/csv-button.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { shortMoney } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { CohortRevenueResult } from '#insight/reports/cohort-revenue/schema.ts'

type Shown = 'buyers' | 'revenue' | 'ltv'
type Cohort = CohortRevenueResult['cohorts'][number]

/** Rows are whoever first bought in a month; the further right, the longer ago that was. */
export function CohortTable({ document, result, drill }: ResultProps<CohortRevenueResult>) {
  const { t } = useText()
  const [shown, setShown] = useState<Shown>('buyers')
  const cohorts = result.cohorts.map((cohort, place) => ({ ...cohort, place })).filter(({ size }) => size > 0)
  const longest = Math.max(0, ...cohorts.map(({ buyers }) => buyers.length))
  const most = Math.max(1, ...cohorts.flatMap((cohort) => valuesOf(cohort, shown)))
  const hasSpend = cohorts.some(({ spend }) => spend !== undefined)
  if (cohorts.length === 0) return null
  return (
    <Section
      flush
      title={t('trade.revenueCohorts')}
      note={t('trade.revenueNote')}
      actions={
        <>
          <Segmented
            aria-label={t('trade.revenueCohorts')}
            value={shown}
            onChange={setShown}
            options={(['buyers', 'revenue', 'ltv'] as const).map((value) => ({ value, label: t(`trade.shown.${value}`) }))}
          />
          <CsvButton
            name={`${t('trade.revenueCohorts')} ${t(`trade.shown.${shown}`)}`}
            head={[t('trade.cohort'), t('trade.size'), ...Array.from({ length: longest }, (_, i) => t('trade.after', { count: i }))]}
            rows={cohorts.map((cohort) => [cohort.start, cohort.size, ...valuesOf(cohort, shown)])}
          />
        </>
      }
    >
      <PlainScroll>
        <table className="plain-table heat">
          <thead>
            <tr>
              <th scope="col">{t('trade.cohort')}</th>
              <th scope="col" className="right">
                {t('trade.size')}
              </th>
              {hasSpend && (
                <>
                  <th scope="col" className="right">
                    {t('trade.spend')}
                  </th>
                  <th scope="col">{t('trade.payback')}</th>
                </>
              )}
              {Array.from({ length: longest }, (_, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its distance
                <th key={at} scope="col">
                  {t('trade.after', { count: at })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cohorts.map((cohort) => (
              <tr key={cohort.start}>
                <th scope="row" className="figure">
                  {intervalLabel(cohort.start, textOf(document.interval, 'month'))}
                </th>
                <td className="right">
                  <Count value={cohort.size} />
                </td>
                {hasSpend && <Payback cohort={cohort} currency={result.currency} />}
                {valuesOf(cohort, shown).map((value, at) => (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: a column is its distance
                    key={at}
                    className={at >= cohort.complete ? 'heat-cell open' : 'heat-cell'}
                    style={{ '--heat': `${Math.round(Math.sqrt(Math.max(0, value) / most) * 60)}%` } as object}
                  >
                    {shown === 'buyers' ? (
                      <button
                        type="button"
                        className="number-button"
                        disabled={value === 0}
                        title={shareText(value / cohort.size)}
                        onClick={() =>
                          drill({
                            title: `${intervalLabel(cohort.start, textOf(document.interval, 'month'))} · ${t('trade.after', { count: at })}`,
                            report: { ...document, persons: { cohort: cohort.place, interval: at } },
                          })
                        }
                      >
                        <Count value={value} />
                      </button>
                    ) : (
                      <Amount value={value} currency={result.currency} />
                    )}
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

function Payback({ cohort, currency }: { cohort: Cohort; currency: string }) {
  const { t } = useText()
  return (
    <>
      <td className="right">
        <Amount value={cohort.spend} currency={currency} />
      </td>
      <td className="figure">
        {cohort.spend === undefined ? '—' : cohort.payback == null ? t('trade.notYet') : t('trade.paybackAt', { count: cohort.payback })}
      </td>
    </>
  )
}

const valuesOf = ({ size, buyers, revenue, cumulative }: Cohort, shown: Shown): number[] =>
  shown === 'buyers' ? buyers : shown === 'revenue' ? revenue : cumulative.map((sum) => Math.round((sum / size) * 100) / 100)

const mostCurves = 6

/** Of everybody, and of each channel where the report is divided by it, the largest first. */
export function LifetimeCurve({ result: { curve, currency, channels = [] } }: { result: CohortRevenueResult }) {
  const { t, language } = useText()
  if (curve.length < 2) return null
  const largest = channels.toSorted((one, other) => other.size - one.size).slice(0, mostCurves)
  return (
    <Section>
      <Chart
        title={t('trade.curve')}
        unit={currency}
        note={t('trade.curveNote')}
        height={220}
        data={{
          kind: 'line',
          labels: curve.map(({ interval }) => t('trade.after', { count: interval })),
          series: [
            { name: largest.length > 0 ? t('ui.all') : t('trade.shown.ltv'), values: curve.map(({ value }) => value) },
            ...largest.map((one) => ({ name: one.value ?? t('trade.unknown'), values: one.curve.map(({ value }) => value) })),
          ],
          format: (value) => shortMoney(minorOf(value, currency) ?? 0, currency, language),
        }}
      />
    </Section>
  )
}
