import { BellOutlined, EditOutlined, StopOutlined, UserAddOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { MarketingChange } from '#console/tasks/marketing-change.tsx'
import { MarketingState } from '#console/tasks/marketing-state.tsx'
import { useHandOut, useMarketingPeople, useRemind, useStopMarketingTask } from '#console/tasks/queries.ts'
import { ReceiverFields } from '#console/tasks/receiver-fields.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { CopyText, Words } from '#console/ui/copy-text.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Money } from '#console/ui/money.tsx'
import { Facts, Row, Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { MarketingPerson, MarketingTask } from '#operation/marketing-tasks/schema.ts'

/** One campaign: its numbers, one's own part of it, and the order of places. */
export function MarketingSheet({ task, onClose }: { task: MarketingTask; onClose: () => void }) {
  const { t } = useText()
  const people = useMarketingPeople(task.id)
  return (
    <SideSheet open wide onClose={onClose} title={task.name} actions={task.state === 'running' && <Acts task={task} />}>
      <Stack>
        {task.mine && (
          <>
            <Words>{task.mine.script}</Words>
            <Row>
              <CopyText text={task.mine.script} name={t('tasks.copyScript')} />
              <CopyId value={task.mine.url} />
            </Row>
          </>
        )}
        <Stats>
          <Stat name={t('tasks.reached')} value={`${task.totals.reached} / ${task.totals.people}`} />
          {(['clicks', 'friends', 'orders'] as const).map((key) => (
            <Stat key={key} name={t(`tasks.goals.${key}`)} value={<Count value={task.totals[key]} />} />
          ))}
          <Stat name={t('tasks.paid')} value={<Money minor={task.totals.paidMinor} currency={task.currency} />} />
        </Stats>
        <Facts
          items={[
            { name: t('tasks.state'), value: <MarketingState state={task.state} t={t} /> },
            { name: t('tasks.goal'), value: t('tasks.goalEach', { kind: t(`tasks.goals.${task.goalKind}`), goal: task.goal }) },
            { name: t('tasks.target'), value: <CopyId value={task.targetUrl} /> },
            { name: t('tasks.startsAt'), value: <When at={task.startsAt} /> },
            { name: t('tasks.endsAt'), value: <When at={task.endsAt} /> },
          ]}
        />
        <DataTable<MarketingPerson & { id: string }>
          bare
          name="marketing-people"
          columns={columns(t, task)}
          list={{ ...people, rows: people.rows.map((row) => ({ ...row, id: row.employee.id })) }}
          empty={<Empty title={t('tasks.nobody')} />}
        />
      </Stack>
    </SideSheet>
  )
}

function Acts({ task }: { task: MarketingTask }) {
  const { t } = useText()
  const run = useRun()
  const confirm = useConfirm()
  const remind = useRemind()
  const stop = useStopMarketingTask()
  const [handing, setHanding] = useState(false)
  const [changing, setChanging] = useState(false)
  const left = task.totals.people - task.totals.reached
  const askToStop = () =>
    confirm({
      title: `${t('tasks.stop')}「${task.name}」`,
      effect: t('tasks.stopEffect', { count: left }),
      act: t('tasks.stop'),
      danger: true,
      run: () => stop.mutateAsync(task.id),
    })
  return (
    <Gate permission="tasks.assign">
      <Button
        icon={<BellOutlined />}
        loading={remind.isPending}
        onClick={() => void run(() => remind.mutateAsync(task.id), t('tasks.reminded', { count: left }))}
      >
        {t('tasks.remindNow')}
      </Button>
      <Button icon={<UserAddOutlined />} onClick={() => setHanding(true)}>
        {t('tasks.handOut')}
      </Button>
      <Button icon={<EditOutlined />} onClick={() => setChanging(true)}>
        {t('tasks.change')}
      </Button>
      <MarketingChange task={task} open={changing} onClose={() => setChanging(false)} />
      <HandOut id={task.id} open={handing} onClose={() => setHanding(false)} />
      <Button danger type="text" icon={<StopOutlined />} onClick={askToStop}>
        {t('tasks.stop')}
      </Button>
    </Gate>
  )
}

interface Receivers {
  departmentIds?: string[]
  employeeIds?: string[]
}

/** Whoever has it keeps what they have. */
function HandOut({ id, open, onClose }: { id: string; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const handOut = useHandOut()
  const submit = ({ departmentIds = [], employeeIds = [] }: Receivers) => handOut.mutateAsync({ id, departmentIds, employeeIds })
  return (
    <FormDrawer<Receivers> title={t('tasks.handOut')} open={open} onClose={onClose} initial={{}} onSubmit={submit}>
      <ReceiverFields />
    </FormDrawer>
  )
}

const columns = (t: Translate, { goalKind, goal }: MarketingTask): Column<MarketingPerson & { id: string }>[] => [
  { key: 'employee', title: t('tasks.employee'), width: 140, render: ({ rank, employee }) => `${rank}. ${employee.name}` },
  {
    key: 'done',
    title: t('tasks.progress'),
    width: 110,
    right: true,
    phone: 'note',
    render: (row) => <span className="figure">{`${row[goalKind]} / ${goal}`}</span>,
  },
  {
    key: 'reached',
    title: t('tasks.reachedOne'),
    width: 100,
    phone: 'aside',
    render: ({ reachedAt }) => (reachedAt ? <Badge tone="good">{t('tasks.yes')}</Badge> : <Badge tone="quiet">{t('tasks.notYet')}</Badge>),
  },
  ...(['clicks', 'friends', 'orders'] as const).map(
    (key): Column<MarketingPerson & { id: string }> => ({
      key,
      title: t(`tasks.goals.${key}`),
      width: 80,
      right: true,
      phone: 'none',
      render: (row) => <Count value={row[key]} />,
    }),
  ),
]
