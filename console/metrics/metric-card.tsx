import { Link } from '@tanstack/react-router'
import { Tooltip } from 'antd'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { exactFigure, figureText } from '#console/metrics/figure.ts'
import type { MetricValue } from '#console/metrics/queries.ts'
import { Spark } from '#console/metrics/spark.tsx'
import { Change } from '#console/ui/stat.tsx'
import { isRate } from '#insight/metrics/change.ts'
import '#console/metrics/metrics.css'

/** One key number: value, against before, against its target, and its run; the name opens all about it. */
export function MetricCard(props: { value: MetricValue; days: number; big?: boolean; weak?: boolean; hint?: string | undefined }) {
  const { t, language } = useText()
  const may = useMay()
  const { key, result, problem, target } = props.value
  if (!result)
    return (
      <div className="metric-card">
        <span className="metric-name">{key}</span>
        <span className="note">{problem?.message}</span>
      </div>
    )
  const { metric, total, before, values, complete, currency } = result
  const name = !may('reports.read') ? (
    metric[language]
  ) : (
    <Link to="/metric-dictionary/$metricKey" params={{ metricKey: key }} search={{}}>
      {metric[language]}
    </Link>
  )
  return (
    <div className={`metric-card${props.big ? ' big' : ''}${props.weak ? ' weak' : ''}`}>
      <span className="metric-name">
        {props.hint ? <Tooltip title={props.hint}>{name}</Tooltip> : name}
        {props.weak && <span className="flag">{t('metrics.weakest')}</span>}
      </span>
      <span className="metric-value" title={exactFigure(total, metric.unit, currency, language)}>
        {figureText(total, metric.unit, currency, language)}
      </span>
      <span className="note">
        {/* Against nothing there is no change to tell; what it was stands beside. */}
        {total !== null && before !== null && before !== undefined && (before !== 0 || total === 0 || isRate(metric.unit)) && (
          <Change now={total} before={before} better={metric.better} rate={isRate(metric.unit)} />
        )}{' '}
        <span className="before">
          {t('metrics.beforeOf', { value: figureText(before, metric.unit, currency, language), days: props.days })}
        </span>
      </span>
      {target !== null && <TargetLine value={total} target={target} text={figureText(target, metric.unit, currency, language)} />}
      {/* What still runs would look like a fall. A share that no single day can have is no flat line. */}
      {values.some((value) => value !== null && value !== 0) && <Spark values={values.slice(0, complete)} />}
    </div>
  )
}

function TargetLine({ value, target, text }: { value: number | null; target: number; text: string }) {
  const { t } = useText()
  const share = value === null || target === 0 ? 0 : value / target
  return (
    <span className="target-line">
      <progress max={1} value={Math.max(0, Math.min(1, share))} aria-label={t('metrics.target')} />
      <span className="figure">
        {Math.round(share * 100)}% · {t('metrics.targetOf', { value: text })}
      </span>
    </span>
  )
}
