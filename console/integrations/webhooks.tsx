import { Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import type { Webhook } from '#connectors/webhooks/schema.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { Deliveries } from '#console/integrations/deliveries.tsx'
import {
  useChangeWebhook,
  useCreateWebhook,
  useDeleteWebhook,
  usePlan,
  useWebhooks,
  type WebhookInput,
} from '#console/integrations/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { MoreMenu } from '#console/ui/more-menu.tsx'
import { Section } from '#console/ui/page.tsx'
import { SecretOnce } from '#console/ui/secret-once.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

export function Webhooks(props: {
  creating: boolean
  onCreate: (on: boolean) => void
  opened: string | undefined
  onOpen: (id: string | undefined) => void
}) {
  const { t } = useText()
  const list = useWebhooks()
  const create = useCreateWebhook()
  const [secret, setSecret] = useState<string>()
  return (
    <Section flush>
      <DataTable<Webhook>
        name="webhooks"
        columns={columns(t)}
        list={list}
        open={(row) => props.onOpen(row.id)}
        empty={
          <Empty
            title={t('integrations.noHooks')}
            hint={t('integrations.noHooksHint')}
            action={
              <Gate permission="webhooks.write">
                <Button type="primary" onClick={() => props.onCreate(true)}>
                  {t('integrations.createHook')}
                </Button>
              </Gate>
            }
          />
        }
      />
      <HookForm
        title={t('integrations.createHook')}
        open={props.creating}
        initial={{ events: [] }}
        onClose={() => props.onCreate(false)}
        onSubmit={async (body) => setSecret((await create.mutateAsync(body)).secret)}
      />
      <SecretOnce
        title={t('integrations.hookMade')}
        hint={t('integrations.hookMadeHint')}
        secrets={secret === undefined ? undefined : [{ name: t('integrations.secret'), value: secret }]}
        onClose={() => setSecret(undefined)}
      />
      <Deliveries webhook={list.rows.find(({ id }) => id === props.opened)} onClose={() => props.onOpen(undefined)} />
    </Section>
  )
}

function HookForm(props: {
  title: string
  open: boolean
  initial: Partial<WebhookInput>
  onClose: () => void
  onSubmit: (body: WebhookInput) => Promise<unknown>
}) {
  const { t, language } = useText()
  const plan = usePlan()
  return (
    <FormDrawer<WebhookInput> {...props}>
      <Form.Item name="name" label={t('integrations.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="url"
        label={t('integrations.url')}
        extra={t('integrations.urlHint')}
        rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
      >
        <Input type="url" maxLength={2000} placeholder="https://" autoComplete="off" />
      </Form.Item>
      <Form.Item name="events" label={t('integrations.hears')} extra={t('integrations.hearsHint')}>
        <Select
          mode="multiple"
          allowClear
          placeholder={t('integrations.hearsAll')}
          showSearch={{ optionFilterProp: 'label' }}
          options={(plan.data?.items ?? [])
            .filter(({ declared }) => declared)
            .map(({ name, title }) => ({ value: name, label: title ? `${title[language]} ${name}` : name }))}
        />
      </Form.Item>
    </FormDrawer>
  )
}

const columns = (t: Translate): Column<Webhook>[] => [
  { key: 'name', title: t('integrations.name'), width: 180, render: (row) => row.name },
  { key: 'url', title: t('integrations.url'), width: 320, phone: 'wide', render: (row) => <code>{row.url}</code> },
  { key: 'events', title: t('integrations.hears'), width: 160, phone: 'note', render: (row) => <Hears events={row.events} /> },
  {
    key: 'state',
    title: t('integrations.state'),
    width: 110,
    phone: 'aside',
    render: (row) => <Badge tone={row.active ? 'good' : 'quiet'}>{t(row.active ? 'integrations.stateOn' : 'integrations.stateOff')}</Badge>,
  },
  { key: 'created', title: t('integrations.createdAt'), width: 130, phone: 'none', render: (row) => <When at={row.createdAt} /> },
  { key: 'acts', title: '', width: 64, right: true, phone: 'aside', render: (row) => <HookMenu row={row} /> },
]

function Hears({ events }: { events: string[] }) {
  const { t, language } = useText()
  const plan = usePlan()
  if (events.length === 0) return t('integrations.hearsAll')
  const names = events.map((name) => plan.data?.items.find((one) => one.name === name)?.title?.[language] ?? name)
  return <span title={names.join('、')}>{names.length > 2 ? t('integrations.hearsSome', { count: names.length }) : names.join('、')}</span>
}

function HookMenu({ row }: { row: Webhook }) {
  const { t } = useText()
  const run = useRun()
  const confirm = useConfirm()
  const change = useChangeWebhook()
  const remove = useDeleteWebhook()
  const [editing, setEditing] = useState(false)
  const turn = () => run(() => change.mutateAsync({ id: row.id, active: !row.active }), t('ui.saved'))
  const drop = () =>
    confirm({
      title: t('integrations.deleteHook', { name: row.name }),
      effect: t('integrations.deleteHookEffect', { url: row.url }),
      act: t('ui.delete'),
      danger: true,
      run: () => remove.mutateAsync(row.id),
    })
  return (
    <Gate permission="webhooks.write">
      <MoreMenu
        of={row.name}
        small
        items={[
          { key: 'edit', label: t('ui.edit'), onClick: () => setEditing(true) },
          { key: 'turn', label: t(row.active ? 'integrations.turnOff' : 'integrations.turnOn'), onClick: turn },
          { key: 'delete', label: t('ui.delete'), danger: true, onClick: drop },
        ]}
      />
      <HookForm
        title={t('integrations.editHook')}
        open={editing}
        initial={{ name: row.name, url: row.url, events: row.events }}
        onClose={() => setEditing(false)}
        onSubmit={(body) => change.mutateAsync({ id: row.id, ...body })}
      />
    </Gate>
  )
}
