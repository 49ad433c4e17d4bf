import { PlusOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button, Segmented, Switch } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { type DeclareValues, declared, emptyDeclaration, suggested } from '#console/events/declare.ts'
import { DeclareForm } from '#console/events/declare-form.tsx'
import { PlanSheet } from '#console/events/plan-sheet.tsx'
import { useHoldUnknown, useTrackingPlan } from '#console/events/queries.ts'
import { type Language, type Translate, useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'
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
  const may = useMay()('tracking.write')
  const navigate = useNavigate()
  const plan = useTrackingPlan()
  const [form, setForm] = useState<{ initial: DeclareValues; known: boolean }>()
  const [looked, setLooked] = useState<Row>()
  const list = wholeList(plan, (items: PlannedEvent[]) =>
    items
      .toSorted((a, b) => b.events - a.events)
      .filter((row) => isWanted(row, only))
      .map((row) => ({ ...row, id: row.name })),
  )
  const open = (row: Row) => {
    if (may && row.plan && row.declaredBy === 'company') setForm({ initial: declared(row.name, row.plan), known: true })
    else setLooked(row)
  }
  return (
    <>
      {may && <HoldUnknown held={plan.data?.holdUnknown ?? false} />}
      <Section
        flush
        title={t('events.plan')}
        note={t('events.planNote')}
        actions={
          may && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm({ initial: emptyDeclaration, known: false })}>
              {t('events.declare')}
            </Button>
          )
        }
      >
        <DataTable<Row>
          name="tracking-plan"
          columns={columns(t, language)}
          list={list}
          open={open}
          tools={
            <Segmented
              value={only ?? 'all'}
              onChange={(next) => onOnly(next === 'all' ? undefined : next)}
              options={[
                { value: 'all', label: t('ui.all') },
                { value: 'seen', label: t('events.onlySeen') },
                { value: 'company', label: t('events.byCompany') },
                { value: 'undeclared', label: t('events.onlyUndeclared') },
              ]}
            />
          }
          empty={<Empty title={t('events.noPlan')} />}
        />
      </Section>
      <DeclareForm initial={form?.initial} known={form?.known ?? false} onClose={() => setForm(undefined)} />
      <PlanSheet
        event={looked}
        onClose={() => setLooked(undefined)}
        watch={(name) => void navigate({ to: '/events', search: { name } })}
        declare={
          may && looked?.declaredBy === null
            ? () => {
                setForm({ initial: suggested(looked.name, looked.properties), known: false })
                setLooked(undefined)
              }
            : undefined
        }
      />
    </>
  )
}

const isWanted = (row: PlannedEvent, only: string | undefined): boolean =>
  only === 'undeclared' ? !row.declared : only === 'seen' ? row.events > 0 : only === 'company' ? row.declaredBy === 'company' : true

function HoldUnknown({ held }: { held: boolean }) {
  const { t } = useText()
  const hold = useHoldUnknown()
  const run = useRun()
  return (
    <Section>
      <div className="row between">
        <div>
          <strong>{t('events.holdUnknown')}</strong>
          <p className="note">{t('events.holdUnknownHint')}</p>
        </div>
        <Switch
          aria-label={t('events.holdUnknown')}
          checked={held}
          loading={hold.isPending}
          onChange={(next) => void run(() => hold.mutateAsync(next))}
        />
      </div>
    </Section>
  )
}

const columns = (t: Translate, language: Language): Column<Row>[] => [
  {
    key: 'name',
    title: t('events.name'),
    width: 310,
    render: (row) => (
      <span>
        {row.title?.[language]} <code>{row.name}</code>
      </span>
    ),
  },
  { key: 'source', title: t('events.source'), width: 130, phone: 'aside', render: (row) => <Declarer event={row} /> },
  {
    key: 'owner',
    title: t('events.owner'),
    width: 110,
    phone: 'none',
    render: (row) => row.plan?.owner || <span className="mute">—</span>,
  },
  {
    key: 'events',
    title: t('events.count30'),
    width: 120,
    right: true,
    phone: 'line',
    render: (row) => (row.logOnly ? <span className="mute">—</span> : <Count value={row.events} />),
  },
  {
    key: 'persons',
    title: t('events.persons30'),
    width: 120,
    right: true,
    phone: 'line',
    render: (row) => (row.logOnly ? <span className="mute">—</span> : <Count value={row.persons} />),
  },
  {
    key: 'last',
    title: t('events.lastAt'),
    width: 130,
    phone: 'note',
    render: (row) => (row.lastAt ? <When at={row.lastAt} /> : <span className="mute">{row.logOnly ? '—' : t('events.neverSeen')}</span>),
  },
  {
    key: 'properties',
    title: t('events.fields'),
    width: 260,
    phone: 'none',
    render: (row) => <span title={row.properties.join(', ')}>{row.properties.join(', ') || '—'}</span>,
  },
]

function Declarer({ event }: { event: PlannedEvent }) {
  const { t } = useText()
  switch (event.declaredBy) {
    case 'product':
      return event.logOnly ? (
        <span title={t('events.toldOnlyHint')}>
          <Badge tone="quiet">{t('events.toldOnly')}</Badge>
        </span>
      ) : (
        <Badge tone="plain">{t('events.byProduct')}</Badge>
      )
    case 'pages':
      return <Badge tone="plain">{t('events.byPages')}</Badge>
    case 'company':
      return <Badge tone="good">{t('events.byCompany')}</Badge>
    default:
      return (
        <span title={t('events.undeclaredHint')}>
          <Badge tone="waiting">{t('events.undeclared')}</Badge>
        </span>
      )
  }
}
