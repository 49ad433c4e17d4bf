import { Form, Input, InputNumber } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useChangeCorp } from '#console/integrations/wecom/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import type { Corp } from '#management/wecom/schema.ts'

interface Values {
  name: string
  agentId?: number | null
  secret?: string
}

export function CorpForm({ corp, open, onClose }: { corp: Corp; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const change = useChangeCorp(corp.id)
  return (
    <FormDrawer<Values>
      title={t('wecom.editCorp')}
      open={open}
      onClose={onClose}
      initial={{ name: corp.name, agentId: corp.agentId }}
      onSubmit={({ name, agentId, secret }) => change.mutateAsync({ name, ...(agentId ? { agentId } : {}), ...(secret ? { secret } : {}) })}
    >
      <Form.Item name="name" label={t('wecom.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="agentId" label={t('wecom.agentId')} extra={t('wecom.agentIdHint')}>
        <InputNumber precision={0} min={1} controls={false} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="secret" label={t('wecom.newSecret')} extra={t('wecom.newSecretHint')}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </FormDrawer>
  )
}
