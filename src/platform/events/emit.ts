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

type Telling<P extends z.ZodObject> = {
  customerId: number | null
  /** The second customer of a merge: consumers pass this event in both partitions only when both have come to it. */
  otherCustomerId?: number
  at?: Date
  properties: z.input<P>
}

/** Says that something happened, together with the change of the surrounding transaction or not at all. */
export function emit<P extends z.ZodObject>(ctx: Context, definition: EventDefinition<P>, telling: Telling<P>): void {
  if (!ctx.pending) throw new Error(`${definition.name} was emitted outside a transaction`)
  ctx.pending.push({
    id: randomUUID(),
    name: definition.name,
    customerId: telling.customerId,
    otherCustomerId: telling.otherCustomerId ?? null,
    at: telling.at ?? ctx.now(),
    properties: definition.properties.parse(telling.properties),
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

/** Whatever happens to many at once is told alike, one after the other: PostgreSQL gets it once, and with it whom it happened to. */
async function writeChunk(ctx: Context, events: PendingEvent[]): Promise<void> {
  const facts: Fact[] = []
  const log: (Copy & { id: string; customer: number | null; fact: number })[] = []
  const inbox: string[] = []
  for (const event of events) {
    const fact = factOf(event)
    const last = facts.at(-1)
    if (!last || last.text !== fact.text || last.request !== fact.request) facts.push(fact)
    for (const copy of copies(event)) log.push({ ...copy, id: event.id, customer: event.customerId, fact: facts.length - 1 })
    if (!event.logOnly) inbox.push(inboxText(event, fact))
  }
  const listed = facts.map(({ text, request }, fact) => `{"fact":${fact},"request":${JSON.stringify(request)},${text}}`)
  await sql`
    with logged as (
      insert into event_log (tenant_id, partition, barrier, id, name, customer_id, at, properties, request_id)
      select ${ctx.tenantId}, e.partition, e.barrier, e.id, f.name, e.customer, f.at, f.properties, f.request
      from unnest(${listText(log, 'partition')}::smallint[], ${listText(log, 'barrier')}::smallint[], ${listText(log, 'id')}::uuid[],
          ${listText(log, 'customer')}::int[], ${listText(log, 'fact')}::int[]) with ordinality as e(partition, barrier, id, customer, fact, place)
        join jsonb_to_recordset(${`[${listed.join(',')}]`}::jsonb) as f(fact int, name text, at timestamptz, properties jsonb, request text) using (fact)
      order by e.place
    )
    insert into event_inbox (tenant_id, events, payload)
    select ${ctx.tenantId}::int, ${inbox.length}::int, ${`[${inbox.join(',')}]`} where ${inbox.length > 0}::boolean`.execute(ctx.db)
}

/** An array as PostgreSQL reads it; numbers and ids need no quotes. */
const listText = <Key extends string>(rows: readonly Record<Key, number | string | null>[], key: Key): string =>
  `{${rows.map((row) => row[key] ?? 'null').join(',')}}`

/** What happened, as JSON, and by which request; not to whom. */
type Fact = { text: string; request: string }

const factOf = ({ name, at, properties, requestId }: PendingEvent): Fact => ({
  text: `"name":${JSON.stringify(name)},"at":"${at.toISOString()}","properties":${JSON.stringify(properties)}`,
  request: requestId,
})

const inboxText = ({ id, customerId, otherCustomerId }: PendingEvent, { text }: Fact): string =>
  `{"id":"${id}","customer":${customerId}${otherCustomerId === null ? '' : `,"other":${otherCustomerId}`},${text}}`

type Copy = { partition: number; barrier: number | null }

function copies(event: PendingEvent): Copy[] {
  const own = partitionOf(event.customerId)
  const other = event.otherCustomerId === null ? own : partitionOf(event.otherCustomerId)
  if (other === own) return [{ partition: own, barrier: null }]
  return [
    { partition: own, barrier: other },
    { partition: other, barrier: own },
  ]
}

export const partitionOf = (customerId: number | null): number => (customerId ?? 0) % partitions
