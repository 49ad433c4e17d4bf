import { Form, Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useCorpNames } from '#console/integrations/wecom/queries.ts'

/** In which corp something is made; asked for only where there is a choice. */
export function CorpField() {
  const { t } = useText()
  const corps = useCorpNames()
  if (corps.length < 2) return null
  return (
    <Form.Item name="corpId" label={t('wecom.ofCorp')} rules={[{ required: true, message: t('ui.required') }]}>
      <Select options={corps} />
    </Form.Item>
  )
}
