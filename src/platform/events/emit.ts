import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { noteCommit } from '../http/idempotency.ts'
import { afterRaces } from '../races.ts'
import type { EventDefinition } from './catalogue.ts'

/** Partitions of the log; a customer's events all lie in one, in order. Changing it needs a drained log. */
export const partitions = 8

/** An event of this transaction, not yet written. */
export type PendingEvent = {
  id: string
  name: string
  customerId: number | null
  otherCustomerId: number | null
  at: Date
  properties: Record<string, unknown>
  /** Not for the loader. */
  logOnly: boolean
  /** Of the request it came from; one transaction may do the work of several. */
  requestId: string
}

type Fact<P extends z.ZodObject> = {
  customerId: number | null
  /** The second customer of a merge: consumers pass this event in both partitions only when both have come to it. */
  otherCustomerId?: number
  at?: Date
  properties: z.input<P>
}

/** Says that something happened, together with the change of the surrounding transaction or not at all. */
export function emit<P extends z.ZodObject>(ctx: Context, definition: EventDefinition<P>, fact: Fact<P>): void {
  if (!ctx.pending) throw new Error(`${definition.name} was emitted outside a transaction`)
  ctx.pending.push({
    id: randomUUID(),
    name: definition.name,
    customerId: fact.customerId,
    otherCustomerId: fact.otherCustomerId ?? null,
    at: fact.at ?? ctx.now(),
    properties: definition.properties.parse(fact.properties),
    logOnly: definition.logOnly,
    requestId: ctx.requestId,
  })
}

/**
 * Runs `work` in one transaction with its events. Nested calls join the outer one. What lost a deadlock or a
 * serialisation race is tried again, so `work` must not touch anything but the database.
 */
export async function inTransaction<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  if (ctx.pending) return work(ctx)
  return afterRaces(() =>
    ctx.db.transaction().execute(async (db) => {
      const inner: Context = { ...ctx, db, pending: [] }
      const result = await work(inner)
      await writeEvents(inner)
      if (inner.claim) await noteCommit(inner, inner.claim)
      return result
    }),
  )
}

/** Writes and forgets the transaction's pending events: into the log for consumers, into the inbox for the loader what it is to have. */
export async function writeEvents(ctx: Context): Promise<void> {
  const pending = ctx.pending?.splice(0) ?? []
  for (let start = 0; start < pending.length; start += chunk) await writeChunk(ctx, pending.slice(start, start + chunk))
}

const chunk = 2000

async function writeChunk(ctx: Context, events: PendingEvent[]): Promise<void> {
  const log = events.flatMap((event) =>
    copies(event).map((copy) => ({
      ...copy,
      id: event.id,
      name: event.name,
      customer: event.customerId,
      at: event.at.toISOString(),
      properties: event.properties,
      request: event.requestId,
    })),
  )
  const loaded = events.filter(({ logOnly }) => !logOnly)
  const payload = JSON.stringify(
    loaded.map(({ id, name, customerId, otherCustomerId, at, properties }) => ({
      id,
      name,
      customer: customerId,
      ...(otherCustomerId === null ? {} : { other: otherCustomerId }),
      at: at.toISOString(),
      properties,
    })),
  )
  await sql`
    with logged as (
      insert into event_log (tenant_id, partition, barrier, id, name, customer_id, at, properties, request_id)
      select ${ctx.tenantId}, e.partition, e.barrier, e.id, e.name, e.customer, e.at, e.properties, e.request
      from jsonb_to_recordset(${JSON.stringify(log)}::jsonb)
        as e(partition smallint, barrier smallint, id uuid, name text, customer int, at timestamptz, properties jsonb, request text)
    )
    insert into event_inbox (tenant_id, events, payload)
    select ${ctx.tenantId}::int, ${loaded.length}::int, ${payload} where ${loaded.length > 0}::boolean`.execute(ctx.db)
}

function copies(event: PendingEvent): { partition: number; barrier: number | null }[] {
  const own = partitionOf(event.customerId)
  const other = event.otherCustomerId === null ? own : partitionOf(event.otherCustomerId)
  if (other === own) return [{ partition: own, barrier: null }]
  return [
    { partition: own, barrier: other },
    { partition: other, barrier: own },
  ]
}

export const partitionOf = (customerId: number | null): number => (customerId ?? 0) % partitions
