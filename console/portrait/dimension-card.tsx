import { UsergroupAddOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button, Tooltip } from 'antd'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import type { Whom } from '#console/portrait/queries.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { exactNumber, percent, shortNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import type { PortraitDimension } from '#insight/reports/portrait/schema.ts'

type Value = PortraitDimension['values'][number]

/** One dimension: shares as bars, the base as a mark on each, and how far apart they are. */
export function DimensionCard(props: { dimension: PortraitDimension; other: PortraitDimension | undefined; within: Whom }) {
  const { t } = useText()
  const { dimension, other } = props
  const nameOf = useValueName(dimension)
  const otherOf = (value: string | null) => other?.values.find((one) => one.value === value)
  const most = Math.max(
    ...dimension.values.map((one) => Math.max(one.share ?? 0, one.baseShare ?? 0, otherOf(one.value)?.share ?? 0)),
    0.0001,
  )
  return (
    <Section
      title={dimension.name ?? textOr(`portrait.dimensions.${dimension.key}`, dimension.key)}
      {...(dimension.many ? { note: t('portrait.many') } : {})}
    >
      <table className="portrait-table">
        <thead>
          <tr>
            <th>{t('portrait.value')}</th>
            <th>
              <ShareHead name={t('portrait.share')} />
            </th>
            <th className="tgi-column">
              <Tooltip title={t('portrait.tgiNote')}>TGI</Tooltip>
            </th>
            {other && (
              <th>
                <ShareHead name={t('portrait.withShare')} />
              </th>
            )}
            {other && <th className="tgi-column">TGI</th>}
            <th className="act-column" aria-label={t('segments.create')} />
          </tr>
        </thead>
        <tbody>
          {dimension.values.map((one) => (
            <tr key={one.value ?? ''}>
              <th scope="row" title={nameOf(one)}>
                {nameOf(one)}
              </th>
              <td>
                <Share value={one} most={most} t={t} />
              </td>
              <td className="tgi-column">
                <Tgi value={one} />
              </td>
              {other && (
                <td>
                  <Share value={otherOf(one.value)} most={most} t={t} />
                </td>
              )}
              {other && <td className="tgi-column">{otherOf(one.value) && <Tgi value={otherOf(one.value) ?? one} />}</td>}
              <td>
                <ToSegment rule={one.rule} within={props.within} name={nameOf(one)} count={one.count} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {dimension.more > 0 && <p className="note">{t('portrait.more', { count: dimension.more })}</p>}
    </Section>
  )
}

function ShareHead({ name }: { name: string }) {
  const { t } = useText()
  return (
    <span className="portrait-share">
      <span>{name}</span>
      <span />
      <span className="note figure">{t('portrait.people')}</span>
    </span>
  )
}

function Share({ value, most, t }: { value: Value | undefined; most: number; t: Translate }) {
  const { language } = useText()
  if (!value || value.share === null) return <span className="mute">—</span>
  return (
    <div
      className="portrait-share"
      title={`${exactNumber(value.count)} · ${t('portrait.baseIs', { share: percent(value.baseShare ?? 0, 1), count: exactNumber(value.baseCount) })}`}
    >
      <span className="portrait-bar" aria-hidden>
        <span className="portrait-fill" style={{ width: `${(value.share / most) * 100}%` }} />
        <span className="portrait-mark" style={{ left: `${((value.baseShare ?? 0) / most) * 100}%` }} />
      </span>
      <span className="figure">{percent(value.share, 1)}</span>
      <span className="note figure">{shortNumber(value.count, language)}</span>
    </div>
  )
}

/** Far from 100 is what matters; with too few people it is pale. */
export function Tgi({ value }: { value: { tgi: number | null; few: boolean } }) {
  const { t } = useText()
  if (value.tgi === null) return <span className="mute">—</span>
  const tone = value.few ? 'few' : value.tgi >= 120 ? 'high' : value.tgi <= 80 ? 'low' : ''
  const sign = value.few ? '' : value.tgi >= 120 ? '▲ ' : value.tgi <= 80 ? '▼ ' : ''
  return (
    <span className={`tgi figure ${tone}`} title={value.few ? t('portrait.few') : undefined}>
      {sign}
      {Math.round(value.tgi)}
      {value.few && <sup>*</sup>}
    </span>
  )
}

/** These people, within those the portrait is of, as the start of a new segment. */
export function ToSegment({ rule, within, name, count }: { rule: unknown; within: Whom | undefined; name: string; count: number }) {
  const { t } = useText()
  const navigate = useNavigate()
  if (rule === null || count === 0) return null
  const isEverybody = !within || (Array.isArray(within.and) && within.and.length === 0)
  const whole = isEverybody ? rule : { and: [within, rule] }
  return (
    <Button
      type="text"
      size="small"
      icon={<UsergroupAddOutlined />}
      aria-label={`${t('segments.asSegment')} ${name}`}
      title={t('segments.asSegment')}
      onClick={() => void navigate({ to: '/segments/$segmentId', params: { segmentId: 'new' }, search: { rule: JSON.stringify(whole) } })}
    />
  )
}

function useValueName({ key }: PortraitDimension): (value: Value) => string {
  const { t } = useText()
  const titleOf = useEventTitle()
  return ({ value, label }) => {
    if (value === null) return t(key === 'lastDaysAgo' ? 'portrait.neverBought' : 'portrait.unknown')
    if (key === 'event') return titleOf(value)
    if (key === 'hour') return `${value}:00`
    return textOr(`portrait.values.${key}.${value}`, label ?? value)
  }
}
