import { useText } from '#console/i18n/i18n.ts'
import { textOf } from '#console/reports/document.ts'
import { intervalLabel } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { shareText } from '#console/trade/amount.tsx'
import { Count } from '#console/ui/count.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { RepurchaseResult } from '#insight/reports/repurchase/schema.ts'

type Within = RepurchaseResult['cohorts'][number]['within'][number]

/** Bought again within so many days of the first order; groups whose window is open are hatched. */
export function FirstCohorts({ document, result, drill }: ResultProps<RepurchaseResult>) {
  const { t } = useText()
  const people = (cohort: number, { days }: Within, start: string) =>
    drill({
      title: `${intervalLabel(start, textOf(document.interval, 'month'))} · ${t('trade.within', { days })}`,
      report: { ...document, rows: 0, persons: { cohort, days } },
    })
  const cohorts = result.cohorts.map((one, cohort) => ({ ...one, cohort })).filter(({ size }) => size > 0)
  return (
    <Section flush title={t('trade.firstCohorts')} note={t('trade.firstCohortsNote')}>
      <PlainScroll>
        <table className="plain-table heat">
          <thead>
            <tr>
              <th scope="col">{t('trade.cohort')}</th>
              <th scope="col" className="right">
                {t('trade.size')}
              </th>
              {result.mean.map(({ days }) => (
                <th key={days} scope="col">
                  {t('trade.within', { days })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cohorts.map(({ start, size, within, cohort }) => (
              <tr key={start}>
                <th scope="row" className="figure">
                  {intervalLabel(start, textOf(document.interval, 'month'))}
                </th>
                <td className="right">
                  <Count value={size} />
                </td>
                {within.map((one) => (
                  <td
                    key={one.days}
                    className={one.open ? 'heat-cell open' : 'heat-cell'}
                    style={{ '--heat': `${heat(one, size)}%` } as object}
                    title={`${exactNumber(one.repeated)} / ${exactNumber(size)}${one.open ? ` · ${t('trade.open')}` : ''}`}
                  >
                    <button
                      type="button"
                      className="number-button"
                      disabled={one.repeated === 0}
                      onClick={() => people(cohort, one, start)}
                    >
                      {shareText(one.repeated / size)}
                    </button>
                  </td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row">{t('trade.mean')}</th>
              <td />
              {result.mean.map(({ days, rate, size, repeated }) => (
                <td key={days} className="figure" title={`${exactNumber(repeated)} / ${exactNumber(size)}`}>
                  <strong>{shareText(rate)}</strong>
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

const heat = ({ repeated }: Within, size: number): number => (size === 0 ? 0 : Math.round(Math.sqrt(repeated / size) * 60))
