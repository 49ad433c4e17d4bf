import { useText } from '#console/i18n/i18n.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { shareText } from '#console/trade/amount.tsx'
import { Count } from '#console/ui/count.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { RepurchaseResult } from '#insight/reports/repurchase/schema.ts'

/** Who came back in the dates, and after how many days as a rule. */
export function RepurchaseFigures({ document, result, drill }: ResultProps<RepurchaseResult>) {
  const { t } = useText()
  const people = (of: 'buyers' | 'repeated', name: string, count: number) => (
    <button
      type="button"
      className="number-button"
      disabled={count === 0}
      onClick={() => drill({ title: t('trade.peopleOf', { name }), report: { ...document, rows: 0, persons: { of } } })}
    >
      <Count value={count} />
    </button>
  )
  const { median, lowerQuartile, upperQuartile } = result.cycle
  return (
    <Stats>
      <Stat name={t('trade.buyers')} value={people('buyers', t('trade.buyers'), result.buyers)} />
      <Stat name={t('trade.repeated')} value={people('repeated', t('trade.repeated'), result.repeated)} />
      <Stat name={t('trade.repurchaseRate')} value={shareText(result.rate)} />
      <Stat
        name={t('trade.cycle')}
        hint={`${t('trade.cycleHint')}${median === null ? '' : ` · ${t('trade.quartiles', { low: lowerQuartile ?? 0, high: upperQuartile ?? 0 })}`}`}
        value={median === null ? '—' : t('trade.days', { count: median })}
      />
    </Stats>
  )
}
