import { BellOutlined, PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { MarketingForm } from '#console/tasks/marketing-form.tsx'
import { MarketingList } from '#console/tasks/marketing-list.tsx'
import { useTaskCounts } from '#console/tasks/queries.ts'
import { ReminderSettings } from '#console/tasks/reminder-settings.tsx'
import { TaskForm } from '#console/tasks/task-form.tsx'
import { TaskRows } from '#console/tasks/task-rows.tsx'
import { Count } from '#console/ui/count.tsx'
import { ExportButton } from '#console/ui/export-button.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Row } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Views } from '#console/ui/tabs.tsx'
import { type TaskCounts, type TaskView, taskViews } from '#operation/tasks/schema.ts'

const route = getRouteApi('/app/tasks')

/** What employees have to do today, and the campaigns they take part in. */
export function TasksPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/tasks' })
  const may = useMay()
  const phone = usePhone()
  const [making, setMaking] = useState<'task' | 'marketing'>()
  const isMarketing = search.view === 'marketing'
  const whose = search.whose === 'team' ? 'team' : 'mine'
  const counts = useTaskCounts(whose).data
  const view = taskViews.find((one) => one === search.view) ?? 'today'
  const shown = taskViews.filter((one) => one !== 'unassigned' || (may('tasks.assign') && whose === 'team'))
  return (
    <Page title={t('tasks.title')} note={t('tasks.note')} actions={<Actions isMarketing={isMarketing} make={setMaking} />}>
      {!isMarketing && (
        <Row>
          <Segmented
            value={whose}
            aria-label={t('tasks.whose')}
            onChange={(value) => void navigate({ search: { view: search.view, whose: value === 'team' ? 'team' : undefined } })}
            options={(['mine', 'team'] as const).map((value) => ({ value, label: t(`tasks.whoseTasks.${value}`) }))}
          />
        </Row>
      )}
      {!isMarketing && !phone && counts && <Numbers counts={counts} t={t} />}
      <Views
        open={isMarketing ? 'marketing' : view}
        onOpen={(key) => void navigate({ search: { whose: search.whose, view: key === 'today' ? undefined : key } })}
        views={[
          ...shown.map((key) => ({ key, name: t(`tasks.views.${key}`), count: countOf(counts, key) })),
          { key: 'marketing', name: t('tasks.views.marketing') },
        ]}
      />
      {isMarketing ? <MarketingList make={() => setMaking('marketing')} /> : <TaskRows view={view} whose={whose} />}
      <TaskForm open={making === 'task'} onClose={() => setMaking(undefined)} />
      <MarketingForm open={making === 'marketing'} onClose={() => setMaking(undefined)} />
    </Page>
  )
}

const countOf = (counts: TaskCounts | undefined, view: TaskView): number | undefined =>
  view === 'ended' || view === 'open' ? undefined : counts?.[view]

const Numbers = ({ counts, t }: { counts: TaskCounts; t: Translate }) => (
  <Stats>
    {(['today', 'overdue', 'open', 'doneToday'] as const).map((key) => (
      <Stat key={key} name={t(`tasks.counts.${key}`)} value={<Count value={counts[key]} />} />
    ))}
  </Stats>
)

function Actions({ isMarketing, make }: { isMarketing: boolean; make: (what: 'task' | 'marketing') => void }) {
  const { t } = useText()
  const { q, view, ...search } = route.useSearch()
  const [settings, setSettings] = useState(false)
  const filter = JSON.stringify({ ...search, view: view ?? 'today', whose: search.whose ?? 'mine' })
  if (isMarketing)
    return (
      <Gate permission="tasks.assign">
        <Button type="primary" icon={<PlusOutlined />} onClick={() => make('marketing')}>
          {t('tasks.createMarketing')}
        </Button>
      </Gate>
    )
  return (
    <>
      <Gate permission="settings.write">
        <Button icon={<BellOutlined />} onClick={() => setSettings(true)}>
          {t('tasks.reminders')}
        </Button>
        <ReminderSettings open={settings} onClose={() => setSettings(false)} />
      </Gate>
      <Gate permission="exports.write">
        <ExportButton what="tasks" filter={filter} q={q} />
      </Gate>
      <Gate permission="tasks.write">
        <Button type="primary" icon={<PlusOutlined />} onClick={() => make('task')}>
          {t('tasks.create')}
        </Button>
      </Gate>
    </>
  )
}
