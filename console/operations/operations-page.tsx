import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Alert, Skeleton } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { DeadLetters } from '#console/operations/dead-letters.tsx'
import { findingsOf } from '#console/operations/findings.ts'
import { Jobs } from '#console/operations/jobs.tsx'
import { useOperations } from '#console/operations/queries.ts'
import { Processes, Readers } from '#console/operations/readers.tsx'
import { spanText } from '#console/operations/span.ts'
import { Count } from '#console/ui/count.tsx'
import { shortTime } from '#console/ui/format.ts'
import { Columns, Page, Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Views } from '#console/ui/tabs.tsx'
import type { Operations } from '#platform/operations/schema.ts'

const route = getRouteApi('/app/operations')

export function OperationsPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/operations' })
  const seen = useOperations()
  const view = search.view === 'dead-letters' ? 'dead-letters' : 'now'
  return (
    <Page title={t('operations.title')} note={t('operations.note')}>
      <Views
        views={[
          { key: 'now', name: t('operations.now') },
          { key: 'dead-letters', name: t('operations.deadLetters'), count: seen.data?.deadLetters },
        ]}
        open={view}
        onOpen={(key) => void navigate({ search: key === 'now' ? {} : { view: key } })}
      />
      {view === 'dead-letters' ? (
        <DeadLetters state={search.state ?? 'waiting'} onState={(state) => void navigate({ search: { view, state } })} />
      ) : seen.data ? (
        <Now seen={seen.data} error={seen.error} at={seen.dataUpdatedAt} />
      ) : (
        <Section>{seen.error ? <Problem error={seen.error} retry={() => void seen.refetch()} /> : <Skeleton active />}</Section>
      )}
    </Page>
  )
}

function Now({ seen, error, at }: { seen: Operations; error: unknown; at: number }) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  return (
    <Stack>
      {Boolean(error) && (
        <Alert type="error" showIcon title={t('operations.lost', { at: shortTime(new Date(at).toISOString(), timezone, language) })} />
      )}
      <Verdict seen={seen} at={at} />
      <Figures seen={seen} />
      <Columns shares={[1, 1]}>
        <Readers consumers={seen.consumers} />
        <Processes processes={seen.processes} reachable={seen.analysis.reachable} at={at} />
      </Columns>
      <Jobs />
    </Stack>
  )
}

function Verdict({ seen, at }: { seen: Operations; at: number }) {
  const { t } = useText()
  const found = findingsOf(seen, t, at)
  if (found.length === 0) return <Alert type="success" showIcon title={t('operations.allWell')} description={t('operations.allWellHint')} />
  return (
    <Alert
      type={found.some(({ bad }) => bad) ? 'error' : 'warning'}
      showIcon
      title={t('operations.lookAt', { count: found.length })}
      description={
        <ul>
          {found.map(({ key, text, to }) => (
            <li key={key}>
              {text}{' '}
              {to && (
                <Link className="figure" to={to.to} search={to.search as never}>
                  {t('operations.show')}
                </Link>
              )}
            </li>
          ))}
        </ul>
      }
    />
  )
}

function Figures({ seen }: { seen: Operations }) {
  const { t } = useText()
  const { waiting, running, failed } = seen.jobs
  const late = seen.loaderLagSeconds
  return (
    <Stats>
      <Stat
        name={t('operations.freshness')}
        hint={t('operations.freshHint')}
        value={late < 2 ? t('operations.freshNow') : t('operations.freshLate', { time: spanText(late, t) })}
      />
      <Stat name={t('operations.inbox')} hint={t('operations.inboxHint')} value={<Count value={seen.inboxEvents} />} />
      <Stat
        name={t('operations.queue')}
        hint={t('operations.queueHint', { waiting, running })}
        value={<Count value={waiting + running} />}
      />
      <Stat name={t('operations.failedJobs')} value={<Count value={failed} />} />
      <Stat
        name={t('operations.lettersShort')}
        value={
          <Link to="/operations" search={{ view: 'dead-letters' }}>
            <Count value={seen.deadLetters} />
          </Link>
        }
      />
      <Stat
        name={t('operations.quarantineShort')}
        value={
          <Link to="/events" search={{ view: 'quarantine' }}>
            <Count value={seen.quarantined} />
          </Link>
        }
      />
    </Stats>
  )
}
