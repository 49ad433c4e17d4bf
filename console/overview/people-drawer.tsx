import { TagOutlined } from '@ant-design/icons'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { get, type Page } from '#console/api/client.ts'
import { BulkDialog } from '#console/customers/bulk-actions.tsx'
import { useText } from '#console/i18n/i18n.ts'
import type { Step } from '#console/overview/loop-steps.ts'
import { type StepPerson, useStepPeople } from '#console/overview/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { When } from '#console/ui/when.tsx'

interface Asked {
  step: Step
  from: string
  to: string
  channel?: string | undefined
}

/** The people behind a number of the overview, and what can be done with them. */
export function PeopleDrawer(props: { asked: Asked; count: number; channelName: string; onClose: () => void }) {
  const { t } = useText()
  const { asked } = props
  const run = useRun()
  const [ids, setIds] = useState<string[]>()
  const [reading, setReading] = useState(false)
  const gather = async () => {
    setReading(true)
    setIds(await run(() => everybody(asked)))
    setReading(false)
  }
  return (
    <SideSheet
      open
      onClose={props.onClose}
      title={t('overview.peopleOf', { step: t(`overview.${asked.step}`), count: exactNumber(props.count) })}
      actions={
        <Gate permission="customers.write">
          {props.count > 0 && (
            <Button icon={<TagOutlined />} loading={reading} onClick={() => void gather()}>
              {t('customers.bulkTag')}
            </Button>
          )}
        </Gate>
      }
    >
      <p className="note">
        {t('overview.peopleNote', { from: asked.from, to: asked.to, channel: props.channelName })}
        {asked.step === 'ordered' && asked.channel === undefined && (
          <>
            {' · '}
            <Link to="/orders" search={{ from: asked.from, to: asked.to }}>
              {t('overview.openInOrders')}
            </Link>
          </>
        )}
      </p>
      {asked.step === 'scans' && <p className="note">{t('overview.scansNote')}</p>}
      <People asked={asked} />
      {ids && ids.length > 0 && (
        <BulkDialog action="tag" ids={ids} filter={undefined} q={undefined} total={undefined} onClose={() => setIds(undefined)} />
      )}
    </SideSheet>
  )
}

/** The server tags so many by name at once. */
const mostTagged = 10_000

async function everybody(asked: Asked): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null && ids.length < mostTagged; ) {
    const page: Page<StepPerson> = await get<Page<StepPerson>>('overview/people', { ...asked, limit: 200, cursor })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.next
  }
  return ids.slice(0, mostTagged)
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
      render: (person) => <PersonChip name={person.name} alias={person.alias} avatar={person.avatar} />,
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
