import { SettingOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Answered } from '#console/reports/answered.tsx'
import { Candidates } from '#console/stages/candidates.tsx'
import { RulesDrawer } from '#console/stages/rules-drawer.tsx'
import { StagesResultView, type StagesView } from '#console/stages/stages-result.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Page } from '#console/ui/page.tsx'
import { Views } from '#console/ui/tabs.tsx'
import type { StagesResult } from '#insight/reports/stages/schema.ts'

const route = getRouteApi('/app/stages')

const views = ['journey', 'flows', 'touchpoints', 'candidates'] as const

/** How far customers come on their journey, who is responsible for each step, and which early behaviour goes before staying. */
export function StagesPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/stages' })
  const [editing, setEditing] = useState(false)
  const today = todayIn(useTenant().timezone)
  const view = views.find((one) => one === search.view) ?? 'journey'
  const dates = { dateFrom: search.from ?? daysBefore(search.to ?? today, view === 'candidates' ? 179 : 29), dateTo: search.to ?? today }
  const show = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const document = { type: 'stages', ...dates }
  return (
    <Page
      title={t('stages.title')}
      note={t('stages.note', { from: dates.dateFrom, to: dates.dateTo })}
      actions={
        <>
          <Dates label={t('stages.period')} required from={dates.dateFrom} to={dates.dateTo} onChange={(from, to) => show({ from, to })} />
          <Gate permission="reports.write">
            <Button icon={<SettingOutlined />} onClick={() => setEditing(true)}>
              {t('stages.rules')}
            </Button>
          </Gate>
        </>
      }
    >
      <Views
        open={view}
        onOpen={(key) => show({ view: key === 'journey' ? undefined : key })}
        views={views.map((key) => ({ key, name: t(`stages.views.${key}`) }))}
      />
      {view === 'candidates' ? (
        <Candidates dates={dates} outcome={search.outcome} early={search.early} show={show} />
      ) : (
        <Answered<StagesResult> document={document}>
          {(result, drill) => <StagesResultView document={document} result={result} drill={drill} view={view satisfies StagesView} />}
        </Answered>
      )}
      {editing && <RulesDrawer onClose={() => setEditing(false)} />}
    </Page>
  )
}
