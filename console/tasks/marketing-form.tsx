import { Form, Input, InputNumber, Select } from 'antd'
import { useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import type { Named } from '#console/api/types.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useCreateMarketingTask } from '#console/tasks/queries.ts'
import { ReceiverFields } from '#console/tasks/receiver-fields.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { TimeField } from '#console/ui/time-field.tsx'
import { type GoalKind, goalKinds } from '#operation/marketing-tasks/schema.ts'

interface Values {
  name: string
  targetUrl: string
  script?: string
  goalKind: GoalKind
  goal: number
  liveCodeId?: string
  endsAt: string
  departmentIds?: string[]
  employeeIds?: string[]
}

/** Made once, handed out to many. */
export function MarketingForm({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText()
  const create = useCreateMarketingTask()
  const codes = useResource<{ items: Named[] }>('live-codes', { limit: 200 }, { enabled: useMay()('live_codes.read') && open })
  return (
    <FormDrawer<Values>
      title={t('tasks.createMarketing')}
      open={open}
      onClose={onClose}
      draft="marketing-task"
      initial={{ goalKind: 'clicks', goal: 20 }}
      onSubmit={(values) => create.mutateAsync({ ...values })}
    >
      <Form.Item name="name" label={t('tasks.campaign')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={60} showCount autoComplete="off" placeholder={t('tasks.campaignHint')} />
      </Form.Item>
      <Form.Item
        name="targetUrl"
        label={t('tasks.target')}
        extra={t('tasks.targetHint')}
        rules={[{ required: true, message: t('ui.required') }]}
      >
        <Input type="url" autoComplete="off" placeholder="https://" />
      </Form.Item>
      <Form.Item name="script" label={t('tasks.script')} extra={t('tasks.scriptHint')}>
        <Input.TextArea maxLength={2000} autoSize={{ minRows: 3, maxRows: 8 }} />
      </Form.Item>
      <Form.Item name="goalKind" label={t('tasks.goalKind')}>
        <Select options={goalKinds.map((value) => ({ value, label: t(`tasks.goals.${value}`) }))} />
      </Form.Item>
      <Form.Item name="goal" label={t('tasks.goalOfEach')} rules={[{ required: true, message: t('ui.required') }]}>
        <InputNumber min={1} max={1_000_000} precision={0} />
      </Form.Item>
      <Form.Item name="liveCodeId" label={t('tasks.liveCode')} extra={t('tasks.liveCodeHint')}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          options={(codes.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form.Item>
      <Form.Item name="endsAt" label={t('tasks.endsAt')} rules={[{ required: true, message: t('ui.required') }]}>
        <TimeField only="ahead" />
      </Form.Item>
      <ReceiverFields />
    </FormDrawer>
  )
}
