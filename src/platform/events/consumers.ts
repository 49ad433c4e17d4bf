import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import { type Context, createContext, type Installation, systemActor } from '../context.ts'
import { kysely } from '../database.ts'
import { AppError, describeError } from '../errors.ts'
import { isRace } from '../races.ts'
import { lookAhead, moveTo, type Place, type Stretch } from './ahead.ts'
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

/**
 * A reader of the log with a memory of its own. `handle` gets events of one tenant in their order and changes PostgreSQL only;
 * outward calls go through jobs and intents. When it fails nothing of the list has happened, and each event is tried alone.
 */
export type Consumer = {
  name: string
  /** Where a consumer starts that was never here before. */
  from: 'beginning' | 'now'
  /** Names that concern it, of whichever company; where somebody has to be asked for them, before each reading. */
  events: Names | ((installation: Installation) => Promise<Names>)
  handle(ctx: Context, events: readonly LoggedEvent[]): Promise<void>
}

type Names = readonly string[] | '*'

type Row = Place & {
  tenant_id: number
  barrier: number | null
  id: string
  name: string
  customer_id: number | null
  at: Date
  properties: Record<string, unknown>
  request_id: string | null
}

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

/** Consumes until nothing committed lies ahead, waiting for running transactions that hide something; returns how often somebody moved. */
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

/** One round over everything that has something to read; returns in how many partitions a consumer moved. */
export async function consumeOnce(
  installation: Installation,
  consumers: readonly Consumer[],
  attempts = new Map<string, number>(),
): Promise<number> {
  const { systemPool } = installation.databases
  // A statement of its own, before anything is read: what lies below had ended by then.
  const { rows } = await systemPool.query<{ horizon: string }>('select event_horizon()::text as horizon')
  const names = consumers.map(({ name }) => name)
  const stretches = await lookAhead(systemPool, names, rows[0]?.horizon ?? '0')
  if (stretches.length === 0) return 0
  // Behind the horizon: whoever began to wait for an event before it happened is known here.
  const readers = await Promise.all(consumers.map((consumer) => readerOf(installation, consumer)))
  const ways = readers.flatMap((reader) =>
    stretches.filter(({ consumers }) => consumers.includes(reader.name)).map((stretch) => ({ reader, stretch })),
  )
  const passed = ways.filter(({ reader, stretch }) => !concerns(reader, stretch))
  let moved =
    passed.length === 0
      ? 0
      : await moveTo(
          systemPool,
          passed.map(({ reader, stretch }) => ({ ...stretch, consumer: reader.name })),
        )
  for (const reader of readers) {
    const own = ways.filter((way) => way.reader === reader && concerns(reader, way.stretch)).map(({ stretch }) => stretch)
    if (own.length > 0) moved += await consume(installation, reader, own, attempts)
  }
  return moved
}

type Reader = Omit<Consumer, 'events'> & { events: Names }

const readerOf = async (installation: Installation, consumer: Consumer): Promise<Reader> => ({
  ...consumer,
  events: typeof consumer.events === 'function' ? await consumer.events(installation) : consumer.events,
})

const hears = ({ events }: Reader, name: string): boolean => events === '*' || events.includes(name)

/** At a barrier everybody has to stop. */
const concerns = (reader: Reader, { names, barred }: Stretch): boolean => barred || names.some((name) => hears(reader, name))

/** What lies before a consumer in partitions that nobody else is reading for it, in one transaction. */
async function consume(
  installation: Installation,
  reader: Reader,
  stretches: readonly Stretch[],
  attempts: Map<string, number>,
): Promise<number> {
  const client = await installation.databases.systemPool.connect()
  try {
    await client.query('begin')
    const { ends, rows } = await readAhead(client, reader, stretches)
    const passed = await passRows(installation, client, reader, rows, attempts)
    const places = ends.map((end) => ({ ...placeBehind(end, rows, passed), consumer: reader.name }))
    const moved = places.length === 0 ? 0 : await moveTo(client, places)
    await client.query('commit')
    return moved
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

type Ahead = { ends: Place[]; rows: Row[] }

/** Partition by partition, by transaction, then sequence: what concerns the consumer, and where the partitions end that are its own now. */
async function readAhead(client: PoolClient, { name, events }: Reader, stretches: readonly Stretch[]): Promise<Ahead> {
  const found = await client.query<Row | (Place & { id: null })>(
    `with mine as materialized (
       select p.partition, p.transaction, p.seq, n.transaction::xid8 as last_transaction, n.seq as last_seq
       from consumer_positions p join unnest($2::smallint[], $3::text[], $4::bigint[]) as n(partition, transaction, seq) using (partition)
       where p.consumer = $1 for update of p skip locked)
     select m.partition, e.* from mine m left join lateral (
       select tenant_id, transaction::text, seq, barrier, id, name, customer_id, at, properties, request_id from event_log
       where partition = m.partition and (transaction, seq) > (m.transaction, m.seq) and (transaction, seq) <= (m.last_transaction, m.last_seq)
         and (barrier is not null or $5::text[] is null or name = any($5))
       order by event_log.transaction, seq limit $6) e on true
     order by m.partition, e.transaction::xid8, e.seq`,
    [
      name,
      stretches.map(({ partition }) => partition),
      stretches.map(({ transaction }) => transaction),
      stretches.map(({ seq }) => seq),
      events === '*' ? null : events,
      batchEvents,
    ],
  )
  const own = new Set(found.rows.map(({ partition }) => partition))
  return { ends: stretches.filter(({ partition }) => own.has(partition)), rows: found.rows.filter((row): row is Row => row.id !== null) }
}

/** Before the first row that was not passed; where all were, behind the last that was read, or at the end when there were no more. */
function placeBehind(end: Place, rows: readonly Row[], passed: ReadonlySet<Row>): Place {
  const own = rows.filter(({ partition }) => partition === end.partition)
  const left = own.find((row) => !passed.has(row))
  if (left) return { ...left, seq: left.seq - 1 }
  return own.length < batchEvents ? end : (own.at(-1) ?? end)
}

/** Handles what concerns the consumer; returns the rows that are behind it now. */
async function passRows(
  installation: Installation,
  client: PoolClient,
  consumer: Reader,
  rows: readonly Row[],
  attempts: Map<string, number>,
): Promise<Set<Row>> {
  const deadline = Date.now() + batchMs
  const open = await untilBarriers(client, consumer, rows)
  // The copy of a fact in the second customer's partition is only the barrier; the first carries it.
  const concerning = open.filter(({ barrier, partition, name }) => (barrier === null || barrier > partition) && hears(consumer, name))
  for (const list of byTenant(concerning)) {
    const left = await handleAll(installation, client, consumer, list, attempts)
    if (left) return new Set(open.slice(0, open.indexOf(left)))
    if (Date.now() > deadline) return new Set(open.slice(0, open.indexOf(list.at(-1) as Row) + 1))
  }
  return new Set(open)
}

async function untilBarriers(client: PoolClient, consumer: Reader, rows: readonly Row[]): Promise<Row[]> {
  const open: Row[] = []
  let stopped: number | undefined
  for (const row of rows) {
    if (row.partition === stopped) continue
    if (row.barrier !== null && !(await mayPassBarrier(client, consumer, row, row.barrier))) stopped = row.partition
    else open.push(row)
  }
  return open
}

/** In their order: neighbours of one tenant are one list. */
function byTenant(rows: readonly Row[]): Row[][] {
  const lists: Row[][] = []
  for (const row of rows) {
    const last = lists.at(-1)
    if (last?.[0]?.tenant_id === row.tenant_id && last.length < batchEvents) last.push(row)
    else lists.push([row])
  }
  return lists
}

/** Together, and where that fails one by one. Returns the event that should be tried again later, if there is one. */
async function handleAll(
  installation: Installation,
  client: PoolClient,
  consumer: Reader,
  rows: readonly Row[],
  attempts: Map<string, number>,
): Promise<Row | undefined> {
  if (rows.length > 1 && (await attempt(installation, client, consumer, rows)) === undefined) {
    for (const { id } of rows) attempts.delete(`${consumer.name} ${id}`)
    return undefined
  }
  for (const row of rows) if (!(await handleAlone(installation, client, consumer, row, attempts))) return row
  return undefined
}

/** Both partitions stop before their copy; the lower one goes first when the other has arrived, the other follows. */
async function mayPassBarrier(client: PoolClient, consumer: Reader, row: Row, barrier: number): Promise<boolean> {
  const found = await client.query(
    `select exists (select from event_log e, consumer_positions p
       where p.consumer = $1 and p.partition = $2 and e.partition = $2 and (e.transaction, e.seq) > (p.transaction, p.seq)
         and (e.transaction, e.seq) < (select transaction, seq from event_log where partition = $2 and transaction = $4::xid8 and id = $3)) as before,
     exists (select from event_log e, consumer_positions p
       where p.consumer = $1 and p.partition = $2 and e.partition = $2 and e.transaction = $4::xid8 and e.id = $3
         and (e.transaction, e.seq) <= (p.transaction, p.seq)) as passed`,
    [consumer.name, barrier, row.id, row.transaction],
  )
  const { before, passed } = found.rows[0]
  return row.partition < barrier ? !before : passed || !(await stillLogged(client, row))
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
async function handleAlone(
  installation: Installation,
  client: PoolClient,
  consumer: Reader,
  row: Row,
  attempts: Map<string, number>,
): Promise<boolean> {
  const key = `${consumer.name} ${row.id}`
  const error = await attempt(installation, client, consumer, [row])
  if (error === undefined) return attempts.delete(key) || true
  const tried = (attempts.get(key) ?? 0) + 1
  attempts.set(key, tried)
  if (isPassing(error) && tried < attemptsBeforeDeadLetter) return false
  attempts.delete(key)
  await bury(client, consumer, row, error, tried)
  installation.log.error({ err: error, consumer: consumer.name, event: row.id, requestId: row.request_id }, 'event became a dead letter')
  return true
}

/** The error that undid it, if there was one. */
async function attempt(installation: Installation, client: PoolClient, consumer: Reader, rows: readonly Row[]): Promise<unknown> {
  await client.query('savepoint handling')
  try {
    await handleAs(installation, client, consumer, rows)
    await client.query('set local role liuliang_system; release savepoint handling')
    return undefined
  } catch (error) {
    await client.query('rollback to savepoint handling; set local role liuliang_system')
    return error ?? new Error('a handler threw nothing')
  }
}

/** The handler works as the tenant, behind row-level security, on the very transaction that moves the position. */
async function handleAs(installation: Installation, client: PoolClient, consumer: Reader, rows: readonly Row[]): Promise<void> {
  const [first] = rows
  if (!first) return
  await client.query(`set local role liuliang_app; set local app.tenant = '${first.tenant_id}'`)
  const base = createContext(installation, first.tenant_id, systemActor, first.request_id ?? first.id)
  const ctx: Context = { ...base, db: kysely({ connect: async () => keepOpen(client), end: async () => undefined } as never), pending: [] }
  await consumer.handle(ctx, rows.map(eventOf))
  await writeEvents(ctx)
}

const eventOf = (row: Row): LoggedEvent => ({
  id: row.id,
  name: row.name,
  customerId: row.customer_id,
  at: row.at,
  properties: row.properties,
  requestId: row.request_id,
})

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
    : isRace(error) || ['55P03', '57014', 'ECONNREFUSED', 'ECONNRESET'].includes((error as { code?: string }).code ?? '')

async function bury(client: PoolClient, consumer: Reader, row: Row, error: unknown, tried: number): Promise<void> {
  const { code, message } = describeError(error)
  await client.query(
    `insert into dead_letters (tenant_id, consumer, event_id, event, error_code, error_message, attempts) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, consumer, event_id) do update set failed_at = now(), error_code = $5, error_message = $6, attempts = dead_letters.attempts + $7, replayed_at = null`,
    [
      row.tenant_id,
      consumer.name,
      row.id,
      JSON.stringify(eventOf(row)),
      code,
      code === 'internal.error' ? (error as Error).message : message,
      tried,
    ],
  )
}

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
    await consumer?.handle(inner, [{ ...event, at: new Date(event.at) }])
    await writeEvents(inner)
    await db.updateTable('deadLetters').set({ replayedAt: ctx.now() }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
  })
}

/** Removes what every consumer has passed. */
export async function cleanLog(installation: Installation): Promise<number> {
  const removed = await installation.databases.systemPool.query(`
    delete from event_log e using (
      select distinct on (partition) partition, transaction, seq from consumer_positions order by partition, transaction, seq
    ) as slowest
    where e.partition = slowest.partition and (e.transaction, e.seq) <= (slowest.transaction, slowest.seq)`)
  return removed.rowCount ?? 0
}
