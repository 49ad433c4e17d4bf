import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Skeleton } from 'antd'
import { useMay, useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { WaitingForWord } from '#console/outbound/waiting.tsx'
import { LoopDrawing } from '#console/overview/loop-drawing.tsx'
import { type Counts, type Step, steps } from '#console/overview/loop-steps.ts'
import { PeopleDrawer } from '#console/overview/people-drawer.tsx'
import { type Overview, useOverview } from '#console/overview/queries.ts'
import { LoopCards, Stages } from '#console/overview/stages.tsx'
import { AskField } from '#console/reports/ask-field.tsx'
import { ScoreCards } from '#console/scores/score-cards.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, percent, todayIn } from '#console/ui/format.ts'
import { Page, Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Problem } from '#console/ui/problem.tsx'

const route = getRouteApi('/app/')

export function OverviewPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/' })
  const today = todayIn(useTenant().timezone)
  const span = { from: search.from ?? daysBefore(today, 29), to: search.to ?? today }
  const overview = useOverview(span)
  const may = useMay()
  const pick = (step: Step, channel?: string) => void navigate({ search: { ...search, step, channel }, resetScroll: false })
  return (
    <Page
      title={t('overview.title')}
      note={t('overview.note', span)}
      actions={
        <Dates
          label={t('overview.period')}
          required
          from={span.from}
          to={span.to}
          onChange={(from, to) => void navigate({ search: { from, to } })}
        />
      }
    >
      {may('messages.approve') && <WaitingForWord />}
      {overview.error ? (
        <Section>
          <Problem error={overview.error} retry={() => void overview.refetch()} />
        </Section>
      ) : overview.data ? (
        <Shown data={overview.data} span={span} today={today} pick={pick} />
      ) : (
        <Section>
          <Skeleton active paragraph={{ rows: 8 }} />
        </Section>
      )}
      {overview.data && isStep(search.step) && (
        <PeopleDrawer
          asked={{ step: search.step, channel: search.channel, ...span }}
          count={countOf(overview.data, search.step, search.channel)}
          channelName={channelName(overview.data, search.channel) ?? t('overview.allChannels')}
          onClose={() => void navigate({ search: { ...search, step: undefined, channel: undefined }, resetScroll: false })}
        />
      )}
    </Page>
  )
}

function Shown(props: { data: Overview; span: { from: string; to: string }; today: string; pick: (step: Step, channel?: string) => void }) {
  const { t } = useText()
  const { data } = props
  const may = useMay()
  const days = data.days.length
  const now = counted(data, (one) => one.total)
  const compared = steps.every((step) => data.loop[step].before !== undefined && data.loop[step].before !== null)
  const before = compared ? counted(data, (one) => one.before ?? 0) : undefined
  if (steps.every((step) => now[step] === 0)) {
    return (
      <Section>
        <Empty title={t('overview.emptyTitle')} hint={t('overview.emptyHint')} />
      </Section>
    )
  }
  return (
    <>
      {may('reports.read') && <AskField withExamples={false} />}
      <Section flush title={t('overview.loop')} note={t('overview.loopNote')}>
        <LoopDrawing now={now} before={before} span={may('reports.read') ? props.span : undefined} onPick={props.pick} />
      </Section>
      {may('reports.read') && <LoopCards span={props.span} days={days} />}
      {may('reports.read') && <ScoreCards span={props.span} days={days} />}
      {may('reports.read') && <Stages span={props.span} days={days} />}
      <Section>
        <Chart
          title={t('overview.byDay')}
          unit={t('overview.people')}
          data={{
            kind: 'line',
            labels: data.days.map((one) => one.day.slice(5)),
            incomplete: props.span.to >= props.today,
            series: steps.map((step) => ({ name: t(`overview.${step}`), values: data.days.map((one) => one[step]) })),
          }}
        />
      </Section>
      <Section flush title={t('overview.byChannel')} note={t('overview.byChannelNote')}>
        <Channels data={data} pick={props.pick} />
      </Section>
    </>
  )
}

function Channels({ data, pick }: { data: Overview; pick: (step: Step, channel?: string) => void }) {
  const { t } = useText()
  const most = Math.max(1, ...data.channels.map((row) => row.scans))
  return (
    <PlainScroll>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('overview.channel')}</th>
            {steps.map((step) => (
              <th key={step} scope="col" className="right">
                {t(`overview.${step}`)}
              </th>
            ))}
            <th scope="col" className="right">
              {t('overview.orderRate')}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.channels.map((row) => (
            <tr key={row.channel?.id ?? 'none'}>
              <th scope="row">{row.channel?.name ?? <span className="mute">{t('overview.noChannel')}</span>}</th>
              {steps.map((step) => (
                <td key={step} className="right">
                  <span className="bar-cell">
                    {step === 'scans' && <span style={{ width: `${Math.max(2, (row.scans / most) * 96)}px` }} />}
                    <button type="button" className="number-button" onClick={() => pick(step, row.channel?.id ?? 'none')}>
                      <Count value={row[step]} />
                    </button>
                  </span>
                </td>
              ))}
              <td className="right figure">{percent(row.ordered, row.scans)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </PlainScroll>
  )
}

const isStep = (text: string | undefined): text is Step => steps.some((step) => step === text)

const counted = (data: Overview, read: (one: Overview['loop'][Step]) => number): Counts => ({
  scans: read(data.loop.scans),
  adds: read(data.loop.adds),
  tagged: read(data.loop.tagged),
  ordered: read(data.loop.ordered),
})

const channelRow = (data: Overview, channel: string) => data.channels.find((row) => (row.channel?.id ?? 'none') === channel)

const countOf = (data: Overview, step: Step, channel: string | undefined): number =>
  channel === undefined ? data.loop[step].total : (channelRow(data, channel)?.[step] ?? 0)

const channelName = (data: Overview, channel: string | undefined): string | undefined =>
  channel === undefined ? undefined : channelRow(data, channel)?.channel?.name
