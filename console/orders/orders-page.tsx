import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { OrderDrawer } from '#console/orders/order-drawer.tsx'
import { CreateOrder } from '#console/orders/order-form.tsx'
import { StatusBadge, statusName } from '#console/orders/order-status.tsx'
import { type Order, useOrders, useShops, useTotals } from '#console/orders/queries.ts'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { ExportButton } from '#console/ui/export-button.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Money } from '#console/ui/money.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { When } from '#console/ui/when.tsx'
import { orderStatuses } from '#conversion/orders/schema.ts'

const route = getRouteApi('/app/orders')

export function OrdersPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/orders' })
  const shops = useShops()
  const [creating, setCreating] = useState(false)
  const { order, sort, currency, ...asked } = search
  const filter = orderFilter(asked)
  const list = useOrders({ filter, q: search.q, sort })
  const show = (change: object) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  return (
    <Page
      title={t('orders.title')}
      note={t('orders.note')}
      actions={
        <>
          <Gate permission="exports.write">
            <ExportButton what="orders" filter={filter} q={search.q} />
          </Gate>
          <Gate permission="orders.write">
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
              {t('orders.create')}
            </Button>
          </Gate>
        </>
      }
    >
      <TradeTotals
        query={{ from: search.from, to: search.to, filter, q: search.q, currency }}
        onCurrency={(next) => show({ currency: next })}
      />
      <FilterBar
        search={t('orders.search')}
        values={asked}
        onChange={show}
        filters={[
          {
            kind: 'choice',
            key: 'status',
            label: t('orders.status'),
            options: orderStatuses.map((status) => ({ value: status, label: statusName(status) })),
          },
          {
            kind: 'choice',
            key: 'shops',
            label: t('orders.shop'),
            many: true,
            options: (shops.data?.items ?? []).map((shop) => ({ value: shop.id, label: shop.name })),
          },
          ...(search.customer
            ? [
                {
                  kind: 'choice' as const,
                  key: 'customer',
                  label: t('orders.customer'),
                  options: [{ value: search.customer, label: t('orders.oneCustomer') }],
                },
              ]
            : []),
          { kind: 'dates', from: 'from', to: 'to', label: t('orders.paidFrom') },
        ]}
      />
      <Section flush>
        <DataTable<Order>
          name="orders"
          columns={columns(t)}
          list={list}
          open={(row) => show({ order: row.id })}
          sort={sort}
          onSort={(next) => show({ sort: next })}
          empty={
            Object.values(asked).some(Boolean) ? (
              <Empty
                title={t('orders.noneMatch')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty title={t('orders.none')} hint={t('orders.noneHint')} />
            )
          }
        />
      </Section>
      <OrderDrawer id={order} onClose={() => show({ order: undefined })} />
      <CreateOrder open={creating} onClose={() => setCreating(false)} />
    </Page>
  )
}

function TradeTotals({ query, onCurrency }: { query: Record<string, string | undefined>; onCurrency: (currency: string) => void }) {
  const { t } = useText()
  const { data } = useTotals(query)
  const before = data?.before ?? undefined
  const currencies = [...new Set([data?.currency, ...(data?.currencies ?? [])])].filter((one) => one !== undefined)
  return (
    <>
      {currencies.length > 1 && (
        <div className="row note">
          {t('orders.countedIn')}
          <Segmented
            size="small"
            aria-label={t('orders.countedIn')}
            value={data?.currency ?? ''}
            options={currencies}
            onChange={onCurrency}
          />
        </div>
      )}
      <Stats>
        <Stat
          name={t('orders.amount')}
          value={<Money minor={data?.paidMinor} currency={data?.currency} />}
          now={data?.paidMinor}
          before={before?.paidMinor}
        />
        <Stat name={t('orders.count')} value={<Count value={data?.orders} />} now={data?.orders} before={before?.orders} />
        <Stat name={t('orders.buyers')} value={<Count value={data?.buyers} />} now={data?.buyers} before={before?.buyers} />
        <Stat
          name={t('orders.orderValue')}
          hint={t('orders.orderValueHint')}
          value={<Money minor={data && data.buyers > 0 ? Math.round(data.paidMinor / data.buyers) : null} currency={data?.currency} />}
        />
        <Stat
          name={t('orders.refunds')}
          better="less"
          value={<Money minor={data?.refundedMinor} currency={data?.currency} />}
          now={data?.refundedMinor}
          before={before?.refundedMinor}
        />
      </Stats>
    </>
  )
}

const columns = (t: Translate): Column<Order>[] => [
  { key: 'orderNo', title: t('orders.orderNo'), width: 190, render: (row) => <span className="figure">{row.orderNo}</span> },
  {
    key: 'customer',
    title: t('orders.customer'),
    width: 170,
    phone: 'wide',
    render: (row) =>
      row.customer ? (
        <Link to="/customers/$customerId" params={{ customerId: row.customer.id }}>
          <PersonChip name={row.customer.name} alias={row.customer.alias} />
        </Link>
      ) : (
        <span className="mute">{t('orders.anonymous')}</span>
      ),
  },
  { key: 'products', title: t('orders.products'), width: 240, phone: 'note', render: (row) => row.titles?.join(t('ui.comma')) || '—' },
  { key: 'status', title: t('orders.status'), width: 110, phone: 'note', render: (row) => <StatusBadge status={row.status} /> },
  {
    key: 'paidAt',
    title: t('orders.paidAt'),
    width: 130,
    phone: 'note',
    sort: 'paidAt',
    render: (row) => <When at={row.paidAt ?? row.createdAt} />,
  },
  {
    key: 'amount',
    title: t('orders.amount'),
    width: 130,
    right: true,
    sort: 'paidMinor',
    phone: 'aside',
    render: (row) => <Money minor={row.paidMinor} currency={row.currency} exact />,
  },
  {
    key: 'refunded',
    title: t('orders.refundedAmount'),
    width: 110,
    right: true,
    phone: 'none',
    render: (row) =>
      row.refundedMinor ? <Money minor={row.refundedMinor} currency={row.currency} exact /> : <span className="mute">—</span>,
  },
  { key: 'shop', title: t('orders.shop'), width: 120, hidden: true, render: (row) => row.shop?.name ?? t('orders.manual') },
]

function orderFilter(search: {
  customer?: string | undefined
  status?: string | undefined
  shops?: string | undefined
  from?: string | undefined
  to?: string | undefined
}): string | undefined {
  const rules: object[] = []
  if (search.customer) rules.push({ customer: { in: [search.customer] } })
  if (search.status) rules.push({ status: { in: search.status.split(',') } })
  if (search.shops) rules.push({ shop: { in: search.shops.split(',') } })
  if (search.from) rules.push({ paidAt: { gte: search.from } })
  if (search.to) rules.push({ paidAt: { lte: search.to } })
  return rules.length ? JSON.stringify({ and: rules }) : undefined
}
