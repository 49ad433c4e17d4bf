import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { type ReactNode, useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useChannelNames } from '#console/channels/queries.ts'
import { BulkActions } from '#console/customers/bulk-actions.tsx'
import { customerColumns } from '#console/customers/columns.tsx'
import { CreateCustomer } from '#console/customers/customer-form.tsx'
import { customerFilter } from '#console/customers/filter.ts'
import { useCustomers } from '#console/customers/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useTagGroups } from '#console/tags/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { ExportButton } from '#console/ui/export-button.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { SavedViews } from '#console/ui/saved-views.tsx'
import type { CustomerItem } from '#management/customers/schema.ts'

const route = getRouteApi('/app/customers')

export function CustomersPage() {
  const { t } = useText()
  const may = useMay()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/customers' })
  const [creating, setCreating] = useState(false)
  const [selected, setSelected] = useState<string[]>([])
  const { sort, ...asked } = search
  const filter = customerFilter(asked)
  const query = { ...(filter ? { filter } : {}), ...(search.q ? { q: search.q } : {}), ...(sort ? { sort } : {}) }
  const list = useCustomers(query)
  const filtered = Object.values(asked).some(Boolean)
  const show = (change: object) => {
    setSelected([])
    void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  }
  return (
    <Page
      title={t('customers.title')}
      note={t('customers.note')}
      actions={
        <>
          <Gate permission="exports.write">
            <ExportButton what="customers" filter={filter} q={search.q} />
          </Gate>
          <Gate permission="customers.write">
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
              {t('customers.create')}
            </Button>
          </Gate>
        </>
      }
    >
      <CustomerFilters values={asked} onChange={show}>
        <SavedViews name="customers" values={asked} onOpen={(values) => void navigate({ search: values })} />
      </CustomerFilters>
      <Section flush>
        <DataTable<CustomerItem>
          name="customers"
          columns={customerColumns(t)}
          list={list}
          href={(row) => `/customers/${row.id}`}
          open={(row) => void navigate({ to: '/customers/$customerId', params: { customerId: row.id } })}
          sort={sort}
          onSort={(next) => show({ sort: next })}
          selection={
            may('customers.write')
              ? {
                  ids: selected,
                  onChange: setSelected,
                  actions: <BulkActions ids={selected} filter={filter} q={search.q} total={list.total} done={() => setSelected([])} />,
                }
              : undefined
          }
          empty={
            filtered ? (
              <Empty
                title={t('customers.noneMatch')}
                hint={t('customers.noneMatchHint')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty
                title={t('customers.none')}
                hint={t('customers.noneHint')}
                action={
                  <Gate permission="customers.write">
                    <Button type="primary" onClick={() => setCreating(true)}>
                      {t('customers.create')}
                    </Button>
                  </Gate>
                }
              />
            )
          }
        />
      </Section>
      <CreateCustomer open={creating} onClose={() => setCreating(false)} />
    </Page>
  )
}

function CustomerFilters(props: {
  values: Record<string, string | undefined>
  onChange: (change: Record<string, string | undefined>) => void
  children: ReactNode
}) {
  const { t } = useText()
  const groups = useTagGroups()
  const employees = useEmployeeNames()
  const channels = useChannelNames()
  return (
    <FilterBar
      search={t('customers.search')}
      values={props.values}
      onChange={props.onChange}
      filters={[
        {
          kind: 'choice',
          key: 'tags',
          label: t('customers.tags'),
          many: true,
          options: (groups.data?.items ?? []).flatMap((group) =>
            group.tags.map((tag) => ({ value: tag.id, label: `${group.name} / ${tag.name}` })),
          ),
        },
        { kind: 'choice', key: 'employees', label: t('customers.employee'), many: true, options: employees },
        { kind: 'choice', key: 'channels', label: t('customers.channel'), many: true, options: channels },
        {
          kind: 'choice',
          key: 'bought',
          label: t('customers.bought'),
          options: [
            { value: 'yes', label: t('customers.boughtYes') },
            { value: 'no', label: t('customers.boughtNo') },
          ],
        },
        { kind: 'dates', from: 'from', to: 'to', label: t('customers.addedFrom') },
      ]}
    >
      {props.children}
    </FilterBar>
  )
}
