import { SyncOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { Doctor } from '#console/integrations/wecom/doctor.tsx'
import { isSyncing, useCallbackHealth, useCapabilities, useQuotas, useStartSync, useSyncs } from '#console/integrations/wecom/queries.ts'
import { SyncLine } from '#console/integrations/wecom/sync-line.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Facts, Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { Corp } from '#management/wecom/schema.ts'

/** The state at a glance, what wants somebody, and the facts of the connection. */
export function Overview({ corp }: { corp: Corp }) {
  return (
    <>
      <Glance corp={corp} />
      <Columns shares={[1.7, 1]}>
        <Doctor id={corp.id} />
        <div className="stack">
          <Compare id={corp.id} />
          <CorpFacts corp={corp} />
        </div>
      </Columns>
    </>
  )
}

type Tone = 'good' | 'waiting' | 'bad' | 'quiet'

function Glance({ corp }: { corp: Corp }) {
  const { t } = useText()
  const rights = useCapabilities(corp.id).data
  const callbacks = useCallbackHealth(corp.id).data
  const quotas = useQuotas(corp.id).data
  const [latest] = useSyncs(corp.id).data?.items ?? []
  const usable = rights?.items.filter(({ state }) => state === 'ok').length ?? 0
  const refused = rights?.access?.state === 'refused' || rights?.items.some(({ state }) => state === 'refused')
  const day = (key: 'received' | 'dead' | 'refused') => callbacks?.hours.reduce((sum, hour) => sum + hour[key], 0) ?? 0
  const [fullest] = quotas?.items ?? []
  const failed = quotas?.items.reduce((sum, { failedToday }) => sum + failedToday, 0) ?? 0
  const silent = callbacks && callbacks.silence.missed > 0 && (callbacks.silence.hours ?? 0) >= 1
  return (
    <Stats>
      <Glimpse
        corp={corp}
        view="rights"
        name={t('wecom.views.rights')}
        tone={!rights?.access ? 'quiet' : refused ? 'bad' : 'good'}
        value={
          rights
            ? rights.access
              ? rights.access.state === 'refused'
                ? t('wecom.glance.refused')
                : `${usable} / ${rights.items.length}`
              : t('wecom.glance.unchecked')
            : '—'
        }
        note={t(rights && !rights.access ? 'wecom.glance.ask' : 'wecom.glance.rights')}
      />
      <Glimpse
        corp={corp}
        view="callbacks"
        name={t('wecom.views.callbacks')}
        tone={!corp.callbackVerifiedAt || silent ? 'bad' : day('dead') + day('refused') > 0 ? 'waiting' : 'good'}
        value={corp.callbackVerifiedAt ? exactNumber(day('received')) : t('wecom.notVerified')}
        note={t('wecom.glance.callbacks')}
      />
      <Glimpse
        corp={corp}
        view="quotas"
        name={t('wecom.views.quotas')}
        tone={fullest?.pausedUntil || (fullest?.share ?? 0) >= 0.8 ? 'waiting' : 'good'}
        value={
          fullest?.pausedUntil ? t('wecom.quotas.paused') : `${shareText(Math.max(0, ...(quotas?.items.map(({ share }) => share) ?? [])))}`
        }
        note={t('wecom.glance.quotas')}
      />
      <Glimpse
        corp={corp}
        view="syncs"
        name={t('wecom.syncedAt')}
        tone={!corp.syncedAt ? 'quiet' : latest?.state === 'failed' ? 'bad' : 'good'}
        value={corp.syncedAt ? <When at={corp.syncedAt} /> : t('wecom.neverSynced')}
        note={
          latest && !latest.isFirst ? t('wecom.syncDone', { count: exactNumber(latest.progress?.repaired ?? 0) }) : t('wecom.glance.syncs')
        }
      />
      <Glimpse
        corp={corp}
        view="log"
        search={{ result: 'failed', way: 'out' }}
        name={t('wecom.glance.failed')}
        tone={failed > 0 ? 'waiting' : 'good'}
        value={exactNumber(failed)}
        note={t('wecom.glance.today')}
      />
    </Stats>
  )
}

const shareText = (share: number): string => (share > 0 && share < 0.01 ? '< 1%' : `${Math.round(share * 100)}%`)

function Glimpse(props: { corp: Corp; view: string; search?: object; name: string; tone: Tone; value: ReactNode; note: ReactNode }) {
  return (
    <Stat
      name={props.name}
      value={
        <>
          <Link to="/wecom/$corpId" params={{ corpId: props.corp.id }} search={{ view: props.view, ...props.search }} className="glimpse">
            <span className={`dot ${props.tone}`} aria-hidden />
            {props.value}
          </Link>
          <span className="note">{props.note}</span>
        </>
      }
    />
  )
}

function CorpFacts({ corp }: { corp: Corp }) {
  const { t } = useText()
  return (
    <Section title={t('wecom.corp')}>
      <Facts
        items={[
          {
            name: t('wecom.state.name'),
            value: <Badge tone={corp.state === 'active' ? 'good' : 'quiet'}>{t(`wecom.state.${corp.state}`)}</Badge>,
          },
          { name: t('wecom.corpId'), value: <CopyId value={corp.corpId} /> },
          { name: t('wecom.agentId'), value: corp.agentId ?? '—' },
          {
            name: t('wecom.callback'),
            value: (
              <Badge tone={corp.callbackVerifiedAt ? 'good' : 'waiting'}>
                {t(corp.callbackVerifiedAt ? 'wecom.verified' : 'wecom.notVerified')}
              </Badge>
            ),
          },
          { name: t('wecom.url'), value: <CopyId value={corp.callbackUrl} /> },
          { name: t('wecom.lastCallback'), value: corp.lastCallbackAt ? <When at={corp.lastCallbackAt} /> : t('wecom.noCallback') },
        ]}
      />
    </Section>
  )
}

function Compare({ id }: { id: string }) {
  const { t } = useText()
  const run = useRun()
  const syncs = useSyncs(id)
  const start = useStartSync(id)
  const [latest] = syncs.data?.items ?? []
  const busy = start.isPending || (latest !== undefined && isSyncing(latest))
  return (
    <Section
      title={t('wecom.compare')}
      note={t('wecom.syncHint')}
      actions={
        <Gate permission="wecom.write">
          <Button icon={<SyncOutlined />} loading={busy} onClick={() => void run(() => start.mutateAsync(), t('wecom.syncStarted'))}>
            {t('wecom.sync')}
          </Button>
        </Gate>
      }
    >
      {latest ? <SyncLine sync={latest} /> : <p className="note">{t('wecom.neverSynced')}</p>}
    </Section>
  )
}
