import { PlusOutlined, SettingOutlined } from '@ant-design/icons'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Skeleton } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { exactFigure, figureText } from '#console/metrics/figure.ts'
import { OwnMetricDrawer } from '#console/metrics/own-metric-drawer.tsx'
import { type DictionaryEntry, type MetricValue, useDictionary, useMetricValues } from '#console/metrics/queries.ts'
import { State } from '#console/metrics/state.tsx'
import { InsightSettingsDrawer } from '#console/scores/settings-drawer.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Change } from '#console/ui/stat.tsx'
import { isRate } from '#insight/metrics/change.ts'
import { loops } from '#insight/reports/metric/definition.ts'
import '#console/metrics/metrics.css'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'

const route = getRouteApi('/app/metric-dictionary')
const days = 30
const states = ['fed', 'unfed', 'waiting'] as const
const groups = ['own', ...loops] as const

/** The dictionary: each metric with what it comes to, how it is computed, and what it waits for. */
export function MetricsPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/metric-dictionary' })
  const dictionary = useDictionary()
  const today = todayIn(useTenant().timezone)
  const [creating, setCreating] = useState(false)
  const [defining, setDefining] = useState(false)
  const shown = (dictionary.data?.items ?? []).filter((entry) => fits(entry, search))
  const computed = (dictionary.data?.items ?? []).filter(({ state }) => state !== 'waiting')
  const span = { from: daysBefore(today, days - 1), to: today }
  const keysOf = (quick: boolean) => computed.filter((entry) => entry.quick === quick).map(({ key }) => key)
  // Two questions, whatever is shown: what metrics have in common is counted once, and those that take long keep nobody waiting for the others.
  const first = useMetricValues(keysOf(true), span, 'period')
  const rest = useMetricValues(first.isPending ? [] : keysOf(false), span, 'period')
  const found = new Map([first, rest].flatMap(({ data }) => data?.items ?? []).map((value) => [value.key, value]))
  return (
    <Page
      title={t('metrics.title')}
      note={t('metrics.note')}
      actions={
        <Gate permission="reports.write">
          <Button icon={<SettingOutlined />} onClick={() => setDefining(true)}>
            {t('scores.settings')}
          </Button>
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
            {t('metrics.createOwn')}
          </Button>
        </Gate>
      }
    >
      <FilterBar
        search={t('metrics.search')}
        values={search}
        onChange={(change) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })}
        filters={[
          {
            kind: 'choice',
            key: 'loop',
            label: t('metrics.loop'),
            options: groups.map((value) => ({ value, label: t(`metrics.loops.${value}`) })),
          },
          {
            kind: 'choice',
            key: 'state',
            label: t('metrics.state'),
            options: states.map((value) => ({ value, label: t(`metrics.states.${value}`) })),
          },
        ]}
      />
      {dictionary.error ? (
        <Section>
          <Problem error={dictionary.error} retry={() => void dictionary.refetch()} />
        </Section>
      ) : !dictionary.data ? (
        <Section>
          <Skeleton active paragraph={{ rows: 10 }} />
        </Section>
      ) : shown.length === 0 ? (
        <Section>
          <Empty title={t('metrics.empty')} />
        </Section>
      ) : (
        groups.map((group) => {
          const own = shown.filter((entry) => (entry.loop ?? 'own') === group)
          return own.length > 0 && <Group key={group} name={t(`metrics.loops.${group}`)} entries={own} values={found} />
        })
      )}
      <OwnMetricDrawer open={creating} onClose={() => setCreating(false)} />
      <InsightSettingsDrawer open={defining} onClose={() => setDefining(false)} />
    </Page>
  )
}

function fits(
  entry: DictionaryEntry,
  { q, loop, state }: { q?: string | undefined; loop?: string | undefined; state?: string | undefined },
): boolean {
  const text = `${entry.key} ${entry.zh} ${entry.en}`.toLowerCase()
  return (!q || text.includes(q.toLowerCase())) && (!loop || (entry.loop ?? 'own') === loop) && (!state || entry.state === state)
}

function Group({ name, entries, values }: { name: string; entries: DictionaryEntry[]; values: ReadonlyMap<string, MetricValue> }) {
  const { t } = useText()
  return (
    <Section flush title={name}>
      <PlainScroll>
        <table className="plain-table dictionary">
          <thead>
            <tr>
              <th scope="col">{t('metrics.name')}</th>
              <th scope="col" className="right">
                {t('metrics.value', { days })}
              </th>
              <th scope="col" className="right">
                {t('metrics.change')}
              </th>
              <th scope="col" className="right">
                {t('metrics.target')}
              </th>
              <th scope="col" className="wide-only">
                {t('metrics.formula')}
              </th>
              <th scope="col">{t('metrics.state')}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <Line key={entry.key} entry={entry} value={values.get(entry.key)} />
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

function Line({ entry, value }: { entry: DictionaryEntry; value: MetricValue | undefined }) {
  const { language } = useText()
  // No events have come yet: that is not zero.
  const result = entry.state === 'fed' ? value?.result : undefined
  const currency = result?.currency
  return (
    <tr>
      <th scope="row">
        {entry.state === 'waiting' ? (
          <span className="mute">{entry[language]}</span>
        ) : (
          <Link to="/metric-dictionary/$metricKey" params={{ metricKey: entry.key }} search={{}}>
            {entry[language]}
          </Link>
        )}
      </th>
      <td className="right figure" title={exactFigure(result?.total, entry.unit, currency, language)}>
        {result ? figureText(result.total, entry.unit, currency, language) : <span className="mute">—</span>}
      </td>
      <td className="right">
        {result && result.total !== null && result.before !== null && result.before !== undefined && (
          <Change now={result.total} before={result.before} better={entry.better ?? 'more'} rate={isRate(entry.unit)} />
        )}
      </td>
      <td className="right figure">
        {value?.target === null || value?.target === undefined ? (
          <span className="mute">—</span>
        ) : (
          figureText(value.target, entry.unit, currency, language)
        )}
      </td>
      <td className="wide-only note">{entry.formula[language]}</td>
      <td>
        <State entry={entry} />
      </td>
    </tr>
  )
}
