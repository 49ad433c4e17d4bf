import { Checkbox } from 'antd'
import type { List } from '#console/api/query.ts'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { type Call, type Repair, useCalls, useRepairs, useWelcomes, type Welcome } from '#console/integrations/wecom/queries.ts'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

type Numbered<Row> = Row & { id: string }

/** Lines of a log have no names of their own; their place from the oldest loaded one stays the same while newer ones arrive. */
const numbered = <Row,>(list: List<Row>): List<Numbered<Row>> => ({
  ...list,
  rows: list.rows.map((row, index) => ({ ...row, id: String(list.rows.length - index) })),
})

export function Calls(props: { id: string; failed: string | undefined; onFailed: (failed: string | undefined) => void }) {
  const { t } = useText()
  const list = useCalls(props.id, { failed: props.failed })
  return (
    <Section flush>
      <DataTable<Numbered<Call>>
        name="calls"
        columns={callColumns(t)}
        list={numbered(list)}
        tools={
          <Checkbox checked={props.failed === 'true'} onChange={(event) => props.onFailed(event.target.checked ? 'true' : undefined)}>
            {t('wecom.onlyFailed')}
          </Checkbox>
        }
        empty={<Empty title={t(props.failed ? 'wecom.noFailedCalls' : 'wecom.noCalls')} />}
      />
    </Section>
  )
}

const callColumns = (t: Translate): Column<Numbered<Call>>[] => [
  { key: 'endpoint', title: t('wecom.endpoint'), width: 260, render: (row) => <code>{row.endpoint}</code> },
  { key: 'errcode', title: t('wecom.errcode'), width: 120, phone: 'aside', render: (row) => <ResultBadge errcode={row.errcode} /> },
  {
    key: 'ms',
    title: t('wecom.milliseconds'),
    width: 100,
    right: true,
    phone: 'note',
    render: (row) => (row.milliseconds === null ? '—' : `${exactNumber(Math.round(row.milliseconds))} ms`),
  },
  {
    key: 'message',
    title: t('wecom.message'),
    width: 320,
    phone: 'wide',
    render: (row) => row.message && <span title={row.message}>{row.message}</span>,
  },
  { key: 'at', title: t('wecom.at'), width: 130, phone: 'note', render: (row) => <When at={row.at} /> },
]

function ResultBadge({ errcode }: { errcode: number | null }) {
  const { t } = useText()
  if (errcode === 0) return <Badge tone="good">{t('wecom.ok')}</Badge>
  return <Badge tone="bad">{errcode === null ? t('wecom.unreachable') : String(errcode)}</Badge>
}

export function Repairs({ id }: { id: string }) {
  const { t } = useText()
  const list = useRepairs(id)
  return (
    <Section flush>
      <DataTable<Numbered<Repair>>
        name="repairs"
        columns={repairColumns(t)}
        list={numbered(list)}
        empty={<Empty title={t('wecom.noRepairs')} hint={t('wecom.noRepairsHint')} />}
      />
    </Section>
  )
}

const repairColumns = (t: Translate): Column<Numbered<Repair>>[] => [
  { key: 'kind', title: t('wecom.kind'), width: 180, render: (row) => textOr(`wecom.repairKinds.${row.kind}`, row.kind) },
  {
    key: 'who',
    title: t('wecom.who'),
    width: 240,
    phone: 'note',
    render: (row) => (row.customer ? <PersonLink id={row.customer} /> : <code>{row.userId ?? row.externalUserId ?? '—'}</code>),
  },
  { key: 'details', title: t('wecom.details'), width: 340, phone: 'wide', render: (row) => <code>{detailText(row.details)}</code> },
  { key: 'at', title: t('wecom.at'), width: 130, phone: 'aside', render: (row) => <When at={row.at} /> },
]

const detailText = (details: Record<string, unknown>): string =>
  Object.entries(details)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ')

export function Welcomes({ id }: { id: string }) {
  const { t } = useText()
  const list = useWelcomes(id)
  return (
    <Section flush>
      <DataTable<Numbered<Welcome>>
        name="welcomes"
        columns={welcomeColumns(t)}
        list={numbered(list)}
        empty={<Empty title={t('wecom.noWelcomes')} hint={t('wecom.noWelcomesHint')} />}
      />
    </Section>
  )
}

const welcomeTones: Record<string, 'good' | 'bad' | 'waiting'> = {
  sent: 'good',
  failed: 'bad',
  unknown: 'bad',
  waiting: 'waiting',
  sending: 'waiting',
}

const welcomeColumns = (t: Translate): Column<Numbered<Welcome>>[] => [
  { key: 'customer', title: t('wecom.customer'), width: 280, render: (row) => <code>{row.externalUserId}</code> },
  { key: 'member', title: t('wecom.member'), width: 140, phone: 'note', render: (row) => row.userId },
  {
    key: 'state',
    title: t('wecom.state.name'),
    width: 240,
    phone: 'aside',
    render: (row) => (
      <span title={row.reason ?? undefined}>
        <Badge tone={welcomeTones[row.status] ?? 'quiet'}>{textOr(`wecom.welcomeStates.${row.status}`, row.status)}</Badge>{' '}
        {row.reason && <span className="note">{row.reason}</span>}
      </span>
    ),
  },
  {
    key: 'took',
    title: t('wecom.took'),
    width: 100,
    right: true,
    phone: 'note',
    render: (row) => (row.milliseconds === null ? '—' : `${exactNumber(row.milliseconds)} ms`),
  },
  { key: 'at', title: t('wecom.at'), width: 130, phone: 'note', render: (row) => <When at={row.receivedAt} /> },
]
