import { PersonLink } from '#console/ui/person-link.tsx'

/** The customer by name where they are known here, else as WeCom calls them. */
export function WhoseFriend({ row }: { row: { externalUserId: string | null; customer: { id: string; name: string | null } | null } }) {
  if (row.customer?.name) return <PersonLink id={row.customer.id} name={row.customer.name} />
  return row.externalUserId ? <code title={row.externalUserId}>{row.externalUserId}</code> : null
}
