import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { DepartmentTree } from '#console/team/department-tree.tsx'
import { EmployeeForm } from '#console/team/employee-form.tsx'
import { EmployeeMenu } from '#console/team/employee-menu.tsx'
import { useEmployees, useRoles } from '#console/team/queries.ts'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Page, Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { Employee } from '#management/team/employees/schema.ts'

const route = getRouteApi('/app/employees')

export function EmployeesPage() {
  const { t } = useText()
  const may = useMay()('team.write')
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/employees' })
  const roles = useRoles()
  const [edited, setEdited] = useState<Partial<Employee>>()
  const list = useEmployees({ ...search })
  const show = (change: object) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  return (
    <Page
      title={t('team.employees')}
      note={t('team.employeesNote')}
      actions={
        <Gate permission="team.write">
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited({})}>
            {t('team.createEmployee')}
          </Button>
        </Gate>
      }
    >
      <Columns shares={[1.3, 5]}>
        <DepartmentTree chosen={search.department} onChoose={(department) => show({ department })} />
        <div className="stack">
          <FilterBar
            search={t('team.search')}
            values={search}
            onChange={show}
            filters={[
              {
                kind: 'choice',
                key: 'role',
                label: t('team.role'),
                options: (roles.data?.items ?? []).map((role) => ({ value: role.id, label: role.name })),
              },
              {
                kind: 'choice',
                key: 'state',
                label: t('team.state'),
                options: [
                  { value: 'active', label: t('team.active') },
                  { value: 'suspended', label: t('team.suspended') },
                  { value: 'left', label: t('team.left') },
                  { value: 'any', label: t('ui.all') },
                ],
              },
            ]}
          />
          <Section flush>
            <DataTable<Employee>
              name="employees"
              columns={[
                ...columns(t),
                ...(may
                  ? [
                      {
                        key: 'menu',
                        title: '',
                        width: 56,
                        phone: 'aside' as const,
                        render: (row: Employee) => <EmployeeMenu employee={row} onEdit={() => setEdited(row)} />,
                      },
                    ]
                  : []),
              ]}
              list={list}
              {...(may ? { open: setEdited } : {})}
              empty={<Empty title={t('team.none')} hint={t('team.noneHint')} />}
            />
          </Section>
        </div>
      </Columns>
      <EmployeeForm employee={edited} department={search.department} onClose={() => setEdited(undefined)} />
    </Page>
  )
}

const columns = (t: Translate): Column<Employee>[] => [
  { key: 'name', title: t('team.name'), width: 150, render: (row) => <PersonChip name={row.name} avatar={row.avatar} /> },
  {
    key: 'departments',
    title: t('team.department'),
    width: 140,
    phone: 'note',
    render: (row) => row.departments.map((one) => one.name).join('、') || '—',
  },
  { key: 'role', title: t('team.role'), width: 110, phone: 'note', render: (row) => row.role.name },
  {
    key: 'scope',
    title: t('team.scope'),
    width: 130,
    phone: 'none',
    render: (row) => t(`team.scopes.${row.scope}`),
  },
  { key: 'customers', title: t('team.customers'), width: 80, right: true, phone: 'none', render: (row) => <Count value={row.customers} /> },
  {
    key: 'state',
    title: t('team.state'),
    width: 90,
    phone: 'note',
    render: (row) => <Badge tone={row.state === 'active' ? 'good' : 'quiet'}>{t(`team.${row.state}`)}</Badge>,
  },
  {
    key: 'lastSeen',
    title: t('team.lastSeen'),
    width: 120,
    phone: 'none',
    render: (row) => (row.lastSeenAt ? <When at={row.lastSeenAt} /> : <span className="mute">{t('team.never')}</span>),
  },
  { key: 'login', title: t('team.login'), width: 140, hidden: true, render: (row) => row.login ?? '—' },
  { key: 'wecom', title: t('team.wecom'), width: 140, hidden: true, render: (row) => row.wecomUserId ?? '—' },
]
