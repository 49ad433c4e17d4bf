import { sql } from 'kysely'
import { aliasOf, membersOf } from '#management/identity/queries.ts'
import type { Alias } from '#management/identity/schema.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { describeCustomers } from './queries.ts'
import type { CustomerDetail } from './schema.ts'

/** The whole page of one canonical. */
export async function getCustomer(ctx: Context, canonical: number): Promise<CustomerDetail> {
  const members = await membersOf(ctx, canonical)
  const [[item], own, remark, merged, identities, attributes, follows, totals, links] = await Promise.all([
    describeCustomers(ctx, [canonical]),
    ctx.db
      .selectFrom('customers')
      .select(['position', 'attributes'])
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', canonical)
      .executeTakeFirst(),
    readRemark(ctx, members),
    readMerged(ctx, members),
    readIdentities(ctx, members),
    ctx.db
      .selectFrom('attributes')
      .select(['id', 'key', 'name', 'type'])
      .where('tenantId', '=', ctx.tenantId)
      .orderBy('position')
      .orderBy('id')
      .execute(),
    readFollows(ctx, members),
    readTotals(ctx, members),
    readLinks(ctx, members),
  ])
  if (!item || !own) throw notFound('customer')
  const values = own.attributes as Record<string, unknown>
  return {
    ...item,
    position: own.position,
    remark,
    merged,
    identities,
    attributes: attributes.map(({ id, key, name, type }) => ({
      id: publicId(ctx, 'att', id),
      key,
      name,
      type,
      value: values[key] ?? null,
    })),
    follows,
    totals: totalsOf(totals, item.currency),
    links,
  }
}

/** Of several merged ones the canonical's own stands, then the latest. */
async function readRemark(ctx: Context, members: number[]): Promise<string | null> {
  const { rows } = await sql<{ remark: string }>`
    select remark from customer_facts where tenant_id = ${ctx.tenantId} and customer_id = any(${members}::int[]) and remark is not null
    order by customer_id = ${members[0] ?? 0} desc, at desc limit 1`.execute(ctx.db)
  return rows[0]?.remark || null
}

async function readMerged(ctx: Context, [canonical, ...others]: number[]): Promise<CustomerDetail['merged']> {
  if (others.length === 0) return []
  const { rows } = await sql<{ id: number; name: string | null; alias: Alias | null; merge: number | null }>`
    select c.id, nullif(f.name, '') as name, case when coalesce(f.name, '') = '' then ${aliasOf('c.id')} end as alias, (select m.id from merges m where m.tenant_id = ${ctx.tenantId} and m.undone_at is null and (m.merge_id = c.id or m.keep_id = c.id) order by m.merge_id = c.id desc, m.id desc limit 1) as merge
    from customers c left join customer_facts f on f.tenant_id = c.tenant_id and f.customer_id = c.id
    where c.tenant_id = ${ctx.tenantId} and c.canonical_id = ${canonical} and c.canonical_id <> c.id order by c.id`.execute(ctx.db)
  return rows.map(({ id, name, alias, merge }) => ({
    id: publicId(ctx, 'cus', id),
    name,
    alias,
    merge: merge === null ? null : publicId(ctx, 'mer', merge),
  }))
}

async function readIdentities(ctx: Context, members: number[]): Promise<CustomerDetail['identities']> {
  const { rows } = await sql<{ kind: string; scope: string; value: string; createdAt: Date }>`
    select i.kind, i.scope, coalesce(i.masked, i.value) as value, i.created_at from identities i
    where i.tenant_id = ${ctx.tenantId} and i.customer_id = any(${members}::int[])
      -- An id whose corp was found out later is shown with its corp only.
      and not (i.kind = 'wecom_external_userid' and i.scope = '' and exists (select from identities o where o.tenant_id = i.tenant_id and o.kind = i.kind and o.value = i.value and o.scope <> ''))
    order by i.created_at, i.kind, i.value limit 200`.execute(ctx.db)
  return rows.map(({ kind, scope, value, createdAt }) => ({ kind, scope, value, firstSeenAt: createdAt.toISOString() }))
}

type FollowRow = {
  employeeId: number
  employeeName: string
  addedAt: Date | null
  endedAt: Date | null
  endedBy: string | null
  addWay: string | null
  state: string | null
  channelId: number | null
  channelName: string | null
  remark: string | null
  description: string | null
  earlier: { added_at: string; ended_at: string; ended_by: string }[]
}

async function readFollows(ctx: Context, members: number[]): Promise<CustomerDetail['follows']> {
  const { rows } = await sql<FollowRow>`
    select f.employee_id, coalesce(e.name, '') as employee_name, f.added_at, f.ended_at, f.ended_by, f.add_way, f.state, f.channel_id, ch.name as channel_name, f.remark, f.description,
      (select coalesce(jsonb_agg(jsonb_build_object('added_at', p.added_at, 'ended_at', p.ended_at, 'ended_by', p.ended_by) order by p.added_at desc), '[]')
        from follow_periods p where p.tenant_id = f.tenant_id and p.customer_id = f.customer_id and p.employee_id = f.employee_id) as earlier
    from follows f
    left join employees e on e.tenant_id = f.tenant_id and e.id = f.employee_id
    left join channels ch on ch.tenant_id = f.tenant_id and ch.id = f.channel_id
    where f.tenant_id = ${ctx.tenantId} and f.customer_id = any(${members}::int[])
    order by f.ended_at is not null, f.added_at desc nulls last`.execute(ctx.db)
  return rows.map((row) => ({
    employee: { id: publicId(ctx, 'emp', row.employeeId), name: row.employeeName },
    addedAt: row.addedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    endedBy: row.endedBy,
    addWay: row.addWay,
    state: row.state,
    channel: row.channelId === null ? null : { id: publicId(ctx, 'cha', row.channelId), name: row.channelName ?? '' },
    remark: row.remark,
    description: row.description,
    earlier: row.earlier.map(({ added_at, ended_at, ended_by }) => ({
      addedAt: new Date(added_at).toISOString(),
      endedAt: new Date(ended_at).toISOString(),
      endedBy: ended_by,
    })),
  }))
}

type TotalsRow = { currency: string; orders: number; paid: number; refunded: number; firstPaidAt: Date | null; lastPaidAt: Date | null }

async function readTotals(ctx: Context, members: number[]): Promise<TotalsRow[]> {
  const { rows } = await sql<TotalsRow>`
    select currency, sum(orders_count)::int as orders, sum(paid_minor)::bigint as paid, sum(refunded_minor)::bigint as refunded, min(first_paid_at) as first_paid_at, max(last_paid_at) as last_paid_at
    from customer_totals where tenant_id = ${ctx.tenantId} and customer_id = any(${members}::int[]) group by currency order by 2 desc, 1`.execute(
    ctx.db,
  )
  return rows
}

/** Amounts of different currencies are not added up: the one with most orders stands first, the others beside it. */
function totalsOf([first, ...others]: TotalsRow[], currency: string): CustomerDetail['totals'] {
  return {
    ordersCount: first?.orders ?? 0,
    paidMinor: first?.paid ?? 0,
    refundedMinor: first?.refunded ?? 0,
    currency: first?.currency ?? currency,
    firstPaidAt: first?.firstPaidAt?.toISOString() ?? null,
    lastPaidAt: first?.lastPaidAt?.toISOString() ?? null,
    others: others.map((row) => ({ currency: row.currency, ordersCount: row.orders, paidMinor: row.paid, refundedMinor: row.refunded })),
  }
}

async function readLinks(ctx: Context, members: number[]): Promise<CustomerDetail['links']> {
  const { rows } = await sql<{
    kind: string
    direction: 'from' | 'to'
    id: number
    name: string | null
    alias: Alias | null
    note: string | null
  }>`
    select l.kind, 'from' as direction, k.id, k.name, case when k.name is null then ${aliasOf('k.id')} end as alias, l.note from customer_links l
      join customers o on o.tenant_id = l.tenant_id and o.id = l.to_id join customers k on k.tenant_id = o.tenant_id and k.id = o.canonical_id
      where l.tenant_id = ${ctx.tenantId} and l.from_id = any(${members}::int[])
    union all
    select l.kind, 'to', k.id, k.name, case when k.name is null then ${aliasOf('k.id')} end, l.note from customer_links l
      join customers o on o.tenant_id = l.tenant_id and o.id = l.from_id join customers k on k.tenant_id = o.tenant_id and k.id = o.canonical_id
      where l.tenant_id = ${ctx.tenantId} and l.to_id = any(${members}::int[])
    order by 1, 2, 4 limit 500`.execute(ctx.db)
  return rows.map(({ kind, direction, id, name, alias, note }) => ({
    kind: kind as CustomerDetail['links'][number]['kind'],
    direction,
    customer: { id: publicId(ctx, 'cus', id), name, alias },
    note,
  }))
}
