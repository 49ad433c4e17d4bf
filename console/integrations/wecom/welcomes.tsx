import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { useWelcomes, type Welcome } from '#console/integrations/wecom/queries.ts'
import { WhoseFriend } from '#console/integrations/wecom/whose-friend.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

export function Welcomes({ id }: { id: string }) {
  const { t } = useText()
  const list = useWelcomes(id)
  return (
    <Section flush>
      <DataTable<Welcome>
        name="welcomes"
        columns={welcomeColumns(t)}
        list={list}
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

/** Our own reasons are words of the catalogue; WeCom's are shown as it said them. */
const reasonName = (reason: string): string => (/^[a-z_]+$/.test(reason) ? textOr(`wecom.welcomeReasons.${reason}`, reason) : reason)

const welcomeColumns = (t: Translate): Column<Welcome>[] => [
  { key: 'customer', title: t('wecom.customer'), width: 220, render: (row) => <WhoseFriend row={row} /> },
  { key: 'member', title: t('wecom.member'), width: 140, phone: 'note', render: (row) => row.employeeName ?? row.userId },
  {
    key: 'state',
    title: t('wecom.state.name'),
    width: 240,
    phone: 'aside',
    render: (row) => (
      <span title={row.reason ?? undefined}>
        <Badge tone={welcomeTones[row.status] ?? 'quiet'}>{textOr(`wecom.welcomeStates.${row.status}`, row.status)}</Badge>{' '}
        {row.reason && <span className="note">{reasonName(row.reason)}</span>}
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
