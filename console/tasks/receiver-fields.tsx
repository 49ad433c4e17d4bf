import { Form, Select, TreeSelect } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { branches } from '#console/team/department-tree.tsx'
import { useDepartments, useEmployeeNames } from '#console/team/queries.ts'

/** Whom a marketing task is handed out to. */
export function ReceiverFields() {
  const { t } = useText()
  const employees = useEmployeeNames()
  const departments = branches(useDepartments().data?.items ?? [])
  return (
    <>
      <Form.Item name="departmentIds" label={t('tasks.departments')}>
        <TreeSelect multiple treeDefaultExpandAll treeData={departments} />
      </Form.Item>
      <Form.Item name="employeeIds" label={t('tasks.people')}>
        <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={employees} />
      </Form.Item>
    </>
  )
}
