import { Form, Input, Select } from 'antd'
import { channelPaths, useChannels, useSaveChannel } from '#console/channels/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { lackOf } from '#console/live-codes/attachments-editor.tsx'
import { WelcomeField } from '#console/live-codes/welcome-field.tsx'
import { useEmployeeNames } from '#console/team/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { type Channel, channelKinds } from '#growth/channels/schema.ts'
import type { Welcome } from '#growth/welcomes/schema.ts'

interface Values {
  name: string
  kind: Channel['kind']
  parentId?: string | null
  ownerId?: string | null
  note?: string | null
  welcome?: Welcome | null
}

export interface Editing {
  channel?: Channel
  /** A new one below this one. */
  below?: string
}

export function ChannelForm({ editing, onClose }: { editing: Editing | undefined; onClose: () => void }) {
  const { t } = useText()
  const channel = editing?.channel
  // Keyed, so that the greeting starts anew with every channel.
  return (
    <ChannelDrawer
      key={channel?.id ?? editing?.below ?? 'new'}
      title={t(channel ? 'channels.edit' : 'channels.create')}
      editing={editing}
      onClose={onClose}
    />
  )
}

function ChannelDrawer({ title, editing, onClose }: { title: string; editing: Editing | undefined; onClose: () => void }) {
  const { t } = useText()
  const save = useSaveChannel()
  const channels = useChannels().data?.items ?? []
  const employees = useEmployeeNames()
  const channel = editing?.channel
  const submit = (values: Values) =>
    save.mutateAsync({
      id: channel?.id,
      name: values.name,
      kind: values.kind,
      parentId: values.parentId ?? null,
      ownerId: values.ownerId ?? null,
      note: values.note || null,
      welcome: values.welcome ?? null,
    })
  return (
    <FormDrawer<Values>
      title={title}
      open={editing !== undefined}
      onClose={onClose}
      wide
      initial={
        channel
          ? {
              name: channel.name,
              kind: channel.kind,
              parentId: channel.parentId,
              ownerId: channel.owner?.id ?? null,
              note: channel.note,
              welcome: channel.welcome,
            }
          : { kind: 'other', parentId: editing?.below ?? null }
      }
      onSubmit={submit}
    >
      <Form.Item name="name" label={t('channels.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="kind" label={t('channels.kind')}>
        <Select
          showSearch
          optionFilterProp="label"
          options={channelKinds.map((kind) => ({ value: kind, label: t(`channels.kinds.${kind}`) }))}
        />
      </Form.Item>
      <Form.Item name="parentId" label={t('channels.parent')}>
        <Select
          allowClear
          showSearch
          optionFilterProp="label"
          placeholder={t('channels.top')}
          options={channelPaths(channels).filter(({ value }) => value !== channel?.id)}
        />
      </Form.Item>
      <Form.Item name="ownerId" label={t('channels.owner')}>
        <Select allowClear showSearch optionFilterProp="label" options={employees} />
      </Form.Item>
      <Form.Item name="note" label={t('channels.channelNote')}>
        <Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} />
      </Form.Item>
      <Form.Item
        name="welcome"
        label={t('channels.welcome')}
        extra={t('channels.welcomeNote')}
        rules={[
          {
            validator: (_rule, welcome?: Welcome | null) => {
              const lack = welcome?.attachments.map((one) => lackOf(one, t)).find(Boolean)
              return lack ? Promise.reject(new Error(lack)) : Promise.resolve()
            },
          },
        ]}
      >
        <WelcomeField label={t('channels.useWelcome')} />
      </Form.Item>
    </FormDrawer>
  )
}
