import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import { type Context, createContext, type Installation, systemActor } from '../context.ts'
import { kysely } from '../database.ts'
import { AppError, describeError } from '../errors.ts'
import { partitions, writeEvents } from './emit.ts'

/** A fact as a consumer sees it. */
export type LoggedEvent = {
  id: string
  name: string
  customerId: number | null
  at: Date
  properties: Record<string, unknown>
  requestId: string | null
}

/** A reader of the log with a memory of its own. `handle` changes PostgreSQL only; outward calls go through jobs and intents. */
export type Consumer = {
  name: string
  /** Where a consumer starts that was never here before. */
  from: 'beginning' | 'now'
  events: readonly string[] | '*'
  handle(ctx: Context, event: LoggedEvent): Promise<void>
}

type Row = {
  tenant_id: number
  transaction: string
  seq: number
  barrier: number | null
  id: string
  name: string
  customer_id: number | null
  at: Date
  properties: Record<string, unknown>
  request_id: string | null
}
type Position = { transaction: string; seq: number }

/** Long transactions hold back the horizon below which everybody may read. */
const batchMs = 300
const batchEvents = 200
const attemptsBeforeDeadLetter = 5

export async function runConsumers(installation: Installation, consumers: readonly Consumer[], signal: AbortSignal): Promise<void> {
  const attempts = new Map<string, number>()
  while (!signal.aborted) {
    let moved = 0
    try {
      moved = await consumeOnce(installation, consumers, attempts)
    } catch (error) {
      installation.log.warn({ err: error }, 'consumers interrupted, trying again')
      await sleep(1000, undefined, { signal }).catch(() => undefined)
    }
    if (moved === 0) await sleep(100, undefined, { signal }).catch(() => undefined)
  }
}

/** A consumer's first position; one that was here before keeps its own. */
export async function registerConsumers(installation: Installation, consumers: readonly Consumer[]): Promise<void> {
  for (const { name, from } of consumers)
    await installation.databases.systemPool.query(
      `insert into consumer_positions (consumer, partition, transaction, seq)
       select $1, p, case when $2 then '0'::xid8 else pg_snapshot_xmin(pg_current_snapshot()) end, 0 from generate_series(0, $3 - 1) as p on conflict do nothing`,
      [name, from === 'beginning', partitions],
    )
}

/** Consumes until nothing committed lies ahead, waiting for running transactions that hide something; returns how many events were passed. */
export async function consumeAll(installation: Installation, consumers: readonly Consumer[]): Promise<number> {
  let total = 0
  while (await hasUnread(installation, consumers)) {
    const moved = await consumeOnce(installation, consumers)
    total += moved
    if (moved === 0) await sleep(10)
  }
  return total
}

async function hasUnread({ databases: { systemPool } }: Installation, consumers: readonly Consumer[]): Promise<boolean> {
  const found = await systemPool.query(
    `select 1 from consumer_positions p where p.consumer = any($1)
       and exists (select from event_log e where e.partition = p.partition and (e.transaction, e.seq) > (p.transaction, p.seq)) limit 1`,
    [consumers.map(({ name }) => name)],
  )
  return found.rowCount !== 0
}

/** One round over everything that has something to read; returns how many events were passed. */
export async function consumeOnce(
  installation: Installation,
  consumers: readonly Consumer[],
  attempts = new Map<string, number>(),
): Promise<number> {
  const { systemPool } = installation.databases
  // A statement of its own, before anything is read: what lies below had ended by then.
  const { rows } = await systemPool.query<{ horizon: string }>('select event_horizon()::text as horizon')
  const horizon = rows[0]?.horizon ?? '0'
  const waiting = await systemPool.query<{ consumer: string; partition: number }>(
    `select consumer, partition from consumer_positions p
     where exists (select from event_log e where e.partition = p.partition and (e.transaction, e.seq) > (p.transaction, p.seq) and e.transaction < $1::xid8)`,
    [horizon],
  )
  let moved = 0
  for (const { consumer: name, partition } of waiting.rows) {
    const consumer = consumers.find((one) => one.name === name)
    if (consumer) moved += await consumePartition(installation, { consumer, partition, horizon }, attempts)
  }
  return moved
}

type Place = { consumer: Consumer; partition: number; horizon: string }

async function consumePartition(installation: Installation, place: Place, attempts: Map<string, number>): Promise<number> {
  const { consumer, partition } = place
  const client = await installation.databases.systemPool.connect()
  try {
    await client.query('begin')
    const position = await lockPosition(client, consumer, partition)
    const rows = position ? await readAhead(client, place, position) : []
    const passed = await passRows(installation, client, consumer, partition, rows, attempts)
    if (passed.length > 0) await movePosition(client, consumer, partition, passed.at(-1))
    await client.query('commit')
    return passed.length
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

const lockPosition = async (client: PoolClient, consumer: Consumer, partition: number): Promise<Position | undefined> =>
  (
    await client.query<Position>(
      'select transaction::text, seq from consumer_positions where consumer = $1 and partition = $2 for update skip locked',
      [consumer.name, partition],
    )
  ).rows[0]

/** By transaction, then sequence, and only what no running transaction can still get in front of. */
const readAhead = async (client: PoolClient, { partition, horizon }: Place, position: Position): Promise<Row[]> =>
  (
    await client.query<Row>(
      `select tenant_id, transaction::text, seq, barrier, id, name, customer_id, at, properties, request_id from event_log
       where partition = $1 and (transaction, seq) > ($2::xid8, $3) and transaction < $4::xid8
       order by transaction, seq limit $5`,
      [partition, position.transaction, position.seq, horizon, batchEvents],
    )
  ).rows

async function passRows(
  installation: Installation,
  client: PoolClient,
  consumer: Consumer,
  partition: number,
  rows: Row[],
  attempts: Map<string, number>,
): Promise<Row[]> {
  const deadline = Date.now() + batchMs
  const passed: Row[] = []
  for (const row of rows) {
    if (Date.now() > deadline) break
    if (row.barrier !== null && !(await mayPassBarrier(client, consumer, partition, row))) break
    // The copy of a fact in the second customer's partition is only the barrier; the first carries it.
    const carries = row.barrier === null || row.barrier > partition
    if (
      carries &&
      (consumer.events === '*' || consumer.events.includes(row.name)) &&
      !(await handle(installation, client, consumer, row, attempts))
    )
      break
    passed.push(row)
  }
  return passed
}

/** Both partitions stop before their copy; the lower one goes first when the other has arrived, the other follows. */
async function mayPassBarrier(client: PoolClient, consumer: Consumer, partition: number, row: Row): Promise<boolean> {
  const found = await client.query(
    `select exists (select from event_log e, consumer_positions p
       where p.consumer = $1 and p.partition = $2 and e.partition = $2 and (e.transaction, e.seq) > (p.transaction, p.seq)
         and (e.transaction, e.seq) < (select transaction, seq from event_log where partition = $2 and transaction = $4::xid8 and id = $3)) as before,
     exists (select from event_log e, consumer_positions p
       where p.consumer = $1 and p.partition = $2 and e.partition = $2 and e.transaction = $4::xid8 and e.id = $3
         and (e.transaction, e.seq) <= (p.transaction, p.seq)) as passed`,
    [consumer.name, row.barrier, row.id, row.transaction],
  )
  const { before, passed } = found.rows[0]
  return partition < (row.barrier ?? 0) ? !before : passed || !(await stillLogged(client, row))
}

/** The carrying copy may be gone already: everybody passed it and it was cleaned away. */
const stillLogged = async (client: PoolClient, row: Row): Promise<boolean> =>
  (
    await client.query('select from event_log where partition = $1 and transaction = $2::xid8 and id = $3', [
      row.barrier,
      row.transaction,
      row.id,
    ])
  ).rowCount !== 0

/** False when the event should be tried again later; an event that cannot be handled becomes a dead letter and is passed. */
async function handle(
  installation: Installation,
  client: PoolClient,
  consumer: Consumer,
  row: Row,
  attempts: Map<string, number>,
): Promise<boolean> {
  const key = `${consumer.name} ${row.id}`
  await client.query('savepoint handling')
  try {
    await handleAs(installation, client, consumer, row)
    await client.query('set local role liuliang_system; release savepoint handling')
    attempts.delete(key)
    return true
  } catch (error) {
    await client.query('rollback to savepoint handling; set local role liuliang_system')
    const tried = (attempts.get(key) ?? 0) + 1
    attempts.set(key, tried)
    if (isPassing(error) && tried < attemptsBeforeDeadLetter) return false
    attempts.delete(key)
    await bury(client, consumer, row, error, tried)
    installation.log.error({ err: error, consumer: consumer.name, event: row.id, requestId: row.request_id }, 'event became a dead letter')
    return true
  }
}

/** The handler works as the tenant, behind row-level security, on the very transaction that moves the position. */
async function handleAs(installation: Installation, client: PoolClient, consumer: Consumer, row: Row): Promise<void> {
  await client.query(`set local role liuliang_app; set local app.tenant = '${row.tenant_id}'`)
  const base = createContext(installation, row.tenant_id, systemActor, row.request_id ?? row.id)
  const ctx: Context = { ...base, db: kysely({ connect: async () => keepOpen(client), end: async () => undefined } as never), pending: [] }
  await consumer.handle(ctx, {
    id: row.id,
    name: row.name,
    customerId: row.customer_id,
    at: row.at,
    properties: row.properties,
    requestId: row.request_id,
  })
  await writeEvents(ctx)
}

/** Lends the connection to Kysely without letting it be given back. */
const keepOpen = (client: PoolClient): PoolClient =>
  new Proxy(client, {
    get: (target, name) =>
      name === 'release'
        ? () => undefined
        : typeof target[name as keyof PoolClient] === 'function'
          ? (target[name as keyof PoolClient] as (...parts: unknown[]) => unknown).bind(target)
          : target[name as keyof PoolClient],
  })

/** Trouble that may be over in a moment, as against an event that will never do. */
const isPassing = (error: unknown): boolean =>
  error instanceof AppError
    ? error.status >= 500
    : ['40001', '40P01', '55P03', '57014', 'ECONNREFUSED', 'ECONNRESET'].includes((error as { code?: string }).code ?? '')

async function bury(client: PoolClient, consumer: Consumer, row: Row, error: unknown, tried: number): Promise<void> {
  const { code, message } = describeError(error)
  const event = {
    id: row.id,
    name: row.name,
    customerId: row.customer_id,
    at: row.at,
    properties: row.properties,
    requestId: row.request_id,
  }
  await client.query(
    `insert into dead_letters (tenant_id, consumer, event_id, event, error_code, error_message, attempts) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, consumer, event_id) do update set failed_at = now(), error_code = $5, error_message = $6, attempts = dead_letters.attempts + $7, replayed_at = null`,
    [
      row.tenant_id,
      consumer.name,
      row.id,
      JSON.stringify(event),
      code,
      code === 'internal.error' ? (error as Error).message : message,
      tried,
    ],
  )
}

const movePosition = (client: PoolClient, consumer: Consumer, partition: number, last: Row | undefined): Promise<unknown> =>
  client.query('update consumer_positions set transaction = $3::xid8, seq = $4, moved_at = now() where consumer = $1 and partition = $2', [
    consumer.name,
    partition,
    last?.transaction,
    last?.seq,
  ])

/** Runs one dead letter again through its consumer, in a transaction of its own. */
export async function replayDeadLetter(ctx: Context, consumers: readonly Consumer[], id: number): Promise<void> {
  await ctx.db.transaction().execute(async (db) => {
    const letter = await db
      .selectFrom('deadLetters')
      .selectAll()
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const consumer = consumers.find(({ name }) => name === letter.consumer)
    const event = letter.event as unknown as LoggedEvent
    const inner: Context = { ...ctx, db, pending: [] }
    await consumer?.handle(inner, { ...event, at: new Date(event.at) })
    await writeEvents(inner)
    await db.updateTable('deadLetters').set({ replayedAt: ctx.now() }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
  })
}

/** Removes what every consumer has passed. */
export async function cleanLog(installation: Installation): Promise<number> {
  const removed = await installation.databases.systemPool.query(`
    delete from event_log e using (
      select partition, min((transaction::text::numeric * 1e18) + seq) as passed from consumer_positions group by partition
    ) as slowest
    where e.partition = slowest.partition and (e.transaction::text::numeric * 1e18) + e.seq <= slowest.passed`)
  return removed.rowCount ?? 0
}
