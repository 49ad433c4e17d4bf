import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { NewJourney } from '#console/journeys/new-journey.tsx'
import { useJourneys } from '#console/journeys/queries.ts'
import { JourneyState } from '#console/journeys/state.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { When } from '#console/ui/when.tsx'
import { type JourneyItem, journeyStates } from '#operation/journeys/schema.ts'

const route = getRouteApi('/app/journeys')

/** The journeys there are, and how many are on each. */
export function JourneysPage() {
  const { t } = useText()
  const { q, state, archived, segment } = route.useSearch()
  const navigate = useNavigate({ from: '/journeys' })
  const [whom, setWhom] = useState(segment)
  const [creating, setCreating] = useState(segment !== undefined)
  const list = useJourneys({ q, state, archived })
  const open = ({ id }: { id: string }) => void navigate({ to: '/journeys/$journeyId', params: { journeyId: id } })
  const create = (
    <Gate permission="journeys.write">
      <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
        {t('journeys.create')}
      </Button>
    </Gate>
  )
  return (
    <Page title={t('journeys.title')} note={t('journeys.note')} actions={create}>
      <FilterBar
        search={t('journeys.search')}
        values={{ q, state, archived }}
        onChange={(change) => void navigate({ search: { q, state, archived, ...change }, replace: true, resetScroll: false })}
        filters={[
          {
            kind: 'choice',
            key: 'state',
            label: t('journeys.state'),
            options: journeyStates.map((value) => ({ value, label: t(`journeys.states.${value}`) })),
          },
          {
            kind: 'choice',
            key: 'archived',
            label: t('journeys.archivedFilter'),
            options: [{ value: 'true', label: t('journeys.archived') }],
          },
        ]}
      />
      <Section flush>
        <DataTable<JourneyItem>
          name="journeys"
          columns={columns(t)}
          list={list}
          href={({ id }) => `/journeys/${id}`}
          open={open}
          empty={
            q || state || archived ? (
              <Empty
                title={t('journeys.noneMatch')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty title={t('journeys.none')} hint={t('journeys.noneHint')} action={create} />
            )
          }
        />
      </Section>
      <NewJourney
        segment={whom}
        open={creating}
        onClose={() => {
          setCreating(false)
          setWhom(undefined)
        }}
        onSaved={open}
      />
    </Page>
  )
}

const columns = (t: Translate): Column<JourneyItem>[] => [
  { key: 'name', title: t('journeys.name'), width: 260, render: ({ name }) => name },
  {
    key: 'state',
    title: t('journeys.state'),
    width: 110,
    phone: 'aside',
    render: ({ state }) => <JourneyState state={state} t={t} />,
  },
  ...(['active', 'entered', 'done', 'goal'] as const).map(
    (key): Column<JourneyItem> => ({
      key,
      title: t(`journeys.${key}`),
      width: 100,
      right: true,
      phone: key === 'active' || key === 'goal' ? 'note' : 'none',
      render: (journey) => <Count value={journey[key]} />,
    }),
  ),
  { key: 'updated', title: t('journeys.updated'), width: 150, phone: 'none', render: ({ updatedAt }) => <When at={updatedAt} /> },
]
