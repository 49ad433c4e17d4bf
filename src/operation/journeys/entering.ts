import { sql } from 'kysely'
import { kinOf } from '#management/identity/queries.ts'
import { journeyEntered } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import type { Properties } from './advance.ts'
import { type Count, countPeople } from './counts.ts'
import type { Reentry } from './definition.ts'
import { readVersions, versionKey } from './versions.ts'

/** Somebody at the door. `entry`: the properties of the event they come in by. */
export type Arrival = { customerId: number; entry?: Properties }

/** What became of a list at the door. */
export type LetIn = { entered: number; refused: number }

/**
 * Lets people into the running version, as its policy for coming again has it: set-based, and one list after the other, so that
 * nobody comes in twice by two doors. Merged customers are one person.
 */
export const letIn = (ctx: Context, journey: number, arrivals: readonly Arrival[]): Promise<LetIn> =>
  inTransaction(ctx, async (ctx) => {
    const version = await openVersion(ctx, journey)
    if (version === undefined || arrivals.length === 0) return { entered: 0, refused: arrivals.length }
    const found = (await readVersions(ctx, [{ journeyId: journey, version }])).get(versionKey({ journeyId: journey, version }))
    if (!found) return { entered: 0, refused: arrivals.length }
    const { reentry, start } = found.definition
    const keyed = arrivals.flatMap(({ customerId, entry = {} }): Keyed[] => {
      const key = keyOf(reentry, entry)
      return key === undefined ? [] : [{ customer: customerId, entry, key }]
    })
    await sql`select pg_advisory_xact_lock(${doorLocks}, hashtext(${`${ctx.tenantId} ${journey}`}))`.execute(ctx.db)
    const customers = await insertRuns(ctx, { journey, version, reentry, step: start }, keyed)
    for (const customerId of customers) emit(ctx, journeyEntered, { customerId, properties: { journey, journeyName: found.name, version } })
    const refused = arrivals.length - customers.length
    const count = (way: string, people: number): Count[] => (people === 0 ? [] : [{ journey, version, step: '', way, people }])
    await countPeople(ctx, [...count('entered', customers.length), ...count('refused', refused)])
    return { entered: customers.length, refused }
  })

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

/** Undefined where the event does not say which one it is about. */
function keyOf(reentry: Reentry, entry: Properties): string | undefined {
  if (reentry.policy !== 'each') return ''
  const value = entry[reentry.property]
  return value === null || value === undefined || value === '' ? undefined : String(value).slice(0, 200)
}

type Door = { journey: number; version: number; reentry: Reentry; step: string | null }
type Keyed = { customer: number; key: string; entry: Properties }

/** The first of each person and key, unless an earlier run keeps them out. */
async function insertRuns(ctx: Context, { journey, version, reentry, step }: Door, arrivals: readonly Keyed[]): Promise<number[]> {
  const kin = await kinOf(
    ctx,
    arrivals.map(({ customer }) => customer),
  )
  const nameOf = (customer: number, key: string) => `${kin.get(customer)} ${reentry.policy === 'each' ? key : ''}`
  const taken = new Set(
    (await earlierRuns(ctx, journey, reentry, kin, arrivals)).map(({ customerId, entryKey }) => nameOf(customerId, entryKey)),
  )
  const coming = arrivals.filter(({ customer, key }) => {
    const name = nameOf(customer, key)
    if (!kin.has(customer) || taken.has(name)) return false
    taken.add(name)
    return true
  })
  if (coming.length === 0) return []
  const { rows } = await sql<{ customerId: number }>`
    insert into journey_runs (tenant_id, journey_id, version, customer_id, entry_key, step, wake_at, entry, entered_at)
    select ${ctx.tenantId}, ${journey}, ${version}, a.customer, a.key, ${step}, ${ctx.now()}, a.entry, ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify(coming)}::jsonb) as a(customer int, key text, entry jsonb)
    returning customer_id`.execute(ctx.db)
  return rows.map(({ customerId }) => customerId)
}

type Earlier = { customerId: number; entryKey: string }

/** Runs of these people that keep them out. One table, asked for by a list of numbers: see `kinOf`. */
async function earlierRuns(
  ctx: Context,
  journey: number,
  reentry: Reentry,
  kin: ReadonlyMap<number, number>,
  arrivals: readonly Keyed[],
): Promise<Earlier[]> {
  const { rows } = await sql<Earlier>`
    select r.customer_id, r.entry_key from journey_runs r
    where r.tenant_id = ${ctx.tenantId} and r.journey_id = ${journey} and r.customer_id = any(${[...kin.keys()]}::int[])
      and ${forbids(ctx, reentry, arrivals)}`.execute(ctx.db)
  return rows
}

/** Which earlier run keeps somebody out. */
function forbids(ctx: Context, reentry: Reentry, arrivals: readonly Keyed[]) {
  switch (reentry.policy) {
    case 'once':
      return sql<boolean>`true`
    case 'inactive':
      return sql<boolean>`r.state = 'active'`
    case 'each':
      return sql<boolean>`r.entry_key = any(${[...new Set(arrivals.map(({ key }) => key))]}::text[])`
    case 'after':
      return sql<boolean>`(r.state = 'active' or r.entered_at > ${new Date(ctx.now().getTime() - reentry.days * 86_400_000)})`
  }
}
