import { Form, Input } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useChangeMarketingTask } from '#console/tasks/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { TimeField } from '#console/ui/time-field.tsx'
import type { MarketingTask } from '#operation/marketing-tasks/schema.ts'

interface Values {
  name: string
  script: string
  endsAt: string
}

/** What may change while a campaign runs; goal and address stay, because what was counted was counted towards them. */
export function MarketingChange({ task, open, onClose }: { task: MarketingTask; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const change = useChangeMarketingTask()
  const { id, name, script, endsAt, totals } = task
  return (
    <FormDrawer<Values>
      title={t('tasks.change')}
      open={open}
      onClose={onClose}
      initial={{ name, script, endsAt }}
      onSubmit={(said) => change.mutateAsync({ id, ...said })}
    >
      <p className="note">{t('tasks.changeHint', { count: totals.people - totals.reached })}</p>
      <Form.Item name="name" label={t('tasks.campaign')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={60} showCount autoComplete="off" />
      </Form.Item>
      <Form.Item name="script" label={t('tasks.script')} extra={t('tasks.scriptHint')}>
        <Input.TextArea maxLength={2000} autoSize={{ minRows: 3, maxRows: 8 }} />
      </Form.Item>
      <Form.Item name="endsAt" label={t('tasks.endsAt')} rules={[{ required: true, message: t('ui.required') }]}>
        <TimeField only="ahead" />
      </Form.Item>
    </FormDrawer>
  )
}
