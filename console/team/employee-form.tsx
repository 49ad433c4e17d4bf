import { Form, Input, Select, TreeSelect } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { branches } from '#console/team/department-tree.tsx'
import { usePasswordNote } from '#console/team/password-note.tsx'
import { type Employee, useDepartments, useRoles, useSaveEmployee } from '#console/team/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'

interface Values {
  name: string
  login?: string
  departmentIds: string[]
  roleId: string
}

export function EmployeeForm(props: { employee: Partial<Employee> | undefined; department: string | undefined; onClose: () => void }) {
  const { t } = useText()
  const { employee } = props
  const save = useSaveEmployee()
  const roles = useRoles()
  const departments = useDepartments()
  const showPassword = usePasswordNote()
  const submit = async (values: Values) => {
    const saved = await save.mutateAsync({ ...values, ...(employee?.id ? { id: employee.id } : {}) })
    if (saved?.password) showPassword(values.name, saved.password)
  }
  return (
    <FormDrawer<Values>
      title={t(employee?.id ? 'team.editEmployee' : 'team.createEmployee')}
      open={employee !== undefined}
      onClose={props.onClose}
      initial={{
        name: employee?.name ?? '',
        departmentIds: employee?.departments?.map((one) => one.id) ?? (props.department ? [props.department] : []),
        ...(employee?.login ? { login: employee.login } : {}),
        ...(employee?.role ? { roleId: employee.role.id } : {}),
      }}
      onSubmit={submit}
    >
      <Form.Item name="name" label={t('team.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="login" label={t('team.login')} extra={t('team.loginHint')}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="departmentIds" label={t('team.department')}>
        <TreeSelect multiple treeDefaultExpandAll treeData={branches(departments.data?.items ?? [])} />
      </Form.Item>
      <Form.Item name="roleId" label={t('team.role')} rules={[{ required: true, message: t('ui.required') }]}>
        <Select options={(roles.data?.items ?? []).map((role) => ({ value: role.id, label: role.name }))} />
      </Form.Item>
    </FormDrawer>
  )
}
