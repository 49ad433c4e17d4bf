import { Link } from '@tanstack/react-router'
import { useCustomer } from '#console/customers/queries.ts'
import { useText } from '#console/i18n/i18n.ts'

/** The way to a customer. Where only the id is known the name comes when it has been read, the way is there at once. */
export function PersonLink({ id, name }: { id: string; name?: string | null }) {
  const { t } = useText()
  const read = useCustomer(name === undefined ? id : undefined)
  const found = name === undefined && read.data?.id === id ? read.data.name : name
  return (
    <Link to="/customers/$customerId" params={{ customerId: id }} title={id}>
      {found === undefined ? `${id.slice(0, 10)}…` : (found ?? t('ui.nameless'))}
    </Link>
  )
}
