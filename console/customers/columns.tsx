import type { Customer } from '#console/customers/queries.ts'
import type { Translate } from '#console/i18n/i18n.ts'
import { Count } from '#console/ui/count.tsx'
import type { Column } from '#console/ui/data-table.tsx'
import { Money } from '#console/ui/money.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { TagChips } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

export const customerColumns = (t: Translate): Column<Customer>[] => [
  { key: 'name', title: t('customers.name'), width: 190, render: (row) => <PersonChip name={row.name} avatar={row.avatar} /> },
  {
    key: 'tags',
    title: t('customers.tags'),
    width: 250,
    render: (row) => (row.tags.length ? <TagChips tags={row.tags} max={3} /> : <span className="mute">{t('ui.none')}</span>),
  },
  {
    key: 'followers',
    title: t('customers.employee'),
    width: 140,
    render: (row) =>
      row.followers.map((follow) => follow.employee.name).join('、') || <span className="mute">{t('customers.nobody')}</span>,
  },
  { key: 'channel', title: t('customers.channel'), width: 130, render: (row) => row.channel?.name ?? <span className="mute">—</span> },
  { key: 'firstAddedAt', title: t('customers.addedAt'), width: 130, sort: 'firstAddedAt', render: (row) => <When at={row.firstAddedAt} /> },
  {
    key: 'lastActiveAt',
    title: t('customers.lastActiveAt'),
    width: 130,
    sort: 'lastActiveAt',
    phone: 'none',
    render: (row) => <When at={row.lastActiveAt} />,
  },
  {
    key: 'orders',
    title: t('customers.ordersCount'),
    width: 90,
    right: true,
    sort: 'ordersCount',
    phone: 'none',
    render: (row) => <Count value={row.ordersCount} />,
  },
  {
    key: 'paid',
    title: t('customers.paid'),
    width: 130,
    right: true,
    sort: 'paidMinor',
    phone: 'aside',
    render: (row) => <Money minor={row.paidMinor} currency={row.currency} />,
  },
  { key: 'phone', title: t('customers.phone'), width: 130, hidden: true, render: (row) => row.phoneMasked ?? '—' },
  { key: 'kind', title: t('customers.kind'), width: 100, hidden: true, phone: 'none', render: (row) => row.kind ?? '—' },
]
