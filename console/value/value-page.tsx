import { SettingOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, DatePicker, Segmented } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { type Document, newDocument } from '#console/reports/document.ts'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { type Drill, ResultView } from '#console/reports/result.tsx'
import { InsightSettingsDrawer } from '#console/scores/settings-drawer.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Row } from '#console/ui/page.tsx'
import { Views } from '#console/ui/tabs.tsx'
import { LayerSettingsDrawer } from '#console/value/settings-drawer.tsx'
import { readWeights, WeightsButton } from '#console/value/weights.tsx'
import { scoreKinds } from '#insight/reports/score/rules.ts'

const route = getRouteApi('/app/value')
const views = ['layers', 'quadrant', 'rfm', 'clv', 'high', 'score'] as const
type View = (typeof views)[number]

/** Four weeks are kept back, so that the forecast is held against what really came. */
const holdoutDays = 28

export function ValuePage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/value' })
  const today = todayIn(useTenant().timezone)
  const [people, setPeople] = useState<Drill>()
  const [settings, setSettings] = useState(false)
  const view = views.find((one) => one === search.view) ?? 'layers'
  const since = search.since ?? daysBefore(today, 30)
  const show = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const kind = scoreKinds.find((one) => one === search.score) ?? 'relationship'
  const [defining, setDefining] = useState(false)
  const document = view === 'score' ? { ...newDocument('score', today), score: kind } : documentOf(view, today, since, search.weights)
  return (
    <Page
      title={t('value.title')}
      note={t('value.note')}
      actions={
        view === 'layers' && (
          <Gate permission="reports.write">
            <Button icon={<SettingOutlined />} onClick={() => setSettings(true)}>
              {t('value.editPlans')}
            </Button>
          </Gate>
        )
      }
    >
      <Row between>
        <Views
          open={view}
          onOpen={(key) => show({ view: key === 'layers' ? undefined : key })}
          views={views.map((key) => ({ key, name: t(`value.views.${key}`) }))}
        />
        {view === 'layers' && (
          <span className="row">
            <span className="note">{t('value.since')}</span>
            <DatePicker
              aria-label={t('value.since')}
              allowClear={false}
              value={dayjs(since)}
              disabledDate={(day) => day.format('YYYY-MM-DD') >= today}
              onChange={(day) => day && show({ since: day.format('YYYY-MM-DD') })}
            />
          </span>
        )}
        {view === 'score' && (
          <Row>
            <Segmented
              aria-label={t('scores.kind')}
              value={kind}
              onChange={(score) => show({ score })}
              options={scoreKinds.map((value) => ({ value, label: t(`scores.kinds.${value}`) }))}
            />
            <Gate permission="reports.write">
              <Button icon={<SettingOutlined />} onClick={() => setDefining(true)}>
                {t('scores.settings')}
              </Button>
            </Gate>
          </Row>
        )}
        {view === 'high' && <WeightsButton value={search.weights} onChange={(weights) => show({ weights })} />}
      </Row>
      <ResultView document={document} drill={setPeople} onChange={() => undefined} />
      {people && <PeopleDrawer asked={people} onClose={() => setPeople(undefined)} />}
      <LayerSettingsDrawer open={settings} onClose={() => setSettings(false)} />
      <InsightSettingsDrawer open={defining} onClose={() => setDefining(false)} />
    </Page>
  )
}

function documentOf(view: Exclude<View, 'score'>, today: string, since: string, weights: string | undefined): Document {
  switch (view) {
    case 'layers':
      return { type: 'layers', asOf: today, comparedTo: since }
    case 'quadrant':
      return { type: 'quadrant' }
    case 'rfm':
      return { type: 'rfm', amount: 'net', bins: { method: 'quantile', n: 5 } }
    case 'clv':
      return { type: 'clv', calibrationEnd: daysBefore(today, holdoutDays + 1), horizon: 26, rows: true, limit: 50 }
    case 'high':
      return { type: 'high_value', limit: 50, ...(weights ? { weights: readWeights(weights) } : {}) }
  }
}
