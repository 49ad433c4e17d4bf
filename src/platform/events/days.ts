import { DateTime } from 'luxon'
import type { Databases } from '../database.ts'

type Zones = { readAt: number; zones: Map<number, string> }

const rememberedMs = 5_000
const remembered = new WeakMap<Databases, Zones>()

/**
 * The zones of these tenants as of the last few seconds. A zone that changed since does no harm: the change marked all days of
 * its tenant, and they are rebuilt long after it is known here.
 */
export async function zonesOf(databases: Databases, tenants: Iterable<number>): Promise<ReadonlyMap<number, string>> {
  const known = remembered.get(databases)
  if (known && Date.now() - known.readAt < rememberedMs && new Set(tenants).isSubsetOf(known.zones)) return known.zones
  const { rows } = await databases.systemPool.query<{ id: number; timezone: string }>('select id, timezone from tenants')
  const zones = new Map(rows.map(({ id, timezone }) => [id, timezone]))
  remembered.set(databases, { readAt: Date.now(), zones })
  return zones
}

const quarterMs = 900_000
const dayMs = 86_400_000

/** Millisecond → local day of a zone. Clocks move at quarters of an hour, so the zone is asked once for each of them. */
export function dayReader(zone: string): (ms: number) => string {
  const days = new Map<number, string>()
  return (ms) => {
    const quarter = Math.floor(ms / quarterMs)
    const known = days.get(quarter)
    if (known !== undefined) return known
    const minutes = DateTime.fromMillis(quarter * quarterMs, { zone }).offset
    const local = Math.max(0, Math.floor((quarter * quarterMs + minutes * 60_000) / dayMs))
    const day = new Date(local * dayMs).toISOString().slice(0, 10)
    days.set(quarter, day)
    return day
  }
}
