import { RedoOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import type { Delivery, Webhook } from '#connectors/webhooks/schema.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useDeliveries, usePlan, useReplayDelivery } from '#console/integrations/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Facts, Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

/** What was sent to one receiver and what it answered. */
export function Deliveries({ webhook, onClose }: { webhook: Webhook | undefined; onClose: () => void }) {
  return (
    <SideSheet title={webhook?.name} wide open={webhook !== undefined} onClose={onClose}>
      {webhook && <Shown webhook={webhook} />}
    </SideSheet>
  )
}

function Shown({ webhook }: { webhook: Webhook }) {
  const { t } = useText()
  const list = useDeliveries(webhook.id)
  return (
    <Stack>
      <Facts items={[{ name: t('integrations.url'), value: <CopyId value={webhook.url} /> }]} />
      <h3>{t('integrations.deliveries')}</h3>
      <DataTable<Delivery>
        name="deliveries"
        bare
        columns={columns(t)}
        list={list}
        empty={<Empty title={t('integrations.noDeliveries')} hint={t('integrations.noDeliveriesHint')} />}
      />
    </Stack>
  )
}

const tones = { waiting: 'waiting', delivered: 'good', failed: 'bad' } as const

const columns = (t: Translate): Column<Delivery>[] => [
  { key: 'event', title: t('integrations.event'), width: 170, render: (row) => <EventName name={row.event} /> },
  {
    key: 'state',
    title: t('integrations.state'),
    width: 110,
    phone: 'aside',
    render: (row) => <Badge tone={tones[row.state]}>{t(`integrations.deliveryStates.${row.state}`)}</Badge>,
  },
  { key: 'answer', title: t('integrations.answer'), width: 200, phone: 'wide', render: (row) => <Answer row={row} /> },
  { key: 'at', title: t('integrations.at'), width: 120, phone: 'note', render: (row) => <When at={row.deliveredAt ?? row.createdAt} /> },
  { key: 'acts', title: '', width: 56, right: true, phone: 'aside', render: (row) => <Replay row={row} /> },
]

function EventName({ name }: { name: string }) {
  const { language } = useText()
  const plan = usePlan()
  return <span title={name}>{plan.data?.items.find((one) => one.name === name)?.title?.[language] ?? name}</span>
}

function Answer({ row }: { row: Delivery }) {
  const { t } = useText()
  const words = [row.lastStatus, row.lastError, row.attempts > 1 && t('integrations.tries', { count: row.attempts })]
    .filter(Boolean)
    .join(' · ')
  return (
    <span title={words}>
      {words || '—'}
      {row.nextAt && row.attempts > 0 && (
        <>
          {' · '}
          {t('integrations.next')} <When at={row.nextAt} />
        </>
      )}
    </span>
  )
}

function Replay({ row }: { row: Delivery }) {
  const { t } = useText()
  const run = useRun()
  const replay = useReplayDelivery()
  return (
    <Gate permission="webhooks.write">
      <Button
        type="text"
        size="small"
        icon={<RedoOutlined />}
        aria-label={t('integrations.replay')}
        title={t('integrations.replay')}
        onClick={() => void run(() => replay.mutateAsync(row.id), t('integrations.replayed'))}
      />
    </Gate>
  )
}
