import { sql } from 'kysely'
import { kinOf } from '#management/identity/queries.ts'
import { journeyEntered } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import type { Properties } from './advance.ts'
import { keepArrivals } from './arrivals.ts'
import { type Count, countPeople } from './counts.ts'
import { greets, type Reentry } from './definition.ts'
import type { Refusal } from './schema.ts'
import { holdAtDoor, type Newcomer } from './trials.ts'
import { readVersions, versionKey } from './versions.ts'

/** Somebody at the door. `entry`: the properties of the event they come in by, `at`: when it happened. */
export type Arrival = { customerId: number; entry?: Properties; at?: Date }

/** What became of a list at the door; whom a trial leaves out is refused too. Who is in neither waits until it goes on. */
export type LetIn = { entered: number; refused: number }

/**
 * Lets people into the running version, as its policy for coming again has it: set-based, and one list after the other, so that
 * nobody comes in twice by two doors. Merged customers are one person.
 */
export const letIn = (ctx: Context, journey: number, arrivals: readonly Arrival[]): Promise<LetIn> =>
  inTransaction(ctx, async (ctx) => {
    const door = await lockDoor(ctx, journey)
    if (arrivals.length === 0) return { entered: 0, refused: 0 }
    if (door === undefined || door.state === 'stopped') return { entered: 0, refused: arrivals.length }
    const { version, state } = door
    const found = (await readVersions(ctx, [{ journeyId: journey, version }])).get(versionKey({ journeyId: journey, version }))
    if (!found) return { entered: 0, refused: arrivals.length }
    const { reentry, start } = found.definition
    if (state === 'paused' && !greets(found.definition)) return keepWaiting(ctx, { journey, version, reentry }, arrivals)
    if (state !== 'running') return turnAway(ctx, { journey, version }, arrivals.length)
    const newcomers = await insertRuns(ctx, { journey, version, reentry, step: start }, arrivals)
    const held = await holdAtDoor(ctx, journey, newcomers)
    const entered = newcomers.filter(({ customerId }) => !held.has(customerId))
    for (const { customerId } of entered)
      emit(ctx, journeyEntered, { customerId, properties: { journey, journeyName: found.name, version } })
    const refused = arrivals.length - newcomers.length
    const heldOut = newcomers.length - entered.length
    const count = (way: string, people: number): Count[] => (people === 0 ? [] : [{ journey, version, step: '', way, people }])
    await countPeople(ctx, [...count('entered', entered.length), ...count('refused', refused), ...count('held', heldOut)])
    return { entered: entered.length, refused: refused + heldOut }
  })

/** Whether the door would be open to somebody, as far as their runs from before a moment say. Changes nothing, promises nothing. */
export async function mayEnter(ctx: Context, door: Asked & { before: Date }, arrival: Arrival): Promise<boolean> {
  const [sorted] = await sortAtDoor(ctx, door, [arrival])
  return sorted?.refused === undefined
}

/** Two-part advisory locks of this kind; no other feature uses the number. */
const doorLocks = 0x6a6f7572

/**
 * Nobody else is at the door, and it cannot be paused or changed, before this transaction ends. Whoever also needs rows of those who
 * wait locks the door first. Undefined where it was never started.
 */
export async function lockDoor(ctx: Context, journey: number): Promise<{ state: string; version: number } | undefined> {
  const row = await ctx.db
    .selectFrom('journeys')
    .select(['state', 'version'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', journey)
    .where('version', '>', 0)
    .forShare()
    .executeTakeFirst()
  await sql`select pg_advisory_xact_lock(${doorLocks}, hashtext(${`${ctx.tenantId} ${journey}`}))`.execute(ctx.db)
  return row
}

/** Nobody may come in just now: that they came is counted, so that whoever holds the door sees whom it cost. */
async function turnAway(ctx: Context, at: { journey: number; version: number }, people: number): Promise<LetIn> {
  await countPeople(ctx, [{ ...at, step: '', way: 'closed', people }])
  return { entered: 0, refused: people }
}

/** While it is paused they wait. Who comes for the same again, or says not what for, would be refused by an open door too. */
async function keepWaiting(ctx: Context, { journey, version, reentry }: Omit<Door, 'step'>, arrivals: readonly Arrival[]): Promise<LetIn> {
  const coming = arrivals.flatMap(({ customerId, entry = {}, at = ctx.now() }) => {
    const entryKey = entryKeyOf(reentry, entry)
    return entryKey === undefined ? [] : [{ customerId, entryKey, entry, at }]
  })
  const refused = arrivals.length - (await keepArrivals(ctx, journey, coming))
  if (refused > 0) await countPeople(ctx, [{ journey, version, step: '', way: 'refused', people: refused }])
  return { entered: 0, refused }
}

/** Undefined where the event does not say which one it is about. */
export function entryKeyOf(reentry: Reentry, entry: Properties): string | undefined {
  if (reentry.policy !== 'each') return ''
  const value = entry[reentry.property]
  return value === null || value === undefined || value === '' ? undefined : String(value).slice(0, 200)
}

type Asked = { journey: number; reentry: Reentry; before?: Date }
type Sorted = { customer: number; entry: Properties; key: string; at: Date; refused?: Refusal }

/** What becomes of each at the door, in their order: one alone of whoever counts as one person comes in. Changes nothing. */
export async function sortAtDoor(ctx: Context, door: Asked, arrivals: readonly Arrival[]): Promise<Sorted[]> {
  const { reentry } = door
  const asked = arrivals.map(({ customerId, entry = {}, at = ctx.now() }) => ({
    customer: customerId,
    entry,
    key: entryKeyOf(reentry, entry),
    at,
  }))
  const keyed = asked.flatMap(({ customer, key }) => (key === undefined ? [] : [{ customer, key }]))
  const kin = await kinOf(
    ctx,
    keyed.map(({ customer }) => customer),
  )
  const nameOf = (customer: number, key: string) => `${kin.get(customer)} ${reentry.policy === 'each' ? key : ''}`
  const met = new Map<string, Refusal>()
  for (const { customerId, entryKey, isActive } of await earlierRuns(ctx, door, kin, keyed)) {
    const name = nameOf(customerId, entryKey)
    if (isActive || !met.has(name)) met.set(name, isActive ? 'active' : 'before')
  }
  return asked.map(({ key, ...one }) => {
    if (key === undefined) return { ...one, key: '', refused: 'keyless' }
    const name = nameOf(one.customer, key)
    const refused = kin.has(one.customer) ? met.get(name) : 'same'
    met.set(name, 'same')
    return { ...one, key, ...(refused && { refused }) }
  })
}

type Earlier = { customerId: number; entryKey: string; isActive: boolean }

/** Runs of these people that keep them out. One table, asked for by a list of numbers: see `kinOf`. */
async function earlierRuns(
  ctx: Context,
  { journey, reentry, before }: Asked,
  kin: ReadonlyMap<number, number>,
  keyed: readonly { key: string }[],
): Promise<Earlier[]> {
  const { rows } = await sql<Earlier>`
    select r.customer_id, r.entry_key, r.state = 'active' as is_active from journey_runs r
    where r.tenant_id = ${ctx.tenantId} and r.journey_id = ${journey} and r.customer_id = any(${[...kin.keys()]}::int[])
      and ${before ? sql<boolean>`r.entered_at < ${before}` : sql<boolean>`true`} and ${forbids(ctx, reentry, keyed)}`.execute(ctx.db)
  return rows
}

/** Which earlier run keeps somebody out. */
function forbids(ctx: Context, reentry: Reentry, keyed: readonly { key: string }[]) {
  switch (reentry.policy) {
    case 'once':
      return sql<boolean>`true`
    case 'inactive':
      return sql<boolean>`r.state = 'active'`
    case 'each':
      return sql<boolean>`r.entry_key = any(${[...new Set(keyed.map(({ key }) => key))]}::text[])`
    case 'after':
      return sql<boolean>`(r.state = 'active' or r.entered_at > ${new Date(ctx.now().getTime() - reentry.days * 86_400_000)})`
  }
}

type Door = { journey: number; version: number; reentry: Reentry; step: string | null }

async function insertRuns(ctx: Context, { version, step, ...door }: Door, arrivals: readonly Arrival[]): Promise<Newcomer[]> {
  const coming = (await sortAtDoor(ctx, door, arrivals)).filter(({ refused }) => refused === undefined)
  if (coming.length === 0) return []
  const { rows } = await sql<Newcomer>`
    insert into journey_runs (tenant_id, journey_id, version, customer_id, entry_key, step, wake_at, entry, entered_at)
    select ${ctx.tenantId}, ${door.journey}, ${version}, a.customer, a.key, ${step}, ${ctx.now()}, a.entry, least(a.at, ${ctx.now()})
    from jsonb_to_recordset(${JSON.stringify(coming)}::jsonb) as a(customer int, key text, entry jsonb, at timestamptz)
    returning id, customer_id`.execute(ctx.db)
  return rows
}
