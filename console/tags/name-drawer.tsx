import { Form, Input } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'

/** A thing that is only a name; 30 letters are what WeCom takes for a tag or a group. */
export function NameDrawer(props: {
  title: string
  label: string
  open: boolean
  initial?: string
  max?: number
  onClose: () => void
  onSave: (name: string) => Promise<unknown>
}) {
  const { t } = useText()
  return (
    <FormDrawer<{ name: string }>
      title={props.title}
      open={props.open}
      onClose={props.onClose}
      initial={{ name: props.initial ?? '' }}
      onSubmit={({ name }) => props.onSave(name.trim())}
    >
      <Form.Item name="name" label={props.label} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={props.max ?? 30} showCount autoFocus autoComplete="off" />
      </Form.Item>
    </FormDrawer>
  )
}
