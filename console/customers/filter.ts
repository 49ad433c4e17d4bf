import type { CustomerFilter } from '#management/customers/schema.ts'

export interface CustomerSearch {
  q?: string | undefined
  tags?: string | undefined
  employees?: string | undefined
  channels?: string | undefined
  bought?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** The readable address of the list → the rule tree the server filters by; undefined when nothing is asked. */
export function customerFilter(search: CustomerSearch): string | undefined {
  const rules: CustomerFilter[] = []
  if (search.tags) rules.push({ tag: { in: search.tags.split(',') } })
  if (search.employees) rules.push({ employee: { in: search.employees.split(',') } })
  if (search.channels) rules.push({ channel: { in: search.channels.split(',') } })
  if (search.bought) rules.push({ ordersCount: search.bought === 'yes' ? { gte: 1 } : { eq: 0 } })
  if (search.from) rules.push({ firstAddedAt: { gte: search.from } })
  if (search.to) rules.push({ firstAddedAt: { lte: search.to } })
  return rules.length ? JSON.stringify({ and: rules } satisfies CustomerFilter) : undefined
}
