import { Form, Input, Segmented, Select } from 'antd'
import { useMay } from '#console/api/session.ts'
import { CustomerPicker } from '#console/customers/customer-picker.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { useCreateTasks } from '#console/tasks/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { TimeField } from '#console/ui/time-field.tsx'

interface Values {
  title: string
  kind: 'contact' | 'todo'
  customerId?: string
  employeeId?: string
  script?: string
  dueAt?: string | null
}

/** A task by hand: for oneself, or for somebody else by those who may assign. */
export function TaskForm({ open, onClose, customerId }: { open: boolean; onClose: () => void; customerId?: string }) {
  const { t } = useText()
  const create = useCreateTasks()
  const employees = useEmployeeNames()
  const mayAssign = useMay()('tasks.assign')
  const submit = ({ customerId: chosen, dueAt, ...values }: Values) =>
    create.mutateAsync({ ...values, customerIds: chosen ? [chosen] : [], ...(dueAt && { dueAt }) })
  return (
    <FormDrawer<Values>
      title={t('tasks.create')}
      open={open}
      onClose={onClose}
      fields={{ customerIds: 'customerId' }}
      initial={{ kind: 'contact', ...(customerId && { customerId }) }}
      onSubmit={submit}
    >
      <Form.Item name="kind" label={t('tasks.kind')}>
        <Segmented options={(['contact', 'todo'] as const).map((value) => ({ value, label: t(`tasks.kinds.${value}`) }))} />
      </Form.Item>
      <Form.Item name="title" label={t('tasks.task')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={100} showCount autoComplete="off" placeholder={t('tasks.titleHint')} />
      </Form.Item>
      <Form.Item name="customerId" label={t('tasks.customer')}>
        <CustomerPicker />
      </Form.Item>
      {mayAssign && (
        <Form.Item name="employeeId" label={t('tasks.employee')} extra={t('tasks.employeeHint')}>
          <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={employees} />
        </Form.Item>
      )}
      <Form.Item name="dueAt" label={t('tasks.dueAt')}>
        <TimeField />
      </Form.Item>
      <Form.Item name="script" label={t('tasks.script')}>
        <Input.TextArea maxLength={4000} autoSize={{ minRows: 3, maxRows: 10 }} />
      </Form.Item>
    </FormDrawer>
  )
}
