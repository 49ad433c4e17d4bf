import { Link } from '@tanstack/react-router'
import { Skeleton } from 'antd'
import { weakestOf } from '#console/boards/grid.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { exactFigure, figureText } from '#console/metrics/figure.ts'
import { MetricCard } from '#console/metrics/metric-card.tsx'
import { type DictionaryEntry, type MetricValue, type Span, useDictionary, useMetricValues } from '#console/metrics/queries.ts'
import { State } from '#console/metrics/state.tsx'
import { Section } from '#console/ui/page.tsx'
import { Change } from '#console/ui/stat.tsx'
import { isRate } from '#insight/metrics/change.ts'
import '#console/metrics/metrics.css'

/** One number for each of the four loops, and money. */
const keys = ['new_customers', 'active_rate', 'paid_amount', 'net_amount', 'valid_customers', 'repurchase_rate'] as const

/** What can be computed of each stage today; the others stand in the dictionary with what they wait for. */
const stages = {
  acquisition: ['wecom_adds', 'net_adds', 'cost_per_add'],
  activation: ['first_act_rate', 'group_join_rate', 'icebreak_rate'],
  retention: ['active_rate', 'silent_customers', 'churned_customers'],
  revenue: ['aov', 'new_buyers', 'repurchase_rate'],
  referral: ['sharers'],
} as const

const stageNames = ['acquisition', 'activation', 'retention', 'revenue', 'referral'] as const

/** Cards and stages are one question: what their metrics have in common is counted once. */
const useLoopValues = (span: Span) => useMetricValues([...new Set([...keys, ...stageNames.flatMap((stage) => stages[stage])])], span)

export function LoopCards({ span, days }: { span: Span; days: number }) {
  const { t } = useText()
  const items = useLoopValues(span).data?.items.filter(({ key }) => keys.some((one) => one === key))
  const weak = weakestOf(items ?? [])
  return (
    <Section title={t('metrics.loopsTitle')} note={t('metrics.loopsNote')}>
      {items ? (
        <div className="metric-grid">
          {items.map((value) => (
            <MetricCard key={value.key} value={value} days={days} weak={value.key === weak} />
          ))}
        </div>
      ) : (
        <Skeleton active />
      )}
    </Section>
  )
}

/** AARRR: the stage that went furthest the wrong way against its own past is marked. */
export function Stages({ span, days }: { span: Span; days: number }) {
  const { t } = useText()
  const values = useLoopValues(span)
  const unfed = useDictionary().data?.items.filter(({ state }) => state === 'unfed')
  const shown = new Set<string>(stageNames.flatMap((stage) => stages[stage]))
  const items = values.data?.items.filter(({ key }) => shown.has(key)) ?? []
  const weak = weakestOf(items)
  return (
    <Section flush title={t('metrics.aarrr')} note={t('metrics.aarrrNote', { days })}>
      {values.data ? (
        <div className="aarrr">
          {stageNames.map((stage) => (
            <div key={stage}>
              <h3>{t(`metrics.stages.${stage}`)}</h3>
              <ul>
                {stages[stage].map((key) => (
                  <Line
                    key={key}
                    value={items.find((one) => one.key === key)}
                    unfed={unfed?.find((entry) => entry.key === key)}
                    weak={key === weak}
                  />
                ))}
              </ul>
            </div>
          ))}
        </div>
      ) : (
        <Skeleton active />
      )}
    </Section>
  )
}

function Line({ value, unfed, weak }: { value: MetricValue | undefined; unfed: DictionaryEntry | undefined; weak: boolean }) {
  const { t, language } = useText()
  if (!value?.result) return null
  const { metric, before, currency } = value.result
  // No events have come yet: that is not zero.
  const total = unfed ? null : value.result.total
  return (
    <li className={weak ? 'weak' : ''}>
      <span className="note">
        <Link to="/metric-dictionary/$metricKey" params={{ metricKey: value.key }} search={{}}>
          {metric[language]}
        </Link>{' '}
        {weak && <span className="flag">{t('metrics.weakest')}</span>}
      </span>
      <span className="metric-value" title={exactFigure(total, metric.unit, currency, language)}>
        {figureText(total, metric.unit, currency, language)}
      </span>
      {total !== null && before !== null && before !== undefined && (
        <Change now={total} before={before} better={metric.better} rate={isRate(metric.unit)} />
      )}
      {unfed && <State entry={unfed} />}
    </li>
  )
}
