import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { Nothing } from '#console/trade/nothing.tsx'
import { Count } from '#console/ui/count.tsx'
import { currencySign, exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import type { QuadrantResult } from '#insight/reports/quadrant/schema.ts'

/** Two by two: to the right who buys more often, above who spends more at a time. */
export function QuadrantResultView({ document, result, drill }: ResultProps<QuadrantResult>) {
  const { t, language } = useText()
  const { customers, currency, thresholds, quadrants } = result
  if (customers === 0) return <Nothing title={t('value.noBuyers')} hint={t('value.noBuyersHint')} />
  const amount = quadrants.reduce((sum, one) => sum + one.amount, 0)
  const ordered = (['much', 'both', 'neither', 'often'] as const).flatMap((key) => quadrants.find((one) => one.key === key) ?? [])
  return (
    <Section
      title={t('value.quadrants')}
      note={t('value.quadrantsNote', {
        count: exactNumber(customers),
        frequency: thresholds.frequency ?? '—',
        value: `${currencySign(currency)}${exactNumber(thresholds.orderValue ?? 0)}`,
      })}
    >
      <div className="quadrants">
        <span className="rfm-head note">{t('value.seldom')}</span>
        <span className="rfm-head note">{t('value.often')}</span>
        {ordered.map((one) => (
          <button
            key={one.key}
            type="button"
            className={`rfm-card ${one.key === 'both' || one.key === 'much' ? 'high' : 'low'}`}
            disabled={one.count === 0}
            onClick={() =>
              drill({ title: language === 'zh' ? one.name : one.nameEn, report: change(document, { persons: { quadrant: one.key } }) })
            }
          >
            <span className="rfm-name">{language === 'zh' ? one.name : one.nameEn}</span>
            <span className="stat-value">
              <Count value={one.count} /> <small className="note">{percent(one.count, customers)}</small>
            </span>
            <span className="note figure">
              <Amount value={one.amount} currency={currency} /> · {t('value.ofAmount', { share: percent(one.amount, amount) })}
            </span>
            <span className="note figure">
              {t('value.orderCount', { count: exactNumber(one.orders) })} · {t('value.perOrder')}{' '}
              <Amount value={one.orderValue} currency={currency} />
            </span>
            <span className="rfm-advice note">{t(`value.quadrantAdvice.${one.key}`)}</span>
          </button>
        ))}
      </div>
    </Section>
  )
}
