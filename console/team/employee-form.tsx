import { Form, Input, Select, TreeSelect } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { branches } from '#console/team/department-tree.tsx'
import { usePasswordNote } from '#console/team/password-note.tsx'
import { useDepartments, useRoles, useSaveEmployee } from '#console/team/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import type { Employee } from '#management/team/employees/schema.ts'
import { dataScopes } from '#management/team/presets.ts'

interface Values {
  name: string
  login?: string
  position?: string
  mobile?: string
  departmentIds: string[]
  roleId?: string
  scope?: (typeof dataScopes)[number]
  scopeDepartmentIds?: string[]
}

export function EmployeeForm(props: { employee: Partial<Employee> | undefined; department: string | undefined; onClose: () => void }) {
  const { t } = useText()
  const { employee } = props
  const save = useSaveEmployee()
  const showPassword = usePasswordNote()
  const submit = async ({ login, mobile, position, ...values }: Values) => {
    const given = { ...values, ...(mobile ? { mobile } : {}), position: position || null }
    // An empty login takes the password login away from somebody who has one; a new employee simply gets none.
    const saved = await save.mutateAsync(
      employee?.id ? { ...given, id: employee.id, login: login || null } : { ...given, ...(login ? { login } : {}) },
    )
    if (saved.password) showPassword(values.name, saved.password)
  }
  return (
    <FormDrawer<Values>
      title={t(employee?.id ? 'team.editEmployee' : 'team.createEmployee')}
      open={employee !== undefined}
      onClose={props.onClose}
      initial={initialValues(employee ?? {}, props.department)}
      onSubmit={submit}
    >
      <Fields phoneMasked={employee?.phoneMasked ?? ''} />
    </FormDrawer>
  )
}

function initialValues(employee: Partial<Employee>, department: string | undefined): Partial<Values> {
  return {
    name: employee.name ?? '',
    departmentIds: employee.departments?.map((one) => one.id) ?? (department ? [department] : []),
    scopeDepartmentIds: employee.scopeDepartmentIds ?? [],
    ...(employee.login ? { login: employee.login } : {}),
    ...(employee.position ? { position: employee.position } : {}),
    ...(employee.role ? { roleId: employee.role.id } : {}),
    ...(employee.scope ? { scope: employee.scope } : {}),
  }
}

function Fields({ phoneMasked }: { phoneMasked: string }) {
  const { t } = useText()
  const roles = useRoles()
  const departments = branches(useDepartments().data?.items ?? [])
  return (
    <>
      <Form.Item name="name" label={t('team.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="login" label={t('team.login')} extra={t('team.loginHint')}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="departmentIds" label={t('team.department')}>
        <TreeSelect multiple treeDefaultExpandAll treeData={departments} />
      </Form.Item>
      <Form.Item name="position" label={t('team.position')}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="mobile" label={t('team.phone')} rules={[{ pattern: /^\+?[0-9 -]{5,24}$/, message: t('team.phoneWrong') }]}>
        <Input type="tel" autoComplete="off" placeholder={phoneMasked} />
      </Form.Item>
      <Form.Item name="roleId" label={t('team.role')} rules={[{ required: true, message: t('ui.required') }]}>
        <Select options={(roles.data?.items ?? []).map((role) => ({ value: role.id, label: role.name }))} />
      </Form.Item>
      <Form.Item name="scope" label={t('team.scope')}>
        <Select options={dataScopes.map((scope) => ({ value: scope, label: t(`team.scopes.${scope}`) }))} />
      </Form.Item>
      <Form.Item noStyle shouldUpdate>
        {(form) =>
          form.getFieldValue('scope') === 'chosen' && (
            <Form.Item name="scopeDepartmentIds" label={t('team.scopeDepartments')} required>
              <TreeSelect multiple treeDefaultExpandAll treeData={departments} />
            </Form.Item>
          )
        }
      </Form.Item>
    </>
  )
}
