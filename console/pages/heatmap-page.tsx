import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Select } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { HeatmapResultView } from '#console/pages/heatmap-result.tsx'
import { deviceNames } from '#console/reports/pages-result.tsx'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { useAnswer } from '#console/reports/queries.ts'
import type { Drill } from '#console/reports/result.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Back } from '#console/ui/back.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, exactNumber, todayIn } from '#console/ui/format.ts'
import { Page } from '#console/ui/page.tsx'
import type { HeatmapResult } from '#insight/reports/heatmap/schema.ts'
import type { PagesResult } from '#insight/reports/pages/schema.ts'

const route = getRouteApi('/app/pages/heatmap')

/** One page: where people click and how far they come, drawn over the page itself. */
export function HeatmapPage() {
  const { t } = useText()
  const today = todayIn(useTenant().timezone)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/pages/heatmap' })
  const [drill, setDrill] = useState<Drill>()
  const dates = { dateFrom: search.from ?? daysBefore(today, 29), dateTo: search.to ?? today }
  const visited = useAnswer<PagesResult>({ type: 'pages', ...dates, limit: 200 })
  const pages = visited.data?.result.rows
  const page = search.page ?? pages?.[0]?.value ?? '/'
  const document = {
    type: 'heatmap',
    ...dates,
    page,
    ...(search.device ? { device: search.device } : {}),
    ...(search.source ? { source: search.source } : {}),
  }
  // Which page is looked at most is known once the pages are.
  const answer = useAnswer<HeatmapResult>(document, search.page !== undefined || !visited.isPending)
  const result = answer.data?.result
  const show = (change: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true, resetScroll: false })
  return (
    <Page title={t('pages.heatmap')} back={<Back to="/pages">{t('pages.title')}</Back>}>
      <search className="filters">
        <Choice
          label={t('pages.heads.page')}
          value={page}
          options={(pages ?? []).map(({ value, views }) => ({ value, label: `${value} · ${exactNumber(views)}` }))}
          onChange={(next) => show({ page: next })}
        />
        <Dates label={t('pages.period')} required from={dates.dateFrom} to={dates.dateTo} onChange={(from, to) => show({ from, to })} />
        <Choice
          label={t('pages.heads.device')}
          value={search.device}
          options={(result?.devices ?? []).map(({ value, views }) => ({ value, label: `${deviceName(value)} · ${exactNumber(views)}` }))}
          onChange={(device) => show({ device })}
        />
        <Choice
          label={t('pages.heads.source')}
          value={search.source}
          options={(result?.sources ?? []).map(({ value, views }) => ({
            value,
            label: `${value === 'direct' ? t('pages.direct') : value} · ${exactNumber(views)}`,
          }))}
          onChange={(source) => show({ source })}
        />
      </search>
      <Awaited read={answer}>
        {({ result }) => <HeatmapResultView key={page} document={document} result={result} drill={setDrill} />}
      </Awaited>
      {drill && <PeopleDrawer asked={drill} onClose={() => setDrill(undefined)} />}
    </Page>
  )

  function deviceName(value: string): string {
    return value in deviceNames ? t(`pages.devices.${value as keyof typeof deviceNames}`) : value
  }
}

function Choice(props: {
  label: string
  value: string | undefined
  options: { value: string; label: string }[]
  onChange: (value: string | undefined) => void
}) {
  return (
    <Select
      className="filter-choice"
      aria-label={props.label}
      placeholder={props.label}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      value={props.value ?? null}
      onChange={(value: string | null | undefined) => props.onChange(value ?? undefined)}
      options={props.options}
    />
  )
}
