import type { Pool, PoolClient } from 'pg'

/** A local day of a tenant, `yyyy-MM-dd`. */
export type TenantDay = { tenant: number; day: string }

/**
 * Says that the stores of these days may differ from the events: from now on reports read the events, and the loader rebuilds
 * the days. Marked first, changed then: a killed program must not leave a difference that nobody knows of.
 */
export async function markDirtyDays(client: Pool | PoolClient, days: Iterable<TenantDay>): Promise<void> {
  const different = new Map([...days].map((one) => [`${one.tenant} ${one.day}`, one]))
  if (different.size === 0) return
  // In one order, so that two who mark the same days wait for each other instead of deadlocking.
  const sorted = [...different].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  await client.query('select mark_dirty_days(t, d, d) from unnest($1::int[], $2::date[]) as given(t, d)', [
    sorted.map(({ tenant }) => tenant),
    sorted.map(({ day }) => day),
  ])
}

/** All days of all tenants. */
export async function markEverything(client: Pool | PoolClient): Promise<void> {
  await client.query('select mark_dirty_days(id) from tenants order by id')
}
