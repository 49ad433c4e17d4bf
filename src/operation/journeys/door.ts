import { sql } from 'kysely'
import { visibleTo } from '#management/customers/queries.ts'
import { visibleCanonical } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import { type Arrival, forbids, keyedBy } from './entering.ts'
import type { Rules } from './rules.ts'
import type { DoorLook, EnterRequest } from './schema.ts'
import { readVersions, versionKey } from './versions.ts'

/** More are let in by a schedule, part by part, while nobody waits for the answer. */
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
): Promise<DoorLook> {
  const key = { journeyId: journey, version }
  const reentry = (await readVersions(ctx, [key])).get(versionKey(key))?.definition.reentry ?? { policy: 'once' as const }
  const keyed = keyedBy(reentry, arrivals)
  const { rows } = await sql<{ what: 'enters' | 'active' | 'before'; people: number }>`
    with asked as (
      select distinct c.canonical_id, a.key from jsonb_to_recordset(${JSON.stringify(keyed)}::jsonb) as a(customer int, key text)
      join customers c on c.tenant_id = ${ctx.tenantId} and c.id = a.customer)
    select coalesce(f.why, 'enters') as what, count(*)::int as people
    from asked a left join lateral (
      select case when bool_or(r.state = 'active') then 'active' else 'before' end as why
      from customers m join journey_runs r on r.tenant_id = m.tenant_id and r.customer_id = m.id and r.journey_id = ${journey}
      where m.tenant_id = ${ctx.tenantId} and m.canonical_id = a.canonical_id and ${forbids(ctx, reentry)} having count(*) > 0) f on true
    group by 1`.execute(ctx.db)
  const counted = (what: string): number => rows.find((row) => row.what === what)?.people ?? 0
  const known = rows.reduce((sum, { people }) => sum + people, 0)
  const refused = [
    { reason: 'active' as const, people: counted('active') },
    { reason: 'before' as const, people: counted('before') },
    { reason: 'keyless' as const, people: arrivals.length - keyed.length },
    { reason: 'same' as const, people: keyed.length - known },
  ]
  return { people: arrivals.length, enters: counted('enters'), refused: refused.filter(({ people }) => people > 0) }
}
