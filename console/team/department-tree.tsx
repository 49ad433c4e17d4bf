import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, Tree, TreeSelect } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useDeleteDepartment, useDepartments, useSaveDepartment } from '#console/team/queries.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import type { Department } from '#management/team/departments/schema.ts'

export interface Branch {
  key: string
  value: string
  title: string
  children: Branch[]
}

/** Departments with a missing parent hang at the top, so that a half-done sync hides nobody. */
export function branches(departments: Department[]): Branch[] {
  const nodes = new Map(departments.map((one) => [one.id, { key: one.id, value: one.id, title: one.name, children: [] as Branch[] }]))
  const roots: Branch[] = []
  for (const one of departments) {
    const node = nodes.get(one.id)
    if (node) (nodes.get(one.parentId ?? '')?.children ?? roots).push(node)
  }
  return roots
}

export function DepartmentTree(props: { chosen: string | undefined; onChoose: (id: string | undefined) => void }) {
  const { t } = useText()
  const may = useMay()('team.write')
  const departments = useDepartments()
  const confirm = useConfirm()
  const remove = useDeleteDepartment()
  const [edited, setEdited] = useState<Partial<Department>>()
  const items = departments.data?.items ?? []
  const current = items.find((one) => one.id === props.chosen)
  return (
    <Section
      title={t('team.departments')}
      actions={
        may && (
          <>
            {current && (
              <>
                <Button
                  type="text"
                  size="small"
                  icon={<EditOutlined />}
                  aria-label={t('team.editDepartment')}
                  title={t('team.editDepartment')}
                  onClick={() => setEdited(current)}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={t('ui.deleteNamed', { name: current.name })}
                  title={t('ui.delete')}
                  onClick={() =>
                    confirm({
                      title: t('team.deleteDepartment', { name: current.name }),
                      effect: t('team.deleteDepartmentEffect'),
                      act: t('ui.delete'),
                      danger: true,
                      run: () => remove.mutateAsync(current.id).then(() => props.onChoose(undefined)),
                    })
                  }
                />
              </>
            )}
            <Button
              type="text"
              size="small"
              icon={<PlusOutlined />}
              aria-label={t('team.createDepartment')}
              title={t('team.createDepartment')}
              onClick={() => setEdited(current ? { parentId: current.id } : {})}
            />
          </>
        )
      }
    >
      {departments.error ? (
        <Problem error={departments.error} retry={() => void departments.refetch()} />
      ) : (
        departments.data && (
          <Tree
            blockNode
            defaultExpandAll
            selectedKeys={[props.chosen ?? 'everyone']}
            treeData={[{ key: 'everyone', value: 'everyone', title: t('team.everyone'), children: branches(items) }]}
            onSelect={([key]) => props.onChoose(key === undefined || key === 'everyone' ? undefined : String(key))}
          />
        )
      )}
      <DepartmentForm edited={edited} departments={items} onClose={() => setEdited(undefined)} />
    </Section>
  )
}

function DepartmentForm(props: { edited: Partial<Department> | undefined; departments: Department[]; onClose: () => void }) {
  const { t } = useText()
  const save = useSaveDepartment()
  const { edited } = props
  return (
    <FormDrawer<{ name: string; parentId?: string }>
      title={t(edited?.id ? 'team.editDepartment' : 'team.createDepartment')}
      open={edited !== undefined}
      onClose={props.onClose}
      initial={{ name: edited?.name ?? '', ...(edited?.parentId ? { parentId: edited.parentId } : {}) }}
      onSubmit={(values) => save.mutateAsync({ ...values, parentId: values.parentId ?? null, ...(edited?.id ? { id: edited.id } : {}) })}
    >
      <Form.Item name="name" label={t('team.departmentName')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={64} autoFocus autoComplete="off" />
      </Form.Item>
      <Form.Item name="parentId" label={t('team.parent')}>
        <TreeSelect allowClear treeDefaultExpandAll treeData={branches(props.departments.filter((one) => one.id !== edited?.id))} />
      </Form.Item>
    </FormDrawer>
  )
}
