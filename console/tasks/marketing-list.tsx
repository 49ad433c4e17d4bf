import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { MarketingSheet } from '#console/tasks/marketing-sheet.tsx'
import { MarketingState } from '#console/tasks/marketing-state.tsx'
import { useMarketingTask, useMarketingTasks } from '#console/tasks/queries.ts'
import { CopyText } from '#console/ui/copy-text.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Section } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { When } from '#console/ui/when.tsx'
import type { MarketingTask } from '#operation/marketing-tasks/schema.ts'

const route = getRouteApi('/app/tasks')

/** The campaigns: one's own link to copy, and how far everybody is. */
export function MarketingList({ make }: { make: () => void }) {
  const { t } = useText()
  const phone = usePhone()
  const list = useMarketingTasks({})
  const { campaign: openId } = route.useSearch()
  const navigate = useNavigate({ from: '/tasks' })
  const setOpenId = (campaign: string | undefined) =>
    void navigate({ search: (now) => ({ ...now, campaign }), replace: true, resetScroll: false })
  const found = useMarketingTask(openId).data
  const opened = list.rows.find(({ id }) => id === openId) ?? (found?.id === openId ? found : undefined)
  return (
    <>
      <Section flush>
        <DataTable<MarketingTask>
          name="marketing-tasks"
          columns={columns(t, phone)}
          list={list}
          open={(task) => setOpenId(task.id)}
          empty={
            <Empty
              title={t('tasks.noMarketing')}
              hint={t('tasks.noMarketingHint')}
              action={
                <Gate permission="tasks.assign">
                  <Button type="primary" icon={<PlusOutlined />} onClick={make}>
                    {t('tasks.createMarketing')}
                  </Button>
                </Gate>
              }
            />
          }
        />
      </Section>
      {opened && <MarketingSheet task={opened} onClose={() => setOpenId(undefined)} />}
    </>
  )
}

/** 点击 12/50 */
const mineText = ({ mine, goalKind, goal }: MarketingTask, t: Translate): string | undefined =>
  mine ? t('tasks.mineText', { kind: t(`tasks.goals.${goalKind}`), done: mine[goalKind], goal, rank: mine.rank }) : undefined

const columns = (t: Translate, phone: boolean): Column<MarketingTask>[] => [
  { key: 'name', title: t('tasks.campaign'), width: 220, render: ({ name }) => name },
  { key: 'state', title: t('tasks.state'), width: 100, phone: 'aside', render: ({ state }) => <MarketingState state={state} t={t} /> },
  {
    key: 'mine',
    title: t('tasks.mine'),
    width: 200,
    phone: 'note',
    render: (task) => mineText(task, t) ?? (phone ? `${t('tasks.reached')} ${task.totals.reached} / ${task.totals.people}` : '—'),
  },
  {
    key: 'reached',
    title: t('tasks.reached'),
    width: 110,
    right: true,
    phone: 'none',
    render: ({ totals }) => <span className="figure">{`${totals.reached} / ${totals.people}`}</span>,
  },
  ...(['clicks', 'friends', 'orders'] as const).map(
    (key): Column<MarketingTask> => ({
      key,
      title: t(`tasks.goals.${key}`),
      width: 90,
      right: true,
      phone: 'none',
      render: ({ totals }) => <Count value={totals[key]} />,
    }),
  ),
  { key: 'endsAt', title: t('tasks.endsAt'), width: 130, phone: 'note', render: ({ endsAt }) => <When at={endsAt} /> },
  {
    key: 'act',
    title: t('tasks.act'),
    width: 150,
    phone: 'wide',
    render: ({ mine, state }) =>
      mine &&
      state === 'running' && <CopyText text={mine.script} name={t('tasks.copyScript')} {...(phone && { size: 'large' as const })} />,
  },
]
