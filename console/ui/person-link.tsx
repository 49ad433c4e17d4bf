import { Link } from '@tanstack/react-router'
import { useCustomer } from '#console/customers/queries.ts'
import { type Called, usePersonName } from '#console/ui/person-name.ts'

/** The way to a customer. Where only the id is known the name comes when it has been read, the way is there at once. */
export function PersonLink({ id, ...known }: Called & { id: string }) {
  const called = usePersonName()
  const read = useCustomer(known.name === undefined ? id : undefined)
  const found = known.name === undefined ? (read.data?.id === id ? read.data : undefined) : known
  return (
    <Link to="/customers/$customerId" params={{ customerId: id }} title={id}>
      {found === undefined ? `${id.slice(0, 10)}…` : called(found)}
    </Link>
  )
}
