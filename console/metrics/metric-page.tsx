import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Select, Skeleton } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { MetricAlerts } from '#console/metrics/alerts.tsx'
import { dimensionName } from '#console/metrics/metric-result.tsx'
import { OwnMetricDrawer } from '#console/metrics/own-metric-drawer.tsx'
import { type DictionaryEntry, metricDocument, useDeleteOwnMetric, useDictionary } from '#console/metrics/queries.ts'
import { State } from '#console/metrics/state.tsx'
import { MetricTargets } from '#console/metrics/targets.tsx'
import { readDrill } from '#console/reports/drill.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { type Drill, ResultView } from '#console/reports/result.tsx'
import { Back } from '#console/ui/back.tsx'
import { useConfirm } from '#console/ui/confirm.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Facts, Page, Section, Stack } from '#console/ui/page.tsx'

const route = getRouteApi('/app/metric-dictionary/$metricKey')

/** All about one metric: its run, its split, the people behind it, its definition, target and alerts. */
export function MetricPage() {
  const { t } = useText()
  const { metricKey } = route.useParams()
  const dictionary = useDictionary()
  const back = <Back to="/metric-dictionary">{t('metrics.title')}</Back>
  const entry = dictionary.data?.items.find(({ key }) => key === metricKey)
  if (entry) return <Opened entry={entry} back={back} />
  return (
    <Page title={t('metrics.title')} back={back}>
      <Section>{dictionary.data ? <Empty title={t('metrics.missing')} /> : <Skeleton active />}</Section>
    </Page>
  )
}

const intervals = ['day', 'week', 'month'] as const

function Opened({ entry, back }: { entry: DictionaryEntry; back: React.ReactNode }) {
  const { t, language } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/metric-dictionary/$metricKey' })
  const today = todayIn(useTenant().timezone)
  const span = { from: search.from ?? daysBefore(today, 29), to: search.to ?? today }
  const interval = intervals.find((one) => one === search.interval) ?? 'day'
  const document = metricDocument(entry.key, span, {
    interval,
    compare: 'previous_period',
    ...(search.by ? { breakdown: { dimension: search.by } } : {}),
  })
  const set = (change: Record<string, string | undefined>) =>
    void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const drill = (people: Drill | undefined) =>
    void navigate({ search: { ...search, people: people && JSON.stringify(people) }, resetScroll: false })
  const asked = readDrill(search.people)
  return (
    <Page
      back={back}
      title={entry[language]}
      note={entry.formula[language]}
      actions={
        <>
          <Dates label={t('metrics.dates')} required from={span.from} to={span.to} onChange={(from, to) => set({ from, to })} />
          <Select
            aria-label={t('metrics.interval')}
            value={interval}
            onChange={(next) => set({ interval: next })}
            options={intervals.map((value) => ({ value, label: t(`reports.intervals.${value}`) }))}
          />
          <Select
            aria-label={t('metrics.split')}
            value={search.by ?? ''}
            popupMatchSelectWidth={false}
            onChange={(by) => set({ by: by || undefined })}
            options={[
              { value: '', label: t('metrics.noSplit') },
              ...entry.dimensions.map((value) => ({ value, label: dimensionName(value, t) })),
            ]}
          />
          {entry.own && <OwnActions entry={entry} />}
        </>
      }
    >
      <ResultView document={document} drill={drill} onChange={() => undefined} />
      <Columns shares={[1, 1]}>
        <Section title={t('metrics.facts')}>
          <Definition entry={entry} />
        </Section>
        <Stack>
          <MetricTargets entry={entry} />
          <MetricAlerts entry={entry} />
        </Stack>
      </Columns>
      {asked && <PeopleDrawer asked={asked} onClose={() => drill(undefined)} />}
    </Page>
  )
}

function Definition({ entry }: { entry: DictionaryEntry }) {
  const { t, language } = useText()
  const title = useEventTitle()
  const feeds = entry.feeds.map((name) => (name === '*' ? t('metrics.anyAct') : `${title(name)} (${name})`))
  return (
    <Facts
      items={[
        { name: t('metrics.formula'), value: entry.formula[language] },
        { name: t('metrics.feeds'), value: feeds.length > 0 ? feeds.join(' · ') : t('metrics.spends') },
        { name: t('metrics.state'), value: <State entry={entry} /> },
        { name: t('metrics.grain'), value: t('metrics.day') },
        { name: t('metrics.dimensionsTitle'), value: entry.dimensions.map((one) => dimensionName(one, t)).join(' · ') },
        { name: t('metrics.owner'), value: entry.own ? (entry.owner?.name ?? '—') : t('metrics.product') },
        { name: 'API', value: <code>{entry.key}</code> },
      ]}
    />
  )
}

function OwnActions({ entry }: { entry: DictionaryEntry }) {
  const { t } = useText()
  const confirm = useConfirm()
  const navigate = useNavigate()
  const remove = useDeleteOwnMetric()
  const [editing, setEditing] = useState(false)
  return (
    <Gate permission="reports.write">
      <Button onClick={() => setEditing(true)}>{t('ui.edit')}</Button>
      <Button
        danger
        onClick={() =>
          confirm({
            title: t('metrics.deleteTitle', { name: entry.zh }),
            effect: t('metrics.deleteEffect'),
            act: t('ui.delete'),
            danger: true,
            run: () => remove.mutateAsync(entry.key).then(() => navigate({ to: '/metric-dictionary', search: {} })),
          })
        }
      >
        {t('ui.delete')}
      </Button>
      <OwnMetricDrawer open={editing} onClose={() => setEditing(false)} entry={entry} />
    </Gate>
  )
}
