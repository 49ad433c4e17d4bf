import { sql } from 'kysely'
import { journeyEntered } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import type { Properties } from './advance.ts'
import { type Count, countPeople } from './counts.ts'
import type { Reentry } from './definition.ts'
import { holdAtDoor } from './trials.ts'
import { readVersions, versionKey } from './versions.ts'

/** Somebody at the door. `entry`: the properties of the event they come in by. */
export type Arrival = { customerId: number; entry?: Properties }

/** What became of a list at the door; whom a trial leaves out is refused too. */
export type LetIn = { entered: number; refused: number }

/**
 * Lets people into the running version, as its policy for coming again has it: set-based, and one list after the other, so that
 * nobody comes in twice by two doors. Merged customers are one person.
 */
export const letIn = (ctx: Context, journey: number, arrivals: readonly Arrival[]): Promise<LetIn> =>
  inTransaction(ctx, async (ctx) => {
    const version = await openVersion(ctx, journey)
    if (arrivals.length === 0) return { entered: 0, refused: 0 }
    if (version === undefined) return turnAway(ctx, journey, arrivals.length)
    const found = (await readVersions(ctx, [{ journeyId: journey, version }])).get(versionKey({ journeyId: journey, version }))
    if (!found) return { entered: 0, refused: arrivals.length }
    const { reentry, start } = found.definition
    const keyed = keyedBy(reentry, arrivals)
    await sql`select pg_advisory_xact_lock(${doorLocks}, hashtext(${`${ctx.tenantId} ${journey}`}))`.execute(ctx.db)
    const customers = await insertRuns(ctx, { journey, version, reentry, step: start }, keyed)
    const held = await holdAtDoor(ctx, journey, customers)
    const entered = customers.filter((id) => !held.has(id))
    for (const customerId of entered) emit(ctx, journeyEntered, { customerId, properties: { journey, journeyName: found.name, version } })
    const refused = arrivals.length - customers.length
    const heldOut = customers.length - entered.length
    const count = (way: string, people: number): Count[] => (people === 0 ? [] : [{ journey, version, step: '', way, people }])
    await countPeople(ctx, [...count('entered', entered.length), ...count('refused', refused), ...count('held', heldOut)])
    return { entered: entered.length, refused: refused + heldOut }
  })

/** Whether the door would be open to somebody, as far as their runs from before a moment say. Changes nothing, promises nothing. */
export async function mayEnter(
  ctx: Context,
  { journey, reentry, before }: Pick<Door, 'journey' | 'reentry'> & { before: Date },
  { customerId, entry = {} }: Arrival,
): Promise<boolean> {
  const key = keyOf(reentry, entry)
  if (key === undefined) return false
  const { rows } = await sql`
    select from customers o join customers m on m.tenant_id = o.tenant_id and m.canonical_id = o.canonical_id
      join journey_runs r on r.tenant_id = m.tenant_id and r.customer_id = m.id and r.journey_id = ${journey} and r.entered_at < ${before}
      cross join (select ${key}::text as key) a
    where o.tenant_id = ${ctx.tenantId} and o.id = ${customerId} and ${forbids(ctx, reentry)} limit 1`.execute(ctx.db)
  return rows.length === 0
}

/** Two-part advisory locks of this kind; no other feature uses the number. */
const doorLocks = 0x6a6f7572

/** Undefined where nobody may come in; it cannot be paused or changed before this transaction ends. */
async function openVersion(ctx: Context, journey: number): Promise<number | undefined> {
  const row = await ctx.db
    .selectFrom('journeys')
    .select(['version'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', journey)
    .where('state', '=', 'running')
    .forShare()
    .executeTakeFirst()
  return row?.version
}

/** Nobody may come in just now: that they came is counted, so that whoever holds the door sees whom it cost. */
async function turnAway(ctx: Context, journey: number, people: number): Promise<LetIn> {
  const row = await ctx.db
    .selectFrom('journeys')
    .select('version')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', journey)
    .where('state', 'in', ['paused', 'draining'])
    .executeTakeFirst()
  if (row) await countPeople(ctx, [{ journey, version: row.version, step: '', way: 'closed', people }])
  return { entered: 0, refused: people }
}

/** Those at the door with what their runs are told apart by; whoever lacks it cannot come in. */
export const keyedBy = (reentry: Reentry, arrivals: readonly Arrival[]) =>
  arrivals.flatMap(({ customerId, entry = {} }, place) => {
    const key = keyOf(reentry, entry)
    return key === undefined ? [] : [{ place, customer: customerId, entry, key }]
  })

/** Undefined where the event does not say which one it is about. */
function keyOf(reentry: Reentry, entry: Properties): string | undefined {
  if (reentry.policy !== 'each') return ''
  const value = entry[reentry.property]
  return value === null || value === undefined || value === '' ? undefined : String(value).slice(0, 200)
}

type Door = { journey: number; version: number; reentry: Reentry; step: string | null }

async function insertRuns(ctx: Context, { journey, version, reentry, step }: Door, arrivals: readonly object[]): Promise<number[]> {
  const { rows } = await sql<{ customerId: number }>`
    with asked as (
      select distinct on (c.canonical_id, a.key) c.id, c.canonical_id, a.key, a.entry, a.place
      from jsonb_to_recordset(${JSON.stringify(arrivals)}::jsonb) as a(place int, customer int, key text, entry jsonb)
      join customers c on c.tenant_id = ${ctx.tenantId} and c.id = a.customer
      order by c.canonical_id, a.key, a.place
    )
    insert into journey_runs (tenant_id, journey_id, version, customer_id, entry_key, step, wake_at, entry, entered_at)
    select ${ctx.tenantId}, ${journey}, ${version}, a.id, a.key, ${step}, ${ctx.now()}, a.entry, ${ctx.now()} from asked a
    where not exists (
      select from customers m join journey_runs r on r.tenant_id = m.tenant_id and r.customer_id = m.id and r.journey_id = ${journey}
      where m.tenant_id = ${ctx.tenantId} and m.canonical_id = a.canonical_id and ${forbids(ctx, reentry)})
    order by a.place
    returning customer_id`.execute(ctx.db)
  return rows.map(({ customerId }) => customerId)
}

/** Which earlier run keeps somebody out. */
export function forbids(ctx: Context, reentry: Reentry) {
  switch (reentry.policy) {
    case 'once':
      return sql<boolean>`true`
    case 'inactive':
      return sql<boolean>`r.state = 'active'`
    case 'each':
      return sql<boolean>`r.entry_key = a.key`
    case 'after':
      return sql<boolean>`(r.state = 'active' or r.entered_at > ${new Date(ctx.now().getTime() - reentry.days * 86_400_000)})`
  }
}
