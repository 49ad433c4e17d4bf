import { sql } from 'kysely'
import { visibleTo } from '#management/customers/queries.ts'
import { visibleCanonical } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import { countArrivals, firstArrivals } from './arrivals.ts'
import { findJourney } from './commands.ts'
import { type Arrival, sortAtDoor } from './entering.ts'
import type { Rules } from './rules.ts'
import { type ArrivalsLook, type EnterRequest, type Refusal, refusals, type SortedPeople } from './schema.ts'
import { readVersions, versionKey } from './versions.ts'

/** More are let in by a schedule, part by part, while nobody waits for the answer; of more who wait the first are looked at. */
const mostPeople = 50_000

/** Whom a request names, as far as the asker may see them. Throws `journey.segment_too_large` above 50,000 people. */
export async function namedPeople(ctx: Context, rules: Rules, { customers, segment }: EnterRequest): Promise<readonly number[]> {
  if (segment === undefined) return Promise.all((customers ?? []).map((one) => visibleCanonical(ctx, internalId(ctx, 'cus', one))))
  const members = await rules.membersOf(ctx, segment)
  if (members.length > mostPeople)
    throw appError('journey.segment_too_large', {
      message: `A segment of more than ${mostPeople} people is let in by a schedule.`,
      field: 'segment',
      details: { people: members.length, most: mostPeople },
    })
  if (ctx.actor.scope === 'all') return members
  const { rows } = await sql<{ id: number }>`
    select customers.id from customers where customers.tenant_id = ${ctx.tenantId} and customers.id = any(${members}::int[]) and ${visibleTo(ctx)}
    order by customers.id`.execute(ctx.db)
  return rows.map(({ id }) => id)
}

/** What would become of these people if they came now, by the policy of the version that runs. Changes nothing. */
export async function lookAtDoor(
  ctx: Context,
  { journey, version }: { journey: number; version: number },
  arrivals: readonly Arrival[],
): Promise<SortedPeople> {
  const key = { journeyId: journey, version }
  const reentry = (await readVersions(ctx, [key])).get(versionKey(key))?.definition.reentry ?? { policy: 'once' as const }
  const sorted = await sortAtDoor(ctx, { journey, reentry }, arrivals)
  const counted = (why: Refusal | undefined): number => sorted.filter(({ refused }) => refused === why).length
  const refused = refusals.map((reason) => ({ reason, people: counted(reason) }))
  return { people: arrivals.length, enters: counted(undefined), refused: refused.filter(({ people }) => people > 0) }
}

/** What would become of those who came while the journey was paused if it went on now; of very many, of those who came first. */
export async function lookAtArrivals(ctx: Context, journey: number, most = mostPeople): Promise<ArrivalsLook> {
  const { version } = await findJourney(ctx, journey)
  const first = await firstArrivals(ctx, journey, most)
  const look = await lookAtDoor(ctx, { journey, version }, first)
  return { ...look, people: first.length < most ? first.length : await countArrivals(ctx, journey), looked: first.length }
}
