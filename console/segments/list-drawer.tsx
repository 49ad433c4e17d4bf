import { useNavigate } from '@tanstack/react-router'
import { App, Form, Input, Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useSaveSegment } from '#console/segments/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { listKinds } from '#insight/segments/schema.ts'

interface Values {
  name: string
  kind: string
  text: string
}

/** People by phone number, member number or any other identity, one a line or out of the first column of a table. */
export function ListDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const save = useSaveSegment()
  const submit = async ({ name, kind, text }: Values) => {
    const saved = await save.mutateAsync({ name, list: { kind, values: valuesIn(text) } })
    if (saved.unknown) message.warning(t('segments.unknownValues', { count: saved.unknown }), 8)
    await navigate({ to: '/segments/$segmentId', params: { segmentId: saved.id } })
  }
  return (
    <FormDrawer<Values>
      title={t('segments.fromList')}
      open={open}
      onClose={onClose}
      initial={{ kind: 'phone' }}
      onSubmit={submit}
      fields={{ 'list.values': 'text', 'list.kind': 'kind' }}
    >
      <Form.Item name="name" label={t('segments.name')} rules={[{ required: true, whitespace: true, message: t('segments.nameNeeded') }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="kind" label={t('segments.listKind')}>
        <Select options={listKinds.map((value) => ({ value, label: t(`segments.listKinds.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="text"
        label={t('segments.listText')}
        extra={t('segments.listHint')}
        rules={[{ required: true, message: t('segments.listNeeded') }]}
      >
        <Input.TextArea rows={12} />
      </Form.Item>
    </FormDrawer>
  )
}

/** The first cell of each line, without quotes and without doubles. */
const valuesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/\r?\n/)
      .map((line) => (line.split(/[,，;；\t]/)[0] ?? '').trim().replace(/^"|"$/g, ''))
      .filter((value) => value !== ''),
  ),
]
