import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import type { Alias, IdentityKind, MergeItem, ReviewItem } from './schema.ts'

/** Whom an original counts as now. */
export async function canonicalOf(ctx: Context, id: number): Promise<number> {
  const row = await ctx.db
    .selectFrom('customers')
    .select('canonicalId')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('customer')
  return row.canonicalId
}

/** Everybody who counts as the same customer as this original, the canonical first. */
export async function membersOf(ctx: Context, id: number): Promise<number[]> {
  const canonical = await canonicalOf(ctx, id)
  const { rows } = await sql<{ id: number }>`
    select id from customers where tenant_id = ${ctx.tenantId} and canonical_id = ${canonical} and canonical_id <> id order by id`.execute(
    ctx.db,
  )
  return [canonical, ...rows.map((row) => row.id)]
}

/** Whether the actor's data scope reaches the customer in this column (any original): somebody of the scope is a friend now. */
export function inScope(ctx: Context, column: string): RawBuilder<boolean> {
  if (ctx.actor.scope === 'all') return sql<boolean>`true`
  return sql<boolean>`exists (
    select from customers as seen join follows as seen_by on seen_by.tenant_id = seen.tenant_id and seen_by.canonical_id = seen.canonical_id
    where seen.tenant_id = ${ctx.tenantId} and seen.id = ${sql.ref(column)} and seen_by.added_at is not null and seen_by.ended_at is null
      and seen_by.employee_id = any(${[...ctx.actor.scope]}::int[]))`
}

/** 404 for customers that are not there or outside the actor's data scope; gives the canonical. */
export async function visibleCanonical(ctx: Context, id: number): Promise<number> {
  const row = await ctx.db
    .selectFrom('customers')
    .select('canonicalId')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where(inScope(ctx, 'customers.id'))
    .executeTakeFirst()
  if (!row) throw notFound('customer')
  return row.canonicalId
}

/** What people tell each other comes before what only machines read. */
const aliasOrder: readonly IdentityKind[] = [
  'member_no',
  'phone',
  'shop_buyer',
  'wecom_external_userid',
  'unionid',
  'openid',
  'person',
  'device',
]

const aliasAmong = (customers: RawBuilder<unknown>): RawBuilder<Alias | null> => sql`(
  select jsonb_build_object('kind', i.kind, 'value', coalesce(i.masked, i.value)) from identities i
  where i.tenant_id = current_tenant() and i.customer_id in (${customers})
  order by array_position(${[...aliasOrder]}::text[], i.kind), i.created_at limit 1)`

/** What to call the canonical in this column while it has no name. */
export const aliasOf = (column: string): RawBuilder<Alias | null> =>
  aliasAmong(sql`select ${sql.ref(column)} union all
    select m.id from customers m where m.tenant_id = current_tenant() and m.canonical_id = ${sql.ref(column)} and m.canonical_id <> m.id`)

type Page = { limit: number; cursor?: string | undefined }

type Side = { id: number; name: string | null; alias: Alias | null; avatar: string | null }

type MergeRow = {
  id: number
  keep: Side
  merged: Side
  reason: string
  details: Record<string, unknown>
  mergedAt: Date
  mergedBy: string
  undoneAt: Date | null
  undoneBy: string | null
}

/** The log of merges, newest first. A side shows what is known about that original alone. */
export async function listMerges(
  ctx: Context,
  { limit, cursor, customerId }: Page & { customerId?: number | undefined },
): Promise<{ items: z.infer<typeof MergeItem>[]; next: string | null }> {
  const before = decodeCursor(z.int(), cursor)
  const members = customerId === undefined ? undefined : await membersOf(ctx, customerId)
  const { rows } = await sql<MergeRow>`
    select m.id, ${side('m.keep_id')} as keep, ${side('m.merge_id')} as merged, m.reason, m.details, m.merged_at, m.merged_by, m.undone_at, m.undone_by
    from merges m
    where m.tenant_id = ${ctx.tenantId} and (${before ?? null}::bigint is null or m.id < ${before ?? null}) and ${inScope(ctx, 'm.keep_id')}
      and (${members ?? null}::int[] is null or m.keep_id = any(${members ?? null}::int[]) or m.merge_id = any(${members ?? null}::int[]))
    order by m.id desc limit ${limit + 1}`.execute(ctx.db)
  const page = toPage(rows, limit, (row) => row.id)
  return { items: page.items.map((row) => mergeItem(ctx, row)), next: page.next }
}

const mergeItem = (ctx: Context, row: MergeRow): z.infer<typeof MergeItem> => ({
  id: publicId(ctx, 'mer', row.id),
  keep: who(ctx, row.keep),
  merged: who(ctx, row.merged),
  reason: row.reason,
  details: row.details,
  mergedAt: row.mergedAt.toISOString(),
  mergedBy: row.mergedBy,
  undoneAt: row.undoneAt?.toISOString() ?? null,
  undoneBy: row.undoneBy,
})

type ReviewRow = {
  id: number
  first: Side
  second: Side
  reason: string
  details: Record<string, unknown>
  state: 'open' | 'merged' | 'separate'
  createdAt: Date
  decidedAt: Date | null
  decidedBy: string | null
}

/** Pairs that somebody should decide about, oldest first; or, by state, the decisions. */
export async function listReviews(
  ctx: Context,
  { limit, cursor, state }: Page & { state: string },
): Promise<{ items: z.infer<typeof ReviewItem>[]; next: string | null }> {
  const after = decodeCursor(z.int(), cursor)
  const { rows } = await sql<ReviewRow>`
    select r.id, ${side('r.first_id')} as first, ${side('r.second_id')} as second, r.reason, r.details, r.state, r.created_at, r.decided_at, r.decided_by
    from merge_reviews r
    where r.tenant_id = ${ctx.tenantId} and r.state = ${state} and (${after ?? null}::bigint is null or r.id > ${after ?? null})
      and (${inScope(ctx, 'r.first_id')} or ${inScope(ctx, 'r.second_id')})
    order by r.id limit ${limit + 1}`.execute(ctx.db)
  const page = toPage(rows, limit, (row) => row.id)
  return { items: page.items.map((row) => reviewItem(ctx, row)), next: page.next }
}

const reviewItem = (ctx: Context, row: ReviewRow): z.infer<typeof ReviewItem> => ({
  id: publicId(ctx, 'mrv', row.id),
  first: who(ctx, row.first),
  second: who(ctx, row.second),
  reason: row.reason,
  details: row.details,
  state: row.state,
  createdAt: row.createdAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
  decidedBy: row.decidedBy,
})

const side = (column: string): RawBuilder<Side> =>
  sql`(select jsonb_build_object('id', ${sql.ref(column)}, 'name', (select f.name from customer_facts f where f.tenant_id = current_tenant() and f.customer_id = ${sql.ref(column)}),
    'alias', ${aliasAmong(sql.ref(column))},
    'avatar', (select f.avatar from customer_facts f where f.tenant_id = current_tenant() and f.customer_id = ${sql.ref(column)})))`

const who = (ctx: Context, { id, name, alias, avatar }: Side) => ({
  id: publicId(ctx, 'cus', id),
  name: name || null,
  alias,
  avatar: avatar || null,
})

/** Whom each of these customers counts as now. */
export async function canonicalIds(ctx: Context, customerIds: readonly number[]): Promise<Map<number, number>> {
  if (customerIds.length === 0) return new Map()
  const { rows } = await sql<{ id: number; canonicalId: number }>`
    select id, canonical_id from customers where tenant_id = ${ctx.tenantId} and id = any(${customerIds}::int[])`.execute(ctx.db)
  return new Map(rows.map(({ id, canonicalId }) => [id, canonicalId]))
}

/**
 * Everybody who counts as the same customer as one of these, and whom they count as. Lists are asked for by number and put together
 * here: after a large import the planner guesses that nobody is there, and what it joins then becomes quadratic.
 */
export async function kinOf(ctx: Context, customerIds: readonly number[]): Promise<Map<number, number>> {
  const kin = await canonicalIds(ctx, customerIds)
  if (kin.size === 0) return kin
  const canonicals = [...new Set(kin.values())]
  const { rows } = await sql<{ id: number; canonicalId: number }>`
    select id, canonical_id from customers
    where tenant_id = ${ctx.tenantId} and canonical_id = any(${canonicals}::int[]) and canonical_id <> id`.execute(ctx.db)
  for (const canonical of canonicals) kin.set(canonical, canonical)
  for (const { id, canonicalId } of rows) kin.set(id, canonicalId)
  return kin
}
