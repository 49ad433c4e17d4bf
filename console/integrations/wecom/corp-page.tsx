import { MoreOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown, Skeleton } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { CallbackHealth } from '#console/integrations/wecom/callback-health.tsx'
import { CorpForm } from '#console/integrations/wecom/corp-form.tsx'
import { Log } from '#console/integrations/wecom/log.tsx'
import { Overview } from '#console/integrations/wecom/overview.tsx'
import { useChangeCorp, useCorp, useDisconnect } from '#console/integrations/wecom/queries.ts'
import { Quotas } from '#console/integrations/wecom/quotas.tsx'
import { Rights } from '#console/integrations/wecom/rights.tsx'
import { Syncs } from '#console/integrations/wecom/syncs.tsx'
import { Welcomes } from '#console/integrations/wecom/welcomes.tsx'
import { Back } from '#console/ui/back.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Views } from '#console/ui/tabs.tsx'
import type { Corp } from '#management/wecom/schema.ts'

const route = getRouteApi('/app/wecom/$corpId')
const views = ['overview', 'rights', 'quotas', 'callbacks', 'syncs', 'log', 'welcomes'] as const

export function CorpPage() {
  const { t } = useText()
  const { corpId } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/wecom/$corpId' })
  const found = useCorp(corpId)
  const corp = found.data?.id === corpId ? found.data : undefined
  const view = views.find((one) => one === search.view) ?? 'overview'
  return (
    <Page
      back={<Back to="/wecom">{t('wecom.title')}</Back>}
      title={corp?.name ?? t('wecom.title')}
      actions={corp && <Gate permission="wecom.write">{<CorpActions corp={corp} />}</Gate>}
    >
      <Views
        views={views.map((key) => ({ key, name: t(`wecom.views.${key}`) }))}
        open={view}
        onOpen={(key) => void navigate({ search: key === 'overview' ? {} : { view: key } })}
      />
      {!corp ? (
        <Section>{found.error ? <Problem error={found.error} retry={() => void found.refetch()} /> : <Skeleton active />}</Section>
      ) : view === 'rights' ? (
        <Rights id={corpId} />
      ) : view === 'quotas' ? (
        <Quotas id={corpId} />
      ) : view === 'callbacks' ? (
        <CallbackHealth id={corpId} onType={(type) => void navigate({ search: { view: 'log', way: 'in', q: type } })} />
      ) : view === 'syncs' ? (
        <Syncs id={corpId} />
      ) : view === 'log' ? (
        <Log id={corpId} />
      ) : view === 'welcomes' ? (
        <Welcomes id={corpId} />
      ) : (
        <Overview corp={corp} />
      )}
    </Page>
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
