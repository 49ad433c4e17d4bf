import { Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { exactNumber, percent } from '#console/ui/format.ts'
import { movedFrom, signOf } from '#insight/metrics/change.ts'

/** A headline number with its change; `better` says which direction is good, because more refunds are not. */
export function Stat(props: {
  name: string
  value: ReactNode
  hint?: string
  now?: number | undefined
  before?: number | undefined
  better?: 'more' | 'less'
  rate?: boolean
}) {
  return (
    <div className="stat">
      <span className="stat-name">{props.hint ? <Tooltip title={props.hint}>{props.name}</Tooltip> : props.name}</span>
      <span className="stat-value">{props.value}</span>
      {props.now !== undefined && props.before !== undefined && (
        <Change now={props.now} before={props.before} better={props.better ?? 'more'} rate={props.rate ?? false} />
      )}
    </div>
  )
}

export const Stats = ({ children }: { children: ReactNode }) => <div className="stats">{children}</div>

/** Arrow and sign carry the direction: red means a rise to many Chinese readers and a fall to others. `rate`: a share, which moves in points. */
export function Change(props: { now: number; before: number; better?: 'more' | 'less'; rate?: boolean }) {
  const { t } = useText()
  const { now, before, better = 'more', rate = false } = props
  const moved = movedFrom(now, before, rate)
  if (moved === 'unchanged') return <span className="change flat">{t('ui.unchanged')}</span>
  if (moved === 'from_nothing') return <span className="change flat">{t('ui.nothingBefore')}</span>
  const good = now > before === (better === 'more') ? 'good' : 'bad'
  const value = rate ? percent(before, 1) : before.toLocaleString('en-US')
  return (
    <span className={`change ${good}`} title={t('ui.comparedWith', { value })}>
      {moved.in === 'times'
        ? t('ui.timesBefore', { times: moved.by.toFixed(moved.by < 100 ? 1 : 0) })
        : moved.in === 'percent'
          ? `${signOf(moved.by)}${percent(Math.abs(moved.by), 100)}`
          : `${signOf(moved.by)}${pointsText(moved.by, t)}`}
    </span>
  )
}

/** A difference of two rates, without its sign. */
export const pointsText = (points: number, t: Translate): string =>
  t('ui.points', { points: exactNumber(Math.round(Math.abs(points) * 10) / 10) })
