import { sql } from 'kysely'
import { primaryFollower } from '#management/customers/primary-follower.ts'
import type { Context } from '#platform/context.ts'
import { internalId } from '#platform/ids.ts'
import { dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { askForMoment } from '../moments/journey-moments.ts'
import { intendGroups } from '../outbound/commands.ts'
import { type ActOf, type CarriedOut, type Missed, missedBy } from './acts.ts'

// Steps that reach more than the person who came to them, because WeCom speaks to groups and to everybody's moments only.

/** The groups of the person's colleague that the person is in: each hears a step once a day, however many come to it. */
export async function writeToGroups(ctx: Context, acts: readonly ActOf<'group_message'>[]): Promise<CarriedOut> {
  if (acts.length === 0) return { missed: [], shared: [] }
  const groups = await hearingGroups(
    ctx,
    acts.map(({ customerId }) => customerId),
  )
  const day = dayOf(ctx.now(), await timezoneOf(ctx))
  const keyOf = ({ effect, version }: ActOf<'group_message'>, groupId: number) =>
    `journey ${version.journey} step ${effect.id} group ${groupId} day ${day}`
  await intendGroups(
    ctx,
    acts.flatMap((act) =>
      (groups.get(act.customerId) ?? []).map((groupId) => ({
        key: keyOf(act, groupId),
        groupId,
        content: act.version.contents[act.effect.id] ?? 0,
        kind: act.effect.kind,
        source: { kind: 'journey' as const, id: act.version.journey, step: act.effect.id },
      })),
    ),
  )
  return {
    missed: acts.flatMap((act) => (groups.has(act.customerId) ? [] : [missedBy(act, 'no_group')])),
    shared: acts.flatMap((act) => {
      const keys = (groups.get(act.customerId) ?? []).map((groupId) => keyOf(act, groupId))
      return keys.length === 0 ? [] : [{ run: act.run, step: act.effect.id, keys }]
    }),
  }
}

/** By person, the groups that hear of their coming to a step. */
export async function hearingGroups(ctx: Context, customers: readonly number[]): Promise<Map<number, number[]>> {
  const { rows } = await sql<{ id: number; groups: number[] }>`
    select o.id, array_agg(distinct g.id) as groups
    from customers o
      cross join lateral ${primaryFollower(ctx, sql`o.id`)} p
      join customers m on m.tenant_id = o.tenant_id and m.canonical_id = o.canonical_id
      join group_members s on s.tenant_id = m.tenant_id and s.customer_id = m.id and s.left_at is null
      join groups g on g.tenant_id = s.tenant_id and g.id = s.group_id and g.owner_id = p.id and g.dismissed_at is null
    where o.tenant_id = ${ctx.tenantId} and o.id = any(${[...new Set(customers)]}::int[]) group by o.id`.execute(ctx.db)
  return new Map(rows.map(({ id, groups }) => [id, groups]))
}

/** By person, the colleague who is asked to publish, once for each of their corps. */
export async function publishingColleagues(ctx: Context, customers: readonly number[]): Promise<Map<number, string[]>> {
  const byPerson = Map.groupBy(await colleaguesOf(ctx, customers), ({ id }) => id)
  return new Map([...byPerson].map(([id, list]) => [id, list.map(({ employeeId, corp }) => `${employeeId} ${corp}`)]))
}

type Colleague = { id: number; employeeId: number; corp: number }

/** The colleagues of those who came are asked to publish, each once a day. */
export async function askToPublish(ctx: Context, acts: readonly ActOf<'moment'>[]): Promise<Missed[]> {
  if (acts.length === 0) return []
  const colleagues = await colleaguesOf(
    ctx,
    acts.map(({ customerId }) => customerId),
  )
  const known = acts.flatMap((act) => colleagues.filter(({ id }) => id === act.customerId).map((one) => ({ act, ...one })))
  const hidden = new Set<ActOf<'moment'>>()
  for (const same of Map.groupBy(
    known,
    ({ act, corp }) => `${act.version.journey} ${act.version.version} ${act.effect.id} ${corp}`,
  ).values()) {
    const [first] = same
    if (!first) continue
    const { effect, version } = first.act
    const wish = { journey: version.journey, step: effect.id, name: version.name, contentId: version.contents[effect.id] ?? 0 }
    const range = { tagId: effect.tag === null ? null : internalId(ctx, 'tag', effect.tag), corp: first.corp }
    const isAsked = await askForMoment(ctx, { ...wish, ...range, employeeIds: same.map(({ employeeId }) => employeeId) })
    if (!isAsked) for (const { act } of same) hidden.add(act)
  }
  const found = new Set(known.map(({ act }) => act))
  return acts.flatMap((act) => {
    const reason = hidden.has(act) ? 'tag_not_in_wecom' : found.has(act) ? undefined : 'no_colleague'
    return reason ? [missedBy(act, reason)] : []
  })
}

async function colleaguesOf(ctx: Context, customers: readonly number[]): Promise<Colleague[]> {
  const { rows } = await sql<Colleague>`
    select distinct on (o.id) o.id, p.id as employee_id, a.corp_id as corp
    from customers o
      cross join lateral ${primaryFollower(ctx, sql`o.id`)} p
      join employee_accounts a on a.tenant_id = o.tenant_id and a.employee_id = p.id and a.left_at is null
      join wecom_corps w on w.tenant_id = a.tenant_id and w.id = a.corp_id and w.state = 'active'
    where o.tenant_id = ${ctx.tenantId} and o.id = any(${[...new Set(customers)]}::int[]) order by o.id, a.corp_id`.execute(ctx.db)
  return rows
}
