import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { useJobs } from '#console/operations/queries.ts'
import { spanText } from '#console/operations/span.ts'
import { type Column, DataTable, wholeList } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { explained } from '#console/ui/problem.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { JobView } from '#platform/operations/schema.ts'

export function Jobs() {
  const { t } = useText()
  const jobs = useJobs()
  return (
    <Section flush title={t('operations.jobs')} note={t('operations.jobsNote')}>
      <DataTable<JobView> name="jobs" columns={columns(t)} list={wholeList(jobs)} empty={<Empty title={t('operations.noJobs')} />} />
    </Section>
  )
}

const tones = { waiting: 'waiting', running: 'waiting', done: 'good', failed: 'bad', cancelled: 'quiet' } as const

const columns = (t: Translate): Column<JobView>[] => [
  { key: 'job', title: t('operations.job'), width: 200, render: (row) => <span title={row.name}>{jobName(row.name)}</span> },
  {
    key: 'state',
    title: t('operations.state'),
    width: 110,
    phone: 'aside',
    render: (row) => <Badge tone={tones[row.state]}>{textOr(`shell.state.${row.state}`, row.state)}</Badge>,
  },
  { key: 'progress', title: t('operations.progress'), width: 180, phone: 'note', render: (row) => progressText(row) },
  {
    key: 'started',
    title: t('operations.startedAt'),
    width: 130,
    phone: 'note',
    render: (row) => <When at={row.startedAt ?? row.createdAt} />,
  },
  { key: 'took', title: t('operations.took'), width: 100, right: true, phone: 'none', render: (row) => tookText(row, t) },
  {
    key: 'error',
    title: t('operations.error'),
    width: 260,
    phone: 'wide',
    render: (row) => row.error && <span title={row.error.message}>{explained(row.error)}</span>,
  },
]

export const jobName = (name: string): string => textOr(`operations.jobNames.${name}`, name)

function progressText({ progress }: JobView): string {
  const [done, total] = [numberOf(progress?.done ?? progress?.read), numberOf(progress?.total)]
  if (done === undefined) return '—'
  return total ? `${exactNumber(done)} / ${exactNumber(total)} (${percent(Math.min(done, total), total)})` : exactNumber(done)
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

function tookText({ startedAt, finishedAt }: JobView, t: Translate): string {
  if (!startedAt || !finishedAt) return '—'
  return spanText((new Date(finishedAt).getTime() - new Date(startedAt).getTime()) / 1000, t)
}
