import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'

/** One thing that was looked at: how many are wrong, and the first of them by their ids outside. */
export type Check = {
  check: string
  ok: boolean
  wrong: number
  examples: string[] /** What to do about it, where the program can. */
  remedy?: string
}

export const mostExamples = 5

type Prefix = Parameters<typeof publicId>[1]

/** Each statement selects the `id` of what is wrong. The tenant's rows are seen alone: the connection is the tenant's. */
const statements = (tenant: number): [check: string, prefix: Prefix, ids: RawBuilder<unknown>][] => [
  [
    'order.sums',
    'ord',
    sql`select o.id from orders o
      left join (select order_id, sum(amount_minor) as goods, sum(discount_minor) as discount, sum(paid_minor) as paid, sum(quantity) as items, count(*) as lines
        from order_lines where tenant_id = ${tenant} group by 1) l on l.order_id = o.id
      left join (select order_id, sum(amount_minor) as back from refunds where tenant_id = ${tenant} and counted_at is not null group by 1) r on r.order_id = o.id
      where o.tenant_id = ${tenant} and (o.goods_minor, o.discount_minor, o.paid_minor, o.items, o.lines, o.refunded_minor) is distinct from
        (coalesce(l.goods, 0), coalesce(l.discount, 0), coalesce(o.stated_paid_minor, l.paid, 0), coalesce(l.items, 0), coalesce(l.lines, 0), coalesce(r.back, 0))`,
  ],
  [
    'refund.sums',
    'ref',
    sql`select r.id from refunds r
      left join (select refund_id, sum(quantity) as items, count(*) as lines from refund_lines where tenant_id = ${tenant} group by 1) l on l.refund_id = r.id
      where r.tenant_id = ${tenant} and (r.items, r.lines) is distinct from (coalesce(l.items, 0), coalesce(l.lines, 0))`,
  ],
  [
    'order.told',
    'ord',
    sql`select id from orders where tenant_id = ${tenant} and import_id is null and counted_at is not null and announced_minor is distinct from paid_minor
      union all
      select coalesce(order_id, 0) from refunds where tenant_id = ${tenant} and import_id is null and counted_at is not null and announced_minor is distinct from amount_minor`,
  ],
  [
    'customer.totals',
    'cus',
    sql`with told as (
        select customer_id, currency, 1 as orders, announced_minor as paid, 0 as refunded from orders
        where tenant_id = ${tenant} and customer_id is not null and announced_minor is not null
        union all
        select customer_id, currency, 0, 0, announced_minor from refunds where tenant_id = ${tenant} and customer_id is not null and announced_minor is not null
      ),
      sums as (select customer_id, currency, sum(orders) as orders, sum(paid) as paid, sum(refunded) as refunded from told group by 1, 2)
      select coalesce(t.customer_id, s.customer_id) as id
      from (select * from customer_totals where tenant_id = ${tenant}) t full join sums s on s.customer_id = t.customer_id and s.currency = t.currency
      where (coalesce(t.orders_count, 0), coalesce(t.paid_minor, 0), coalesce(t.refunded_minor, 0)) is distinct from (coalesce(s.orders, 0), coalesce(s.paid, 0), coalesce(s.refunded, 0))`,
  ],
  [
    'customer.merges',
    'cus',
    // Standing merges are edges of a forest: the sides of each agree, and a tree of n has n − 1 edges, so nobody else agrees with them.
    sql`select k.id from merges m
      join customers k on k.tenant_id = ${tenant} and k.id = m.keep_id join customers g on g.tenant_id = ${tenant} and g.id = m.merge_id
      where m.tenant_id = ${tenant} and m.undone_at is null and k.canonical_id <> g.canonical_id
      union
      select c.id from customers c left join customers k on k.tenant_id = ${tenant} and k.id = c.canonical_id where c.tenant_id = ${tenant} and k.canonical_id is distinct from k.id
      union
      select n.canonical_id from (select canonical_id, count(*) as members from customers where tenant_id = ${tenant} group by 1 having count(*) > 1) n
      left join (select c.canonical_id, count(*) as edges from merges m join customers c on c.tenant_id = ${tenant} and c.id = m.keep_id where m.tenant_id = ${tenant} and m.undone_at is null group by 1) e
        on e.canonical_id = n.canonical_id
      where n.members <> coalesce(e.edges, 0) + 1`,
  ],
  [
    'customer.summary',
    'cus',
    sql`select c.id from (select array_agg(id) as ids from customers where tenant_id = ${tenant} and canonical_id = id group by id / 5000) k
      cross join lateral summaries_of(k.ids) s
      join customers c on c.tenant_id = ${tenant} and c.id = s.id
      where (c.listed, c.name, c.avatar, c.gender, c.kind, c.company, c.position, c.attributes, c.has_phone, c.search, c.added_at, c.last_active_at, c.orders_count, c.paid_minor, c.currency)
          is distinct from (s.listed, s.name, s.avatar, s.gender, s.kind, s.company, s.position, s.attributes, s.has_phone, s.search, s.added_at, s.last_active_at, s.orders_count, s.paid_minor, s.currency)
      union all
      select id from customers where tenant_id = ${tenant} and canonical_id <> id and listed`,
  ],
  ['follow.merges', 'cus', misplaced('follows', tenant)],
  ['tag.merges', 'cus', misplaced('customer_tags', tenant)],
]

function misplaced(table: string, tenant: number): RawBuilder<unknown> {
  return sql`select distinct x.customer_id as id from ${sql.table(table)} x
    left join customers c on c.tenant_id = ${tenant} and c.id = x.customer_id
    where x.tenant_id = ${tenant} and x.canonical_id is distinct from c.canonical_id`
}

/** What PostgreSQL can tell alone. */
export async function checkState(ctx: Context): Promise<Check[]> {
  const checks: Check[] = []
  for (const [check, prefix, ids] of statements(ctx.tenantId)) {
    const { rows } = await sql<{ wrong: number; first: number[] | null }>`
      with found as (${ids}) select (select count(*) from found) as wrong, (select array_agg(id) from (select id from found order by id limit ${mostExamples}) f) as first`.execute(
      ctx.db,
    )
    const [{ wrong = 0, first = null } = {}] = rows
    checks.push({ check, ok: wrong === 0, wrong, examples: (first ?? []).map((id) => publicId(ctx, prefix, Number(id))) })
  }
  return checks
}
