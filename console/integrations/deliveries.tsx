import { RedoOutlined, SendOutlined } from '@ant-design/icons'
import { Button, Skeleton } from 'antd'
import { useState } from 'react'
import type { Delivery, Webhook } from '#connectors/webhooks/schema.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useDeliveries, useDelivery, usePlan, useReplayDelivery, useTestWebhook } from '#console/integrations/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Json } from '#console/ui/json.tsx'
import { Facts, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

/** What was sent to one receiver and what it answered. */
export function Deliveries({ webhook, onClose }: { webhook: Webhook | undefined; onClose: () => void }) {
  return (
    <SideSheet
      title={webhook?.name}
      wide
      open={webhook !== undefined}
      onClose={onClose}
      actions={webhook?.active && <Trial webhook={webhook} />}
    >
      {webhook && <Shown webhook={webhook} />}
    </SideSheet>
  )
}

function Trial({ webhook }: { webhook: Webhook }) {
  const { t } = useText()
  const run = useRun()
  const test = useTestWebhook()
  return (
    <Gate permission="webhooks.write">
      <Button
        icon={<SendOutlined />}
        loading={test.isPending}
        onClick={() => void run(() => test.mutateAsync(webhook.id), t('integrations.tested'))}
      >
        {t('integrations.test')}
      </Button>
    </Gate>
  )
}

function Shown({ webhook }: { webhook: Webhook }) {
  const { t } = useText()
  const list = useDeliveries(webhook.id)
  const [opened, setOpened] = useState<Delivery>()
  return (
    <Stack>
      <Facts items={[{ name: t('integrations.url'), value: <CopyId value={webhook.url} /> }]} />
      <h3>{t('integrations.deliveries')}</h3>
      <DataTable<Delivery>
        name="deliveries"
        bare
        columns={columns(t)}
        list={list}
        open={setOpened}
        empty={<Empty title={t('integrations.noDeliveries')} hint={t('integrations.noDeliveriesHint')} />}
      />
      <SideSheet title={opened && <EventName name={opened.event} />} open={opened !== undefined} onClose={() => setOpened(undefined)}>
        {opened && <Details id={opened.id} />}
      </SideSheet>
    </Stack>
  )
}

function Details({ id }: { id: string }) {
  const { t } = useText()
  const read = useDelivery(id)
  if (read.error) return <Problem error={read.error} retry={() => void read.refetch()} />
  if (read.data?.id !== id) return <Skeleton active />
  const row = read.data
  return (
    <Stack>
      <Facts
        items={[
          { name: t('integrations.state'), value: <Badge tone={tones[row.state]}>{t(`integrations.deliveryStates.${row.state}`)}</Badge> },
          { name: t('integrations.answer'), value: <Answer row={row} /> },
          { name: t('integrations.at'), value: <When at={row.deliveredAt ?? row.createdAt} /> },
          { name: t('integrations.deliveryId'), value: <CopyId value={row.id} /> },
        ]}
      />
      <h3>{t('integrations.body')}</h3>
      <Json value={JSON.parse(row.body)} />
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
  const { t, language } = useText()
  const plan = usePlan()
  if (name === 'webhook.test') return <span title={name}>{t('integrations.testEvent')}</span>
  return <span title={name}>{plan.data?.items.find((one) => one.name === name)?.title?.[language] ?? name}</span>
}

function Answer({ row }: { row: Delivery }) {
  const { t } = useText()
  // A status says it all; without one there was no answer, and the reason is told.
  const words = [row.lastStatus ?? row.lastError, row.attempts > 1 && t('integrations.tries', { count: row.attempts })]
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
