import { sql } from 'kysely'
import { customerMerged, customerSeparated } from '#management/events.ts'
import type { Context } from '#platform/context.ts'
import { emit } from '#platform/events/emit.ts'
import { canonicalsOf, type Merge } from './forest.ts'
import { type Group, type PlannedMerge, pairKey } from './plan.ts'
import { isSingle } from './values.ts'

/** Makes lists, search and sums of these customers (any originals) agree with their facts. */
export async function refreshCustomers(ctx: Context, originals: readonly number[]): Promise<void> {
  if (originals.length > 0) await sql`select refresh_customers(${[...new Set(originals)]}::int[])`.execute(ctx.db)
}

/** Members, single-valued identities and standing of whole groups, by canonical. */
export async function readGroups(ctx: Context, canonicals: readonly number[]): Promise<Group[]> {
  if (canonicals.length === 0) return []
  const members = await readMembers(ctx, canonicals)
  const groups = new Map<number, Group>(
    canonicals.map((canonical) => [canonical, { canonical, members: [], single: new Map(), anonymous: true }]),
  )
  for (const { id, canonicalId } of members) groups.get(canonicalId)?.members.push(id)
  const groupOf = new Map(members.map(({ id, canonicalId }) => [id, groups.get(canonicalId)]))
  const identities = await ctx.db
    .selectFrom('identities')
    .select(['customerId', 'kind', 'scope', 'value'])
    .where('tenantId', '=', ctx.tenantId)
    .where('customerId', '=', sql<number>`any(${members.map(({ id }) => id)}::int[])`)
    .where('kind', '<>', 'device')
    .execute()
  for (const { customerId, kind, scope, value } of identities) addIdentity(groupOf.get(customerId), kind, scope, value)
  return [...groups.values()].filter((group) => group.members.length > 0)
}

function addIdentity(group: Group | undefined, kind: string, scope: string, value: string): void {
  if (!group) return
  group.anonymous = false
  if (!isSingle({ kind, scope })) return
  const slot = `${kind} ${scope}`
  const values = group.single.get(slot)
  if (values) values.add(value)
  else group.single.set(slot, new Set([value]))
}

const readMembers = async (ctx: Context, canonicals: readonly number[]): Promise<{ id: number; canonicalId: number }[]> =>
  (
    await sql<{ id: number; canonicalId: number }>`
      select id, canonical_id from customers where tenant_id = ${ctx.tenantId} and id = any(${canonicals}::int[]) and canonical_id = id
      union all
      select id, canonical_id from customers where tenant_id = ${ctx.tenantId} and canonical_id = any(${canonicals}::int[]) and canonical_id <> id
      order by id`.execute(ctx.db)
  ).rows

/** Who merges, separates or names a group holds its canonical row until the end of the transaction. */
export async function lockGroups(ctx: Context, canonicals: readonly number[]): Promise<void> {
  await sql`select id from customers where tenant_id = ${ctx.tenantId} and id = any(${canonicals}::int[]) order by id for no key update`.execute(
    ctx.db,
  )
}

export async function readReviewedPairs(ctx: Context, members: readonly number[]): Promise<Set<string>> {
  if (members.length === 0) return new Set()
  const { rows } = await sql<{ firstId: number; secondId: number }>`
    select first_id, second_id from merge_reviews
    where tenant_id = ${ctx.tenantId} and state <> 'merged' and first_id = any(${members}::int[]) and second_id = any(${members}::int[])`.execute(
    ctx.db,
  )
  return new Set(rows.map((row) => pairKey(row.firstId, row.secondId)))
}

export type DoneMerge = PlannedMerge & { id: number }

/** Joins groups in the given order. The caller holds the groups' locks and has made sure that each merge joins two groups. */
export async function mergeAll(
  ctx: Context,
  merges: readonly (PlannedMerge & { details?: Record<string, unknown> })[],
): Promise<DoneMerge[]> {
  if (merges.length === 0) return []
  const before = await readComponents(
    ctx,
    merges.flatMap(({ keep, merge }) => [keep, merge]),
  )
  const done: DoneMerge[] = []
  for (const { keep, merge, reason, details = {} } of merges) {
    const { id } = await ctx.db
      .insertInto('merges')
      .values({
        tenantId: ctx.tenantId,
        keepId: keep,
        mergeId: merge,
        reason,
        details: JSON.stringify(details),
        mergedAt: ctx.now(),
        mergedBy: ctx.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const canonicals = canonicalsOf(before.members, [...before.merges, ...done])
    emit(ctx, customerMerged, {
      customerId: canonicals.get(keep) ?? keep,
      otherCustomerId: canonicals.get(merge) ?? merge,
      properties: { merge: id, reason, keep, merged: merge, by: ctx.actor.name },
    })
    done.push({ id, keep, merge, reason })
  }
  await moveMembers(ctx, canonicalsOf(before.members, [...before.merges, ...done]))
  return done
}

/** Takes one merge back: the two sides are again what the remaining merges make of them. */
export async function separate(ctx: Context, { id, keep, merge }: Merge): Promise<void> {
  const { members, merges } = await readComponents(ctx, [keep])
  const canonicals = canonicalsOf(
    members,
    merges.filter((one) => one.id !== id),
  )
  await ctx.db
    .updateTable('merges')
    .set({ undoneAt: ctx.now(), undoneBy: ctx.actor.name })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()
  await moveMembers(ctx, canonicals)
  emit(ctx, customerSeparated, {
    customerId: canonicals.get(keep) ?? keep,
    otherCustomerId: canonicals.get(merge) ?? merge,
    properties: { merge: id, keep, merged: merge, by: ctx.actor.name },
  })
}

/** Everybody joined with these originals, and the merges among them. */
async function readComponents(ctx: Context, originals: readonly number[]): Promise<{ members: number[]; merges: Merge[] }> {
  const canonicals = await sql<{
    canonicalId: number
  }>`select distinct canonical_id from customers where tenant_id = ${ctx.tenantId} and id = any(${originals}::int[])`.execute(ctx.db)
  const members = (
    await readMembers(
      ctx,
      canonicals.rows.map((row) => row.canonicalId),
    )
  ).map(({ id }) => id)
  const { rows } = await sql<{ id: number; keepId: number; mergeId: number }>`
    select id, keep_id, merge_id from merges where tenant_id = ${ctx.tenantId} and undone_at is null and keep_id = any(${members}::int[]) order by id`.execute(
    ctx.db,
  )
  return { members, merges: rows.map((row) => ({ id: row.id, keep: row.keepId, merge: row.mergeId })) }
}

/** The merge map is one column, copied to where lists need it; nothing else moves. */
async function moveMembers(ctx: Context, canonicals: ReadonlyMap<number, number>): Promise<void> {
  const members = [...canonicals.keys()]
  const targets = [...canonicals.values()]
  await sql`
    with moved as (
      update customers c set canonical_id = m.canonical from unnest(${members}::int[], ${targets}::int[]) as m(id, canonical)
      where c.tenant_id = ${ctx.tenantId} and c.id = m.id and c.canonical_id <> m.canonical returning c.id, c.canonical_id
    ),
    followed as (update follows f set canonical_id = moved.canonical_id from moved where f.tenant_id = ${ctx.tenantId} and f.customer_id = moved.id),
    tagged as (update customer_tags t set canonical_id = moved.canonical_id from moved where t.tenant_id = ${ctx.tenantId} and t.customer_id = moved.id)
    insert into person_changes (tenant_id, customer_id) select ${ctx.tenantId}, id from moved`.execute(ctx.db)
  await refreshCustomers(ctx, members)
}
