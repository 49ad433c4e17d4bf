import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import type { Installation } from '../context.ts'
import { holdLock } from '../locks.ts'
import { dayReader, zonesOf } from './days.ts'
import { markDirtyDays } from './dirty-days.ts'
import { markTrailDays } from './trail-marks.ts'
import { type Behaviour, type Doer, loggedOf, type Touch, touchesOf } from './watches.ts'

/** What the inbox holds: facts of commands name their customer, behaviour events how the sender calls the person. */
type InboxEvent = {
  id?: string
  name: string
  customer?: number | null
  /** The second customer of a merge. */
  other?: number
  person?: string
  device?: string
  at: string
  properties: Record<string, unknown>
}

/** One person at the door: the sender's id, the device, or both. */
export type PersonReference = { person?: string; device?: string }

/** Finds or makes the customers of references, in their order; the same reference always gives the same id. */
export type ResolvePersons = (tenantId: number, references: PersonReference[]) => Promise<number[]>

type InboxRow = { seq: number; tenant_id: number; received_at: Date; payload: string }
type Load = { id: number; rows: number[]; token: string }

/** How much one block takes: enough for ClickHouse to like it, small enough to be visible within a second. */
const blockRows = 400
/** After a block that was not full: a few larger ones cost ClickHouse much less than many small ones, and two seconds are promised. */
const restMs = 300

/**
 * What may happen only while no events arrive: `taken` once when this process has become the loader, `between` from time to
 * time between two blocks. The connection holds the loader's lock: what is written over it was written as the only loader.
 */
export type Caretaker = {
  taken(installation: Installation, holder: PoolClient): Promise<void>
  between(installation: Installation, holder: PoolClient): Promise<void>
}

/** So long the caretaker leaves the loader alone. */
const betweenMs = 1_000

/**
 * Moves the inbox to ClickHouse until aborted. One loader works at a time (advisory lock); another process takes over
 * when it dies.
 */
export async function runLoader(
  installation: Installation,
  resolvePersons: ResolvePersons,
  signal: AbortSignal,
  caretaker?: Caretaker,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await holdLoaderLock(installation, async (holder) => {
        await caretaker?.taken(installation, holder)
        for (let cared = 0; !signal.aborted; ) {
          if ((await loadOnce(installation, resolvePersons)) < blockRows) await sleep(restMs, undefined, { signal }).catch(() => undefined)
          if (Date.now() - cared < betweenMs) continue
          await caretaker?.between(installation, holder)
          cared = Date.now()
        }
      })
    } catch (error) {
      installation.log.warn({ err: error }, 'loader interrupted, trying again')
    }
    await sleep(1000, undefined, { signal }).catch(() => undefined)
  }
}

/** Works as the only loader, or not at all when another process is; says which. */
export const holdLoaderLock = (installation: Installation, work: (holder: PoolClient) => Promise<void>): Promise<boolean> =>
  holdLock(installation, 'liuliang.loader', work)

/** Moves one block; returns how many inbox rows it took. */
export async function loadOnce(installation: Installation, resolvePersons: ResolvePersons): Promise<number> {
  const repeated = await unfinished(installation)
  const load = repeated ?? (await begin(installation))
  if (!load) return 0
  const rows = await installation.databases.systemPool.query<InboxRow>(
    'select seq, tenant_id, received_at, payload from event_inbox where seq = any($1) order by seq',
    [load.rows],
  )
  const { events, doers, behaviour } = await prepare(installation, rows.rows, load.id, resolvePersons)
  // The block may have reached the events and not the stores, or the other way.
  if (repeated) await markDirtyDays(installation.databases.systemPool, events)
  await markTrailDays(installation.databases.systemPool, load.id, events)
  await insert(installation, events, load.token)
  if (repeated) await makeSure(installation, events, load)
  await finish(installation, load, await touchesOf(installation, doers), await loggedOf(installation, behaviour))
  return load.rows.length
}

const insert = (installation: Installation, events: readonly EventRow[], token: string): Promise<void> =>
  installation.clickhouse.insert('events', events, { insert_deduplication_token: token, max_partitions_per_insert_block: '0' })

const looks = 6
const betweenLooksMs = 500

/**
 * ClickHouse notes a token before the part is in place. Killed between the two, it would take the repeated block for one it
 * has, and the events would be gone: a repeated block is therefore looked for. Looking several times lets an insert end that
 * a killed loader had left under way; what is still missing then is inserted under a token of its own.
 */
async function makeSure(installation: Installation, events: readonly EventRow[], load: Load): Promise<void> {
  for (let look = 1; ; look++) {
    const found = await installation.clickhouse.rows<{ id: string }>('select toString(id) as id from events where load = {load:UInt64}', {
      load: load.id,
    })
    const stored = new Set(found.map(({ id }) => id))
    const missing = events.filter(({ id }) => !stored.has(id))
    if (missing.length === 0) return
    if (look === looks) {
      installation.log.warn({ load: load.id, missing: missing.length }, 'a block that ClickHouse only noted is inserted again')
      return insert(installation, missing, `${load.token}#${Date.now()}`)
    }
    await sleep(betweenLooksMs)
  }
}

async function unfinished(installation: Installation): Promise<Load | undefined> {
  const found = await installation.databases.systemPool.query(
    'select id, rows, extract(epoch from started_at)::text as started from event_load order by id limit 1',
  )
  return found.rows[0] ? loadOf(found.rows[0]) : undefined
}

/** Writing down the rows before moving them is what lets a crash repeat exactly this block. */
async function begin(installation: Installation): Promise<Load | undefined> {
  const found = await installation.databases.systemPool.query(
    `with chosen as (select array_agg(seq order by seq) as rows from (select seq from event_inbox order by seq limit $1) as oldest)
     insert into event_load (rows) select rows from chosen where rows is not null
     returning id, rows, extract(epoch from started_at)::text as started`,
    [blockRows],
  )
  return found.rows[0] ? loadOf(found.rows[0]) : undefined
}

/** The start time keeps tokens unique where a restored database counts its loads again from an older number. */
const loadOf = (row: { id: number; rows: string[]; started: string }): Load => ({
  id: row.id,
  rows: row.rows.map(Number),
  token: `${row.id}@${row.started}`,
})

/**
 * The last finished load is noted with the deletion: a backup takes from ClickHouse exactly what its PostgreSQL snapshot says is
 * there. `days_load` is noted by loaders that write the day of the tenant's zone, which versions before did not, and `trails_load`
 * by loaders that mark days, as long as no load before was by one that did not. Who waits for events is told with it, too, and so
 * are consumers: once for each block, when ClickHouse has it.
 */
async function finish(installation: Installation, load: Load, touches: readonly Touch[], logged: readonly object[]): Promise<void> {
  await installation.databases.systemPool.query(
    `with done as (delete from event_load where id = $1),
      told as (insert into touches (tenant_id, name, customers) select tenant, name, customers from jsonb_to_recordset($3::jsonb) as t(tenant int, name text, customers int[])),
      logged as (insert into event_log (tenant_id, partition, id, name, customer_id, at, properties)
        select tenant, partition, id, name, customer, at, properties from jsonb_to_recordset($4::jsonb)
          as l(tenant int, partition smallint, id uuid, name text, customer int, at timestamptz, properties jsonb)),
      noted as (insert into installation (name, value) values ('last_load', $1::bigint::text), ('days_load', $1::bigint::text) on conflict (name) do update set value = excluded.value),
      followed as (update installation set value = $1::bigint::text where name = 'trails_load'
        and value::bigint >= coalesce((select value::bigint from installation where name = 'last_load'), 0))
     delete from event_inbox where seq = any($2)`,
    [load.id, load.rows, JSON.stringify(touches), JSON.stringify(logged)],
  )
}

type EventRow = {
  id: string
  tenant: number
  person: number | undefined
  at: number
  day: string
  name: string
  properties: Record<string, string>
  received_at: number
  load: number
}

type Prepared = {
  events: EventRow[] /** Whom the events are of. */
  doers: Doer[] /** Of whoever is no command. */
  behaviour: Behaviour[]
}

async function prepare({ databases }: Installation, rows: InboxRow[], load: number, resolvePersons: ResolvePersons): Promise<Prepared> {
  const parsed = rows.flatMap(({ seq, tenant_id, received_at, payload }) =>
    (JSON.parse(payload) as InboxEvent[]).map((event, place) => ({
      tenant: tenant_id,
      received: received_at.getTime(),
      event,
      id: event.id ?? placeId(seq, place),
    })),
  )
  const persons = await personsOf(parsed, resolvePersons)
  const tenants = new Set(parsed.map(({ tenant }) => tenant))
  const zones = await zonesOf(databases, tenants)
  const readers = new Map([...tenants].map((tenant) => [tenant, dayReader(zones.get(tenant) ?? 'UTC')]))
  const doers = parsed.flatMap(({ tenant, event: { name, other } }, i) =>
    [persons[i], other].flatMap((person) => (person ? [{ tenant, name, person }] : [])),
  )
  const events = parsed.map(({ tenant, received, event, id }, i) => ({
    tenant,
    person: persons[i],
    // ClickHouse reads DateTime64(3) in JSON from whole milliseconds.
    at: Date.parse(event.at),
    day: readers.get(tenant)?.(Date.parse(event.at)) ?? '',
    name: event.name,
    id,
    // Reports may count devices as well as people.
    properties: textProperties(event.device === undefined ? event.properties : { ...event.properties, $device: event.device }),
    received_at: received,
    load,
  }))
  const behaviour = parsed.flatMap(({ tenant, event, id }, i): Behaviour[] =>
    event.customer === undefined
      ? [{ tenant, id, name: event.name, person: persons[i] ?? 0, at: new Date(event.at), properties: event.properties }]
      : [],
  )
  return { events, doers, behaviour }
}

/** An event without an id of its own is named by where it lay in the inbox, so that a repeated block has the same ids. */
function placeId(seq: number, place: number): string {
  const digits = seq.toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}-8000-a000-${place.toString(16).padStart(12, '0')}`
}

async function personsOf(parsed: { tenant: number; event: InboxEvent }[], resolvePersons: ResolvePersons): Promise<number[]> {
  const persons = parsed.map(({ event }) => event.customer ?? 0)
  const unresolved = Map.groupBy(
    parsed.keys().filter((i) => parsed[i]?.event.person !== undefined || parsed[i]?.event.device !== undefined),
    (i) => parsed[i]?.tenant ?? 0,
  )
  for (const [tenant, places] of unresolved) {
    const found = await resolvePersons(
      tenant,
      places.map((i) => referenceOf(parsed[i]?.event)),
    )
    places.forEach((place, i) => {
      persons[place] = found[i] ?? 0
    })
  }
  return persons
}

const referenceOf = (event: InboxEvent | undefined): PersonReference => ({
  ...(event?.person === undefined ? {} : { person: event.person }),
  ...(event?.device === undefined ? {} : { device: event.device }),
})

/** Property values as ClickHouse keeps them: text as it is, absent ones left out, everything else as JSON. */
export function textProperties(properties: Record<string, unknown>): Record<string, string> {
  const text: Record<string, string> = {}
  for (const key in properties) {
    const value = properties[key]
    if (value !== null && value !== undefined) text[key] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  return text
}
