import { Link, useNavigate } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import type { Step } from '#console/overview/loop-steps.ts'
import { type StepPerson, useStepPeople } from '#console/overview/queries.ts'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { When } from '#console/ui/when.tsx'

interface Asked {
  step: Step
  from: string
  to: string
  channel?: string | undefined
}

/** The people behind a number of the overview, and the way on to the customer list. */
export function PeopleDrawer(props: { asked: Asked; count: number; channelName: string; onClose: () => void }) {
  const { t } = useText()
  const { asked } = props
  return (
    <SideSheet
      open
      onClose={props.onClose}
      title={t('overview.peopleOf', { step: t(`overview.${asked.step}`), count: exactNumber(props.count) })}
      actions={
        <Link
          to="/customers"
          search={{ channels: asked.channel, from: asked.from, to: asked.to, bought: asked.step === 'ordered' ? 'yes' : undefined }}
        >
          {t('overview.openInCustomers')}
        </Link>
      }
    >
      <p className="note">{t('overview.peopleNote', { from: asked.from, to: asked.to, channel: props.channelName })}</p>
      <People asked={asked} />
    </SideSheet>
  )
}

function People({ asked }: { asked: Asked }) {
  const { t } = useText()
  const navigate = useNavigate()
  const list = useStepPeople(asked)
  const columns: Column<StepPerson>[] = [
    {
      key: 'name',
      title: t('overview.customer'),
      width: 200,
      render: (person) => <PersonChip name={person.name} avatar={person.avatar} />,
    },
    { key: 'at', title: t('overview.at'), width: 130, phone: 'aside', render: (person) => <When at={person.at} /> },
    { key: 'channel', title: t('overview.channel'), width: 130, render: (person) => person.channel?.name ?? t('overview.noChannel') },
    { key: 'employee', title: t('overview.employee'), width: 110, hidden: true, render: (person) => person.employee?.name ?? '—' },
  ]
  return (
    <DataTable
      bare
      name="step-people"
      columns={columns}
      list={list}
      empty={<Empty title={t('overview.nobody')} />}
      href={(person) => `/customers/${person.id}`}
      open={(person) => void navigate({ to: '/customers/$customerId', params: { customerId: person.id } })}
    />
  )
}
