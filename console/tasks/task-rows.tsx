import { CheckOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useComplete, useCompleteMany, useReassign, useTask, useTasks } from '#console/tasks/queries.ts'
import { TaskSheet } from '#console/tasks/task-sheet.tsx'
import { sourceText, TaskState } from '#console/tasks/task-state.tsx'
import { useDepartmentNames, useEmployeeNames } from '#console/team/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { CopyText } from '#console/ui/copy-text.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { type Filter, FilterBar } from '#console/ui/filter-bar.tsx'
import { Row, Section, Stack } from '#console/ui/page.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { When } from '#console/ui/when.tsx'
import { type Task, type TaskView, taskSources } from '#operation/tasks/schema.ts'

const route = getRouteApi('/app/tasks')

/** Tasks as a table at the desk, as cards with one thing to do each in the hand. */
export function TaskRows({ view, whose }: { view: TaskView; whose: 'mine' | 'team' }) {
  const { t } = useText()
  const phone = usePhone()
  const may = useMay()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/tasks' })
  const { employee, department, source, q, task: openId } = search
  const list = useTasks({ view, whose, employee, department, source, q })
  const setOpenId = (task: string | undefined) => void navigate({ search: (now) => ({ ...now, task }), replace: true, resetScroll: false })
  const [chosen, setChosen] = useState<string[]>([])
  // Found by the search it may stand on a later page, or in another view.
  const found = useTask(openId).data
  const opened = list.rows.find(({ id }) => id === openId) ?? (found?.id === openId ? found : undefined)
  const isOver = view === 'ended'
  return (
    <>
      <FilterBar
        search={t('tasks.search')}
        values={{ q, employee, department, source }}
        onChange={(change) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })}
        filters={useFilters(whose)}
      />
      <Section flush>
        <DataTable<Task>
          name="tasks"
          columns={columns(t, { phone, whose, isOver })}
          list={list}
          open={(task) => setOpenId(task.id)}
          selection={
            isOver || !may('tasks.write')
              ? undefined
              : { ids: chosen, onChange: setChosen, actions: <BulkActions ids={chosen} done={() => setChosen([])} /> }
          }
          empty={<Empty title={t(`tasks.none.${view}`)} hint={t('tasks.noneHint')} />}
        />
      </Section>
      {opened && <TaskSheet task={opened} onClose={() => setOpenId(undefined)} />}
    </>
  )
}

function useFilters(whose: 'mine' | 'team'): Filter[] {
  const { t } = useText()
  const employees = useEmployeeNames()
  const departments = useDepartmentNames()
  const bySource: Filter = {
    kind: 'choice',
    key: 'source',
    label: t('tasks.source'),
    options: taskSources.map((value) => ({ value, label: t(`tasks.sources.${value}`) })),
  }
  if (whose === 'mine') return [bySource]
  return [
    { kind: 'choice', key: 'employee', label: t('tasks.employee'), options: employees },
    {
      kind: 'choice',
      key: 'department',
      label: t('tasks.department'),
      options: departments,
    },
    bySource,
  ]
}

/** One press, done. */
function Complete({ task, block }: { task: Task; block: boolean }) {
  const { t } = useText()
  const run = useRun()
  const complete = useComplete()
  if (!useMay()('tasks.write') || task.state !== 'open') return null
  return (
    <Button
      {...(block ? { type: 'primary' as const, block: true, size: 'large' as const } : { size: 'small' as const })}
      icon={<CheckOutlined />}
      loading={complete.isPending}
      onClick={() => void run(() => complete.mutateAsync({ id: task.id, result: 'done' }), t('tasks.done'))}
    >
      {t('tasks.complete')}
    </Button>
  )
}

function BulkActions({ ids, done }: { ids: string[]; done: () => void }) {
  const { t } = useText()
  const run = useRun()
  const confirm = useConfirm()
  const complete = useCompleteMany()
  const reassign = useReassign()
  const employees = useEmployeeNames()
  const mayAssign = useMay()('tasks.assign')
  const finish = (result: 'done' | 'skipped') =>
    confirm({
      title: t(result === 'done' ? 'tasks.complete' : 'tasks.skip'),
      effect: t('tasks.bulkEffect', { count: ids.length }),
      act: t(result === 'done' ? 'tasks.complete' : 'tasks.skip'),
      run: () => complete.mutateAsync({ ids, result }).then(done),
    })
  const giveTo = (employeeId: string) =>
    run(async () => {
      const { changed } = await reassign.mutateAsync({ ids, employeeId })
      done()
      return changed
    }, t('tasks.reassigned'))
  return (
    <>
      <Button size="small" onClick={() => finish('done')}>
        {t('tasks.complete')}
      </Button>
      <Button size="small" onClick={() => finish('skipped')}>
        {t('tasks.skip')}
      </Button>
      {mayAssign && (
        <Select
          size="small"
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 160 }}
          placeholder={t('tasks.reassign')}
          aria-label={t('tasks.reassign')}
          value={null}
          options={employees}
          onChange={(id: string | null) => void (id && giveTo(id))}
        />
      )}
    </>
  )
}

type Look = { phone: boolean; whose: 'mine' | 'team'; isOver: boolean }

const columns = (t: Translate, { phone, whose, isOver }: Look): Column<Task>[] => [
  { key: 'title', title: t('tasks.task'), width: 220, render: ({ title }) => title },
  { key: 'state', title: t('tasks.state'), width: 90, phone: 'aside', render: (task) => <TaskState task={task} t={t} /> },
  {
    key: 'customer',
    title: t('tasks.customer'),
    width: 130,
    phone: 'note',
    render: ({ customer }) => (customer ? <PersonLink {...customer} /> : phone ? null : <span className="mute">—</span>),
  },
  ...(whose === 'team'
    ? [
        {
          key: 'employee',
          title: t('tasks.employee'),
          width: 110,
          phone: 'note' as const,
          render: ({ employee }: Task) =>
            employee ? (
              employee.active ? (
                employee.name
              ) : (
                t('tasks.whoLeft', { name: employee.name })
              )
            ) : (
              <span className="mute">{t('tasks.nobody')}</span>
            ),
        },
      ]
    : []),
  {
    key: 'due',
    title: t(isOver ? 'tasks.endedAt' : 'tasks.dueAt'),
    width: 120,
    phone: 'note',
    render: (task) => (isOver ? <When at={task.endedAt} /> : phone && !task.dueAt ? null : <When at={task.dueAt} />),
  },
  { key: 'source', title: t('tasks.source'), width: 170, phone: phone ? 'none' : 'note', render: (task) => sourceText(task, t) },
  ...(isOver
    ? [{ key: 'note', title: t('tasks.remark'), width: 200, phone: 'none' as const, render: ({ note }: Task) => note }]
    : [
        {
          key: 'act',
          title: t('tasks.act'),
          width: 210,
          phone: 'wide' as const,
          render: (task: Task) =>
            phone ? (
              <Stack tight>
                {task.script && <CopyText text={task.script} name={t('tasks.copyScript')} size="large" />}
                <Complete task={task} block />
              </Stack>
            ) : (
              <Row>
                <Complete task={task} block={false} />
                {task.script && <CopyText text={task.script} name={t('tasks.copyScript')} size="small" />}
              </Row>
            ),
        },
      ]),
]
