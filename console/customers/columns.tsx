import { type Translate, textOr } from '#console/i18n/i18n.ts'
import { Count } from '#console/ui/count.tsx'
import type { Column } from '#console/ui/data-table.tsx'
import { Money } from '#console/ui/money.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { TagChips } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { CustomerItem } from '#management/customers/schema.ts'

export const customerColumns = (t: Translate): Column<CustomerItem>[] => [
  {
    key: 'name',
    title: t('customers.name'),
    width: 180,
    render: (row) => <PersonChip name={row.name} alias={row.alias} avatar={row.avatar} />,
  },
  {
    key: 'tags',
    title: t('customers.tags'),
    width: 240,
    phone: 'wide',
    render: (row) => row.tags.length > 0 && <TagChips tags={row.tags} max={3} />,
  },
  {
    key: 'followers',
    title: t('customers.employee'),
    width: 120,
    phone: 'note',
    render: (row) =>
      row.followers.map((follow) => follow.employee.name).join(t('ui.comma')) || <span className="mute">{t('customers.nobody')}</span>,
  },
  {
    key: 'channel',
    title: t('customers.channel'),
    width: 120,
    phone: 'note',
    render: (row) => row.channel?.name ?? <span className="mute">—</span>,
  },
  {
    key: 'firstAddedAt',
    title: t('customers.addedAt'),
    width: 120,
    phone: 'note',
    sort: 'firstAddedAt',
    render: (row) => <When at={row.firstAddedAt} />,
  },
  {
    key: 'lastActiveAt',
    title: t('customers.lastActiveAt'),
    width: 120,
    sort: 'lastActiveAt',
    phone: 'none',
    render: (row) => <When at={row.lastActiveAt} />,
  },
  {
    key: 'orders',
    title: t('customers.ordersCount'),
    width: 80,
    right: true,
    sort: 'ordersCount',
    phone: 'none',
    render: (row) => (row.ordersCount > 0 ? <Count value={row.ordersCount} /> : <span className="mute">—</span>),
  },
  {
    key: 'paid',
    title: t('customers.paid'),
    width: 120,
    right: true,
    sort: 'paidMinor',
    phone: 'aside',
    render: (row) => (row.ordersCount > 0 ? <Money minor={row.paidMinor} currency={row.currency} /> : <span className="mute">—</span>),
  },
  { key: 'phone', title: t('customers.phone'), width: 130, hidden: true, render: (row) => row.phoneMasked ?? '—' },
  {
    key: 'kind',
    title: t('customers.kind'),
    width: 100,
    hidden: true,
    phone: 'none',
    render: (row) => textOr(`customers.kinds.${row.kind}`, row.kind),
  },
]
