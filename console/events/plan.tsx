import { useNavigate } from '@tanstack/react-router'
import { Segmented } from 'antd'
import { useTrackingPlan } from '#console/events/queries.ts'
import { type Language, type Translate, useText } from '#console/i18n/i18n.ts'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable, wholeList } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { PlannedEvent } from '#insight/tracking/schema.ts'

type Row = PlannedEvent & { id: string }

/** What may arrive and what does: a typing mistake of a sender stands out as undeclared. */
export function Plan({ only, onOnly }: { only: string | undefined; onOnly: (only: string | undefined) => void }) {
  const { t, language } = useText()
  const navigate = useNavigate()
  const plan = useTrackingPlan()
  const list = wholeList(plan, (items: PlannedEvent[]) =>
    items
      .toSorted((a, b) => b.events - a.events)
      .filter((row) => (only === 'undeclared' ? !row.declared : only === 'seen' ? row.events > 0 : true))
      .map((row) => ({ ...row, id: row.name })),
  )
  return (
    <Section flush title={t('events.plan')} note={t('events.planNote')}>
      <DataTable<Row>
        name="tracking-plan"
        columns={columns(t, language)}
        list={list}
        open={(row) => void navigate({ to: '/events', search: { name: row.name } })}
        tools={
          <Segmented
            value={only ?? 'all'}
            onChange={(next) => onOnly(next === 'all' ? undefined : next)}
            options={[
              { value: 'all', label: t('ui.all') },
              { value: 'seen', label: t('events.onlySeen') },
              { value: 'undeclared', label: t('events.onlyUndeclared') },
            ]}
          />
        }
        empty={<Empty title={t('events.noPlan')} />}
      />
    </Section>
  )
}

const columns = (t: Translate, language: Language): Column<Row>[] => [
  {
    key: 'name',
    title: t('events.name'),
    width: 260,
    render: (row) => (
      <span>
        {row.title?.[language]} <code>{row.name}</code>
      </span>
    ),
  },
  {
    key: 'source',
    title: t('events.source'),
    width: 130,
    phone: 'aside',
    render: (row) => (
      <span title={row.declared ? undefined : t('events.undeclaredHint')}>
        <Badge tone={row.declared ? 'plain' : 'waiting'}>{t(row.declared ? 'events.declared' : 'events.undeclared')}</Badge>
      </span>
    ),
  },
  { key: 'events', title: t('events.count30'), width: 120, right: true, phone: 'line', render: (row) => <Count value={row.events} /> },
  { key: 'persons', title: t('events.persons30'), width: 120, right: true, phone: 'line', render: (row) => <Count value={row.persons} /> },
  {
    key: 'last',
    title: t('events.lastAt'),
    width: 130,
    phone: 'note',
    render: (row) => (row.lastAt ? <When at={row.lastAt} /> : <span className="mute">{t('events.neverSeen')}</span>),
  },
  {
    key: 'properties',
    title: t('events.fields'),
    width: 320,
    phone: 'none',
    render: (row) => <span title={row.properties.join(', ')}>{row.properties.join(', ') || '—'}</span>,
  },
]
