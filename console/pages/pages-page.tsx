import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Segmented } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { PagesResultView } from '#console/reports/pages-result.tsx'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { useAnswer } from '#console/reports/queries.ts'
import type { Drill } from '#console/reports/result.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Page, Row } from '#console/ui/page.tsx'
import type { PagesResult } from '#insight/reports/pages/schema.ts'

const route = getRouteApi('/app/pages')
const bys = ['page', 'source', 'device'] as const

/** What people do on the company's own pages: how many come, stay, click, and go on. */
export function PagesPage() {
  const { t } = useText()
  const today = todayIn(useTenant().timezone)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/pages' })
  const [drill, setDrill] = useState<Drill>()
  const by = bys.find((one) => one === search.by) ?? 'page'
  const document = {
    type: 'pages',
    dateFrom: search.from ?? daysBefore(today, 29),
    dateTo: search.to ?? today,
    by,
    interval: 'day',
    limit: 200,
    ...(search.target ? { target: search.target } : {}),
  }
  const answer = useAnswer<PagesResult>(document)
  const show = (change: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true, resetScroll: false })
  return (
    <Page title={t('pages.title')} note={t('pages.note')} actions={<ButtonLink to="/pages/heatmap">{t('pages.heatmap')}</ButtonLink>}>
      <Row>
        <Dates
          label={t('pages.period')}
          required
          from={document.dateFrom}
          to={document.dateTo}
          onChange={(from, to) => show({ from, to })}
        />
        <Segmented
          value={by}
          onChange={(next) => show({ by: next })}
          options={bys.map((value) => ({ value, label: t(`pages.bys.${value}`) }))}
        />
      </Row>
      <Awaited read={answer}>{({ result }) => <PagesResultView document={document} result={result} drill={setDrill} />}</Awaited>
      {drill && <PeopleDrawer asked={drill} onClose={() => setDrill(undefined)} />}
    </Page>
  )
}
