import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import { get, type Page } from '#console/api/client.ts'
import { useText } from '#console/i18n/i18n.ts'
import { exactMoney } from '#console/ui/format.ts'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { usePersonName } from '#console/ui/person-name.ts'
import type { CustomerItem } from '#management/customers/schema.ts'

/** One customer, found by name, remark, phone or member number. */
export function CustomerPicker(props: { value?: string; onChange?: (id: string) => void; except?: string; id?: string }) {
  const { t } = useText()
  const called = usePersonName()
  const [text, setText] = useState('')
  const noteOf = (customer: CustomerItem) =>
    [
      customer.company,
      customer.phoneMasked,
      customer.ordersCount > 0 &&
        t('customers.ordersOf', { count: customer.ordersCount, amount: exactMoney(customer.paidMinor, customer.currency) }),
    ]
      .filter(Boolean)
      .join(' · ')
  const q = useDeferredValue(text.trim())
  const found = useQuery({
    queryKey: ['customers', 'picker', q],
    queryFn: ({ signal }) => get<Page<CustomerItem>>('customers', { q, limit: 10 }, signal),
    placeholderData: keepPreviousData,
  })
  return (
    <Select
      {...(props.id ? { id: props.id } : { 'aria-label': t('customers.search') })}
      style={{ width: '100%' }}
      placeholder={t('customers.search')}
      value={props.value ?? null}
      loading={found.isFetching}
      notFoundContent={found.isFetching ? null : t('customers.noneMatch')}
      showSearch={{ filterOption: false, onSearch: setText }}
      onChange={(id: string | null) => id && props.onChange?.(id)}
      options={(found.data?.items ?? [])
        .filter(({ id }) => id !== props.except)
        .map((customer) => ({ value: customer.id, label: called(customer), customer }))}
      optionRender={({ data }) => (
        <PersonChip name={data.customer.name} alias={data.customer.alias} avatar={data.customer.avatar} note={noteOf(data.customer)} />
      )}
    />
  )
}
