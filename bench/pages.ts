import { seedCustomers } from '#test/support/seed.ts'
import { openServedWorkspace, type ServedWorkspace } from '#test/support/served-workspace.ts'
import { atMost, type Bench, percentile, type Row } from './bench.ts'

const goalMs = 200

/** Answers behind the console's pages with a filled company: each question is asked by one user, again and again, after a warm-up. */
export const bench: Bench = async (size, say) => {
  const [customers, events, times] = size === 'full' ? [100_000, 1_000_000, 60] : [10_000, 100_000, 30]
  const workspace = await openServedWorkspace()
  try {
    say(`Seeding ${customers} customers and ${events} events …`)
    await seedCustomers(workspace.ctx, workspace.ctx.tenantId, customers, events)
    const rows: Row[] = []
    for (const [name, path] of await pages(workspace)) rows.push(atMost(`p95 ${name}`, await p95(workspace, path, times), 'ms', goalMs))
    return rows
  } finally {
    await workspace.close()
  }
}

async function pages(workspace: ServedWorkspace): Promise<[string, string][]> {
  const { items } = (await ask(workspace, '/api/v1/customers?limit=50')) as { items: { id: string; tags: { id: string }[] }[] }
  const someone = items[0]?.id
  const { items: groups } = (await ask(workspace, '/api/v1/tag-groups')) as { items: { tags: { id: string }[] }[] }
  const tag = groups[0]?.tags[0]?.id
  const filter = encodeURIComponent(JSON.stringify({ tag: { in: [tag] } }))
  const today = new Date().toISOString().slice(0, 10)
  const monthAgo = new Date(Date.now() - 29 * 24 * 3600_000).toISOString().slice(0, 10)
  return [
    ['customers, newest first', '/api/v1/customers?limit=50'],
    ['customers by tag', `/api/v1/customers?limit=50&filter=${filter}`],
    ['customers by amount paid', '/api/v1/customers?limit=50&sort=-paidMinor'],
    ['customers by name', `/api/v1/customers?limit=50&q=${encodeURIComponent('王伟')}`],
    ['a customer', `/api/v1/customers/${someone}`],
    ['a timeline', `/api/v1/customers/${someone}/timeline`],
    ['tags with their use', '/api/v1/tag-groups'],
    ['overview of 30 days', `/api/v1/overview?from=${monthAgo}&to=${today}`],
    ['orders', '/api/v1/orders?limit=50'],
    ['trade totals of 30 days', `/api/v1/orders/totals?from=${monthAgo}&to=${today}`],
    ['live events', '/api/v1/events/recent?limit=50'],
    ['operations', '/api/v1/operations'],
    ['audit', '/api/v1/audit?limit=50'],
  ]
}

async function ask({ url, apiKey }: ServedWorkspace, path: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${apiKey}` } })
  const body = await response.json()
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(body)}`)
  return body
}

async function p95(workspace: ServedWorkspace, path: string, times: number): Promise<number> {
  for (let i = 0; i < 5; i++) await ask(workspace, path)
  const took: number[] = []
  for (let i = 0; i < times; i++) {
    const started = performance.now()
    await ask(workspace, path)
    took.push(performance.now() - started)
  }
  return percentile(
    took.sort((a, b) => a - b),
    0.95,
  )
}
