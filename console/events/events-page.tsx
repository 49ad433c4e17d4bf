import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { LiveEvents } from '#console/events/live-events.tsx'
import { Plan } from '#console/events/plan.tsx'
import { Quarantine } from '#console/events/quarantine.tsx'
import { useQuarantine } from '#console/events/queries.ts'
import { TrackingCode } from '#console/events/tracking-code.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { Page } from '#console/ui/page.tsx'
import { Views } from '#console/ui/tabs.tsx'

const route = getRouteApi('/app/events')

export function EventsPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/events' })
  const held = useQuarantine()
  const view = search.view ?? 'live'
  return (
    <Page title={t('events.title')} note={t('events.note')}>
      <Views
        views={[
          { key: 'live', name: t('events.live') },
          { key: 'plan', name: t('events.plan') },
          { key: 'quarantine', name: t('events.quarantine'), count: held.data?.waiting },
          { key: 'code', name: t('events.code') },
        ]}
        open={view}
        onOpen={(key) => void navigate({ search: key === 'live' ? {} : { view: key } })}
      />
      {view === 'plan' ? (
        <Plan only={search.only} onOnly={(only) => void navigate({ search: { view: 'plan', only }, replace: true })} />
      ) : view === 'quarantine' ? (
        <Quarantine />
      ) : view === 'code' ? (
        <TrackingCode />
      ) : (
        <LiveEvents
          name={search.name}
          customer={search.customer}
          device={search.device}
          onChange={(change) =>
            void navigate({ search: { name: search.name, customer: search.customer, device: search.device, ...change }, replace: true })
          }
        />
      )}
    </Page>
  )
}
