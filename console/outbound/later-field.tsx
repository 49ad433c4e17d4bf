import { Form } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { TimeField } from '#console/ui/time-field.tsx'

/** A time that lies ahead. */
export function LaterField() {
  const { t } = useText()
  return (
    <Form.Item name="at" label={t('outbound.at')} rules={[{ required: true }]}>
      <TimeField only="ahead" />
    </Form.Item>
  )
}
