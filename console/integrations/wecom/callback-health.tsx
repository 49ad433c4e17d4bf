import { Segmented, Skeleton } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { useCallbackHealth } from '#console/integrations/wecom/queries.ts'
import { CopyText } from '#console/integrations/wecom/support.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { exactNumber, timeOfDay } from '#console/ui/format.ts'
import { Columns, Section, Stack } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { CallbackHealth as Health } from '#management/wecom/integration-schema.ts'

const counts = ['handled', 'ignored', 'waiting', 'dead', 'refused'] as const
const colors = { handled: 0, ignored: 4, waiting: 2, dead: 5, refused: 3 } as const

/** Types have dots in them, which a key of the catalogue may not have. */
export const typeName = (type: string): string => textOr(`wecom.types.${type.replaceAll('.', '_')}`, type)

/** How callbacks come in and what becomes of them. `onType` leads to the log of one type. */
export function CallbackHealth({ id, onType }: { id: string; onType: (type: string) => void }) {
  const { data, error, refetch } = useCallbackHealth(id)
  if (error && !data)
    return (
      <Section>
        <Problem error={error} retry={() => void refetch()} />
      </Section>
    )
  if (!data)
    return (
      <Section>
        <Skeleton active paragraph={{ rows: 8 }} />
      </Section>
    )
  return (
    <>
      <Heads data={data} />
      <Times data={data} />
      <Columns shares={[1.6, 1]}>
        <Types data={data} onType={onType} />
        <div className="stack">
          <Refusals data={data} />
          <Unknown data={data} />
        </div>
      </Columns>
    </>
  )
}

function Heads({ data: { hours, delays, silence } }: { data: Health }) {
  const { t } = useText()
  const sum = (key: 'received' | 'dead' | 'refused' | 'repeated') => hours.reduce((all, hour) => all + hour[key], 0)
  const delay = (pair: Health['delays']['arrival']) =>
    pair ? (
      <>
        {seconds(pair.median)} <small className="note">p95 {seconds(pair.p95)}</small>
      </>
    ) : (
      <span className="mute">—</span>
    )
  return (
    <Stats>
      <Stat
        name={t('wecom.callbacks.received')}
        hint={t('wecom.callbacks.receivedHint', { count: sum('repeated') })}
        value={<Count value={sum('received')} />}
      />
      <Stat name={t('wecom.callbacks.dead')} value={<Alarming value={sum('dead')} />} />
      <Stat name={t('wecom.callbacks.refused')} hint={t('wecom.callbacks.refusedHint')} value={<Alarming value={sum('refused')} />} />
      <Stat name={t('wecom.callbacks.arrival')} hint={t('wecom.callbacks.arrivalHint')} value={delay(delays.arrival)} />
      <Stat name={t('wecom.callbacks.handling')} hint={t('wecom.callbacks.handlingHint')} value={delay(delays.handling)} />
      <Stat
        name={t('wecom.callbacks.last')}
        hint={t('wecom.callbacks.lastHint', { count: silence.missed })}
        value={
          <span className={`stat-word${silence.missed > 0 && (silence.hours ?? 0) >= 1 ? ' bad-word' : ''}`}>
            {silence.lastAt ? <When at={silence.lastAt} /> : '—'}
          </span>
        }
      />
    </Stats>
  )
}

const Alarming = ({ value }: { value: number }) => <span className={value > 0 ? 'bad-word' : ''}>{exactNumber(value)}</span>

const seconds = (value: number): string =>
  value < 1
    ? `${Math.round(value * 1000)} ms`
    : value < 90
      ? `${tenths(value)} s`
      : value < 5400
        ? `${tenths(value / 60)} min`
        : hoursOf(value / 3600)

const hoursOf = (value: number): string => (value < 48 ? `${tenths(value)} h` : `${tenths(value / 24)} d`)

const tenths = (value: number): number => Math.round(value * 10) / 10

function Times({ data }: { data: Health }) {
  const { t } = useText()
  const { timezone } = useTenant()
  const [by, setBy] = useState<'hours' | 'days'>('hours')
  const rows = by === 'hours' ? data.hours : data.days
  const shown = counts.filter((key) => key === 'handled' || [...data.hours, ...data.days].some((row) => row[key] > 0))
  return (
    <Section>
      <Chart
        title={t(`wecom.callbacks.${by}`)}
        unit={t('wecom.callbacks.unit')}
        height={220}
        note={
          <Segmented
            size="small"
            value={by}
            onChange={(value) => setBy(value)}
            options={[
              { value: 'hours' as const, label: t('wecom.callbacks.last24') },
              { value: 'days' as const, label: t('wecom.callbacks.last14') },
            ]}
          />
        }
        data={{
          kind: 'stack',
          labels: by === 'hours' ? data.hours.map(({ at }) => timeOfDay(at, timezone)) : data.days.map(({ day }) => day.slice(5)),
          series: shown.map((key) => ({
            name: t(`wecom.callbacks.kinds.${key}`),
            values: rows.map((row) => row[key]),
            color: colors[key],
          })),
          incomplete: true,
        }}
      />
    </Section>
  )
}

function Types({ data, onType }: { data: Health; onType: (type: string) => void }) {
  const { t } = useText()
  return (
    <Plain
      title={t('wecom.callbacks.types')}
      note={t('wecom.callbacks.in14')}
      empty={t('wecom.noCallbacks')}
      heads={[t('wecom.type'), t('wecom.callbacks.count'), t('wecom.callbacks.dead'), t('wecom.callbacks.last')]}
      rows={data.types
        .toSorted((a, b) => b.count - a.count)
        .map(({ type, count, dead, lastAt }) => [
          type,
          <span key="type" title={type}>
            {typeName(type)}
          </span>,
          <button key="count" type="button" className="number-button" onClick={() => onType(type)}>
            {exactNumber(count)}
          </button>,
          dead > 0 ? (
            <Alarming key="dead" value={dead} />
          ) : (
            <span key="dead" className="mute">
              0
            </span>
          ),
          <When key="last" at={lastAt} />,
        ])}
    />
  )
}

function Refusals({ data }: { data: Health }) {
  const { t } = useText()
  return (
    <Plain
      title={t('wecom.callbacks.refusals')}
      note={t('wecom.callbacks.refusedHint')}
      empty={t('wecom.callbacks.noRefusals')}
      heads={[t('wecom.reason'), t('wecom.callbacks.count'), t('wecom.callbacks.last')]}
      rows={data.refusals.map(({ reason, times, lastAt }) => [
        reason,
        textOr(`wecom.callbacks.reasons.${reason}`, reason),
        exactNumber(times),
        <When key="last" at={lastAt} />,
      ])}
    />
  )
}

function Unknown({ data }: { data: Health }) {
  const { t } = useText()
  const [opened, setOpened] = useState<string>()
  const one = data.unknown.find(({ type }) => type === opened)
  return (
    <>
      <Plain
        title={t('wecom.callbacks.unknown')}
        note={t('wecom.callbacks.unknownHint')}
        empty={t('wecom.callbacks.noUnknown')}
        heads={[t('wecom.type'), t('wecom.callbacks.count'), t('wecom.callbacks.last')]}
        rows={data.unknown.map(({ type, count, lastAt }) => [
          type,
          <button key="type" type="button" className="number-button" onClick={() => setOpened(type)}>
            <code>{type}</code>
          </button>,
          exactNumber(count),
          <When key="last" at={lastAt} />,
        ])}
      />
      <SideSheet
        title={one?.type}
        open={one !== undefined}
        onClose={() => setOpened(undefined)}
        actions={one && <CopyText text={`${one.type}\n${one.example}`} />}
      >
        {one && (
          <Stack>
            <Badge tone="quiet">{t('wecom.callbacks.kept')}</Badge>
            <pre className="code">{one.example.replaceAll('><', '>\n<')}</pre>
          </Stack>
        )}
      </SideSheet>
    </>
  )
}

/** A short list of figures: the first part of a row is its key, the rest are its cells, numbers to the right. */
function Plain(props: { title: string; note?: string; empty: string; heads: string[]; rows: [string, ...ReactNode[]][] }) {
  if (props.rows.length === 0)
    return (
      <Section title={props.title}>
        <p className="note">{props.empty}</p>
      </Section>
    )
  return (
    <Section title={props.title} note={props.note} flush>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              {props.heads.map((head, index) => (
                <th key={head} className={index > 0 ? 'right' : ''}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.map(([key, ...cells]) => (
              <tr key={key}>
                {cells.map((cell, index) => (
                  <td key={props.heads[index]} className={index > 0 ? 'right figure' : ''}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}
