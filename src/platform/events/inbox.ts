import { createHash } from 'node:crypto'
import type { Databases } from '../database.ts'
import { remember } from '../remember.ts'

/** A behaviour event at the door: no state changes with it, its person is looked up later. */
export type BehaviourEvent = {
  /** From the sender's own id; a second arrival is dropped. */
  id?: string
  name: string
  /** The sender's names for who did it. */
  person?: string
  device?: string
  at: string
  properties: Record<string, unknown>
}

export type Receipt = { accepted: number; duplicates: number }

export type InboxWriter = { append(tenantId: number, events: BehaviourEvent[]): Promise<Receipt> }

type Waiting = { tenantId: number; events: BehaviourEvent[]; resolve(receipt: Receipt): void; reject(error: unknown): void }

/** Senders' ids may be any text; inside they are its hash in the form of a version 8 UUID (RFC 9562). */
export const eventIdOf = (text: string): string =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
    ? text.toLowerCase()
    : createHash('sha256')
        .update(text)
        .digest('hex')
        .slice(0, 32)
        .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-a$4-$5')

/**
 * One commit with fsync carries every request that arrived while the commit before it was under way: the answer waits
 * for durability, the disk is not asked once per request.
 */
export function createInboxWriter(databases: Databases): InboxWriter {
  const waiting: Waiting[] = []
  let busy = false

  async function drain(): Promise<void> {
    busy = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 512)
      try {
        const receipts = await writeBatch(databases, batch)
        for (const [i, one] of batch.entries()) one.resolve(receipts[i] ?? { accepted: 0, duplicates: 0 })
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    busy = false
  }

  return {
    append: (tenantId, events) =>
      new Promise((resolve, reject) => {
        waiting.push({ tenantId, events, resolve, reject })
        if (!busy) void drain()
      }),
  }
}

async function writeBatch(databases: Databases, batch: Waiting[]): Promise<Receipt[]> {
  const named = batch.some(({ events }) => events.some(({ id }) => id !== undefined))
  if (!named) {
    await databases.systemPool.query(insertOf(batch))
    return batch.map(({ events }) => ({ accepted: events.length, duplicates: 0 }))
  }
  return writeNamed(databases, batch)
}

/** One row a tenant; the statement for one tenant, by far the most common, stays prepared. */
function insertOf(batch: Pick<Waiting, 'tenantId' | 'events'>[]): { name?: string; text: string; values: unknown[] } {
  const byTenant = new Map<number, BehaviourEvent[]>()
  for (const { tenantId, events } of batch) remember(byTenant, tenantId, () => [] as BehaviourEvent[]).push(...events)
  const rows = [...byTenant].filter(([, events]) => events.length > 0)
  const places = rows.map((_, i) => `($${3 * i + 1}, $${3 * i + 2}, $${3 * i + 3})`)
  return {
    ...(rows.length === 1 ? { name: 'inbox' } : {}),
    text: rows.length === 0 ? 'select' : `insert into event_inbox (tenant_id, events, payload) values ${places.join(', ')}`,
    values: rows.flatMap(([tenantId, events]) => [tenantId, events.length, JSON.stringify(events)]),
  }
}

/** Ids and events become durable together, so a sender that never got its answer may send again without harm. */
async function writeNamed(databases: Databases, batch: Waiting[]): Promise<Receipt[]> {
  const client = await databases.systemPool.connect()
  try {
    await client.query('begin')
    const named = batch.flatMap(({ tenantId, events }) => events.flatMap(({ id }) => (id === undefined ? [] : [{ tenantId, id }])))
    const fresh = await client.query({
      name: 'inbox_ids',
      // Sorted, so that two batches with the same ids wait for each other instead of deadlocking.
      text: 'insert into event_ids (tenant_id, id) select distinct t, i from unnest($1::int[], $2::uuid[]) as n(t, i) order by 1, 2 on conflict do nothing returning tenant_id, id',
      values: [named.map(({ tenantId }) => tenantId), named.map(({ id }) => id)],
    })
    const unseen = new Set(fresh.rows.map((row) => `${row.tenant_id} ${row.id}`))
    const kept = batch.map(({ tenantId, events }) => ({
      tenantId,
      events: events.filter(({ id }) => id === undefined || unseen.delete(`${tenantId} ${id}`)),
    }))
    await client.query(insertOf(kept))
    await client.query('commit')
    return batch.map(({ events }, i) => ({
      accepted: kept[i]?.events.length ?? 0,
      duplicates: events.length - (kept[i]?.events.length ?? 0),
    }))
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}
