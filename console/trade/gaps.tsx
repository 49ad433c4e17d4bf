import { useText } from '#console/i18n/i18n.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import type { IntervalResult } from '#insight/reports/interval/schema.ts'

const units = ['minute', 'hour', 'day'] as const

/** How long until the next one, as bars; who still waits is said beside them. */
export function Gaps({ document, result: { bins, open, median }, drill }: ResultProps<IntervalResult>) {
  const { t } = useText()
  const unit = t(`trade.units.${units.find((one) => one === document.unit) ?? 'day'}`)
  const labels = bins.map(({ from, to }) => (to === null ? t('trade.lengthAbove', { from, unit }) : t('trade.length', { from, to, unit })))
  const waiting = t('trade.gapsNote', { count: exactNumber(open) })
  const middle = median === null ? '' : ` · ${t('trade.medianLength', { value: Math.round(median * 10) / 10, unit })}`
  return (
    <Section>
      <Chart
        title={t('trade.gaps')}
        unit={t('trade.timesUnit')}
        note={
          <>
            {open === 0 ? (
              waiting
            ) : (
              <button
                type="button"
                className="number-button"
                onClick={() => drill({ title: t('trade.waitingPeople'), report: { ...document, persons: { open: true } } })}
              >
                {waiting}
              </button>
            )}
            {middle}
          </>
        }
        height={240}
        data={{ kind: 'bar', labels, series: [{ name: t('trade.timesUnit'), values: bins.map(({ intervals }) => intervals) }] }}
        onPick={(bin) => drill({ title: labels[bin] ?? '', report: { ...document, persons: { bin } } })}
      />
    </Section>
  )
}
