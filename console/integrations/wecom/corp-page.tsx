import { MoreOutlined, SyncOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown, Progress, Skeleton } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { Callbacks } from '#console/integrations/wecom/callbacks.tsx'
import { CorpForm } from '#console/integrations/wecom/corp-form.tsx'
import { Doctor } from '#console/integrations/wecom/doctor.tsx'
import { Calls, Repairs, Welcomes } from '#console/integrations/wecom/logs.tsx'
import { isSyncing, type Sync, useChangeCorp, useCorp, useDisconnect, useStartSync, useSyncs } from '#console/integrations/wecom/queries.ts'
import { Back } from '#console/ui/back.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Facts, Page, Section } from '#console/ui/page.tsx'
import { explained, Problem } from '#console/ui/problem.tsx'
import { Views } from '#console/ui/tabs.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { Corp } from '#management/wecom/schema.ts'

const route = getRouteApi('/app/wecom/$corpId')
const views = ['health', 'callbacks', 'calls', 'repairs', 'welcomes'] as const

export function CorpPage() {
  const { t } = useText()
  const { corpId } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/wecom/$corpId' })
  const found = useCorp(corpId)
  const corp = found.data?.id === corpId ? found.data : undefined
  const view = views.find((one) => one === search.view) ?? 'health'
  const show = (change: { state?: string | undefined; failed?: string | undefined }) =>
    void navigate({ search: { view, ...change }, replace: true })
  return (
    <Page
      back={<Back to="/wecom">{t('wecom.title')}</Back>}
      title={corp?.name ?? t('wecom.title')}
      actions={corp && <Gate permission="wecom.write">{<CorpActions corp={corp} />}</Gate>}
    >
      <Views
        views={views.map((key) => ({ key, name: t(`wecom.views.${key}`) }))}
        open={view}
        onOpen={(key) => void navigate({ search: key === 'health' ? {} : { view: key } })}
      />
      {!corp ? (
        <Section>{found.error ? <Problem error={found.error} retry={() => void found.refetch()} /> : <Skeleton active />}</Section>
      ) : view === 'callbacks' ? (
        <Callbacks id={corpId} state={search.state} onState={(state) => show({ state })} />
      ) : view === 'calls' ? (
        <Calls id={corpId} failed={search.failed} onFailed={(failed) => show({ failed })} />
      ) : view === 'repairs' ? (
        <Repairs id={corpId} />
      ) : view === 'welcomes' ? (
        <Welcomes id={corpId} />
      ) : (
        <Columns shares={[1.7, 1]}>
          <Doctor id={corpId} />
          <div className="stack">
            <CorpFacts corp={corp} />
            <Syncs id={corpId} />
          </div>
        </Columns>
      )}
    </Page>
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
          { name: t('wecom.syncedAt'), value: corp.syncedAt ? <When at={corp.syncedAt} /> : t('wecom.neverSynced') },
        ]}
      />
    </Section>
  )
}

function Syncs({ id }: { id: string }) {
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

const parts = ['departments', 'employees', 'tags', 'customers'] as const

function SyncLine({ sync }: { sync: Sync }) {
  const { t } = useText()
  const { step = '', done = 0, total = 0, repaired = 0 } = sync.progress ?? {}
  const part = parts.find((one) => one === step)
  if (isSyncing(sync)) {
    const before = part ? parts.indexOf(part) : 0
    const share = (before + (total > 0 ? done / total : 0)) / parts.length
    return (
      <div role="status">
        <Progress percent={Math.min(99, Math.round(share * 100))} status="active" />
        <p className="note">
          {part
            ? t('wecom.syncProgress', { step: t(`wecom.syncSteps.${part}`), done: exactNumber(done), total: exactNumber(total) })
            : t('wecom.syncSteps.starting')}
        </p>
      </div>
    )
  }
  return (
    <div className="row between">
      <Badge tone={sync.state === 'done' ? 'good' : 'bad'}>
        {sync.state === 'done' ? t('wecom.syncDone', { count: exactNumber(repaired) }) : t('wecom.syncFailed')}
      </Badge>
      <span className="note">
        {sync.error && explained(sync.error)} <When at={sync.finishedAt ?? sync.startedAt} />
      </span>
    </div>
  )
}

function CorpActions({ corp }: { corp: Corp }) {
  const { t } = useText()
  const run = useRun()
  const confirm = useConfirm()
  const navigate = useNavigate()
  const change = useChangeCorp(corp.id)
  const disconnect = useDisconnect()
  const [editing, setEditing] = useState(false)
  const acts: Record<string, () => unknown> = {
    edit: () => setEditing(true),
    callback: () => navigate({ to: '/wecom/connect', search: { corp: corp.id, step: '1' } }),
    turn: () =>
      corp.state === 'paused'
        ? run(() => change.mutateAsync({ state: 'active' }), t('ui.saved'))
        : confirm({
            title: t('wecom.pauseTitle', { name: corp.name }),
            effect: t('wecom.pauseEffect'),
            act: t('wecom.pause'),
            run: () => change.mutateAsync({ state: 'paused' }),
          }),
    remove: () =>
      confirm({
        title: t('wecom.removeTitle', { name: corp.name }),
        effect: t('wecom.removeEffect'),
        act: t('wecom.remove'),
        danger: true,
        run: async () => {
          // Leaving first: this page would ask for a corp that is no more.
          await navigate({ to: '/wecom' })
          await disconnect.mutateAsync(corp.id)
        },
      }),
  }
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'edit', label: t('wecom.editCorp') },
            { key: 'callback', label: t('wecom.steps.callback') },
            { key: 'turn', label: t(corp.state === 'paused' ? 'wecom.resume' : 'wecom.pause') },
            { key: 'remove', label: t('wecom.remove'), danger: true },
          ],
          onClick: ({ key }) => void acts[key]?.(),
        }}
      >
        <Button icon={<MoreOutlined />}>{t('wecom.settings')}</Button>
      </Dropdown>
      <CorpForm corp={corp} open={editing} onClose={() => setEditing(false)} />
    </>
  )
}
