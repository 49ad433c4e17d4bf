import { Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { percent } from '#console/ui/format.ts'

/** A headline number with its change; `better` says which direction is good, because more refunds are not. */
export function Stat(props: {
  name: string
  value: ReactNode
  hint?: string
  now?: number | undefined
  before?: number | undefined
  better?: 'more' | 'less'
}) {
  return (
    <div className="stat">
      <span className="stat-name">{props.hint ? <Tooltip title={props.hint}>{props.name}</Tooltip> : props.name}</span>
      <span className="stat-value">{props.value}</span>
      {props.now !== undefined && props.before !== undefined && (
        <Change now={props.now} before={props.before} better={props.better ?? 'more'} />
      )}
    </div>
  )
}

export const Stats = ({ children }: { children: ReactNode }) => <div className="stats">{children}</div>

/** Arrow and sign carry the direction: red means a rise to many Chinese readers and a fall to others. */
export function Change({ now, before, better = 'more' }: { now: number; before: number; better?: 'more' | 'less' }) {
  const { t } = useText()
  if (before === 0) return <span className="change flat">{now === 0 ? t('ui.unchanged') : t('ui.nothingBefore')}</span>
  if (now === before) return <span className="change flat">{t('ui.unchanged')}</span>
  const up = now > before
  const good = up === (better === 'more') ? 'good' : 'bad'
  const sign = up ? '▲ +' : '▼ −'
  // +3576.5 % is read by nobody.
  const times = now / before
  return (
    <span className={`change ${good}`} title={t('ui.comparedWith', { value: before.toLocaleString('en-US') })}>
      {times < 10
        ? `${sign}${percent(Math.abs(now - before), Math.abs(before))}`
        : t('ui.timesBefore', { times: times.toFixed(times < 100 ? 1 : 0) })}
    </span>
  )
}
