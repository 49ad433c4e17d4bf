import { Skeleton } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { MetricCard } from '#console/metrics/metric-card.tsx'
import { type Span, useMetricValues } from '#console/metrics/queries.ts'
import { Section } from '#console/ui/page.tsx'

/** The private domain's own core figures beside money. Scores move slowly, so that a point a week is enough. */
const keys = ['gmv', 'relationship_score', 'loyalty_score'] as const

export function ScoreCards({ span, days }: { span: Span; days: number }) {
  const { t } = useText()
  const values = useMetricValues(keys, span, 'week')
  return (
    <Section title={t('scores.cards')} note={t('scores.cardsNote')}>
      {values.data ? (
        <div className="metric-grid">
          {values.data.items.map((value) => (
            <MetricCard key={value.key} value={value} days={days} />
          ))}
        </div>
      ) : (
        <Skeleton active />
      )}
    </Section>
  )
}
