import { Link } from '@tanstack/react-router'
import { useResource } from '#console/api/query.ts'
import { PersonChip } from '#console/ui/person-chip.tsx'
import type { CustomerItem } from '#management/customers/schema.ts'

const most = 50

/** The names behind the ids of a list, read at once. */
export function useNames(ids: readonly string[]): ReadonlyMap<string, CustomerItem> {
  const some = ids.slice(0, most)
  const filter = JSON.stringify({ customer: { in: some } })
  const read = useResource<{ items: CustomerItem[] }>('customers', { filter, limit: String(most) }, { enabled: some.length > 0 })
  return new Map(read.data?.items.map((customer) => [customer.id, customer]))
}

export const Person = ({ id, names }: { id: string; names: ReadonlyMap<string, CustomerItem> }) => (
  <Link className="person-link" to="/customers/$customerId" params={{ customerId: id }}>
    <PersonChip name={names.get(id)?.name ?? null} alias={names.get(id)?.alias ?? null} />
  </Link>
)
