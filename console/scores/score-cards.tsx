import { Skeleton } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { MetricCard } from '#console/metrics/metric-card.tsx'
import { type MetricValue, type Span, useMetricValues } from '#console/metrics/queries.ts'
import { Section } from '#console/ui/page.tsx'

/** The private domain's own core figures beside money. Scores move slowly, so that a point a week is enough. */
const keys = ['gmv', 'paid_amount', 'relationship_score', 'loyalty_score'] as const

export function ScoreCards({ span, days }: { span: Span; days: number }) {
  const { t } = useText()
  const values = useMetricValues(keys, span, 'week')
  return (
    <Section title={t('scores.cards')} note={t('scores.cardsNote')}>
      {values.data ? (
        <div className="metric-grid">
          {shown(values.data.items).map((value) => (
            <MetricCard key={value.key} value={value} days={days} />
          ))}
        </div>
      ) : (
        <Skeleton active />
      )}
    </Section>
  )
}

/** Money by what was placed; shops that tell of payments only have no placed orders, then it is what was paid. */
function shown(items: readonly MetricValue[]): MetricValue[] {
  const placed = (items.find(({ key }) => key === 'gmv')?.result?.total ?? 0) > 0
  return items.filter(({ key }) => key !== (placed ? 'paid_amount' : 'gmv'))
}
