import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { ControlGroupView } from '#console/experiments/control-group.tsx'
import { draftedValues } from '#console/experiments/drafted.ts'
import { ExperimentForm } from '#console/experiments/experiment-form.tsx'
import { useExperiments } from '#console/experiments/queries.ts'
import { ExperimentState } from '#console/experiments/state.tsx'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { Views } from '#console/ui/tabs.tsx'
import { When } from '#console/ui/when.tsx'
import { type Experiment, states } from '#operation/experiments/schema.ts'

const route = getRouteApi('/app/experiments')

/** The trials there are, and the control group of the whole company. */
export function ExperimentsPage() {
  const { t } = useText()
  const { view, draft } = route.useSearch()
  const navigate = useNavigate({ from: '/experiments' })
  const may = useMay()('experiments.write')
  const [drafted, setDrafted] = useState(() => (may ? draftedValues(draft) : undefined))
  const [creating, setCreating] = useState(drafted !== undefined)
  const close = () => {
    setCreating(false)
    setDrafted(undefined)
  }
  const isControl = view === 'control'
  return (
    <Page
      title={t('experiments.title')}
      note={t('experiments.note')}
      actions={!isControl && <NewExperiment create={() => setCreating(true)} />}
    >
      <Views
        open={isControl ? 'control' : 'list'}
        onOpen={(key) => void navigate({ search: key === 'control' ? { view: key } : {} })}
        views={[
          { key: 'list', name: t('experiments.views.list') },
          { key: 'control', name: t('experiments.views.control') },
        ]}
      />
      {isControl ? <ControlGroupView /> : <ExperimentList create={() => setCreating(true)} />}
      <ExperimentForm
        drafted={drafted}
        open={creating}
        onClose={close}
        onSaved={({ id }) => void navigate({ to: '/experiments/$experimentId', params: { experimentId: id } })}
      />
    </Page>
  )
}

function NewExperiment({ create }: { create: () => void }) {
  const { t } = useText()
  return (
    <Gate permission="experiments.write">
      <Button type="primary" icon={<PlusOutlined />} onClick={create}>
        {t('experiments.create')}
      </Button>
    </Gate>
  )
}

function ExperimentList({ create }: { create: () => void }) {
  const { t } = useText()
  const { q, state } = route.useSearch()
  const navigate = useNavigate({ from: '/experiments' })
  const list = useExperiments({ q, state })
  return (
    <>
      <FilterBar
        search={t('experiments.search')}
        values={{ q, state }}
        onChange={(change) => void navigate({ search: { q, state, ...change }, replace: true, resetScroll: false })}
        filters={[
          {
            kind: 'choice',
            key: 'state',
            label: t('experiments.state'),
            options: states.map((value) => ({ value, label: t(`experiments.states.${value}`) })),
          },
        ]}
      />
      <Section flush>
        <DataTable<Experiment>
          name="experiments"
          columns={columns(t)}
          list={list}
          href={({ id }) => `/experiments/${id}`}
          open={({ id }) => void navigate({ to: '/experiments/$experimentId', params: { experimentId: id } })}
          empty={
            q || state ? (
              <Empty
                title={t('experiments.noneMatch')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty title={t('experiments.none')} hint={t('experiments.noneHint')} action={<NewExperiment create={create} />} />
            )
          }
        />
      </Section>
    </>
  )
}

const columns = (t: Translate): Column<Experiment>[] => [
  { key: 'name', title: t('experiments.name'), width: 240, render: ({ name }) => name },
  {
    key: 'state',
    title: t('experiments.state'),
    width: 110,
    phone: 'aside',
    render: ({ state }) => <ExperimentState state={state} t={t} />,
  },
  { key: 'trial', title: t('experiments.trialMetric'), width: 180, phone: 'note', render: ({ trialMetric }) => trialMetric.name },
  { key: 'growth', title: t('experiments.growthMetric'), width: 180, phone: 'note', render: ({ growthMetric }) => growthMetric.name },
  {
    key: 'people',
    title: t('experiments.people'),
    width: 100,
    right: true,
    phone: 'none',
    render: ({ exposed }) => <Count value={exposed} />,
  },
  {
    key: 'ghosts',
    title: t('experiments.ghosts'),
    width: 100,
    right: true,
    phone: 'none',
    render: ({ ghosts }) => <Count value={ghosts} />,
  },
  {
    key: 'started',
    title: t('experiments.started'),
    width: 140,
    phone: 'none',
    render: ({ startedAt }) => (startedAt ? <When at={startedAt} /> : <span className="mute">—</span>),
  },
  {
    key: 'end',
    title: t('experiments.plannedEnd'),
    width: 120,
    phone: 'none',
    render: ({ plannedEnd }) => plannedEnd ?? <span className="mute">—</span>,
  },
]
