import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { findCustomers, visibleTo } from '#management/customers/queries.ts'
import { aliasOf } from '#management/identity/queries.ts'
import type { Alias } from '#management/identity/schema.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { orderFilterToSql } from './filter.ts'
import type { OrderDetail, OrderFilter, OrderItem } from './schema.ts'

export type OrderQuery = { filter?: OrderFilter | undefined; q?: string | undefined }
type Listing = OrderQuery & { sort?: string | undefined; limit: number; cursor?: string | undefined }

/** Lists are counted exactly up to here. */
const countMost = 10_000

const sorts = {
  paidAt: { column: sql`coalesce(o.paid_at, o.ordered_at)`, type: sql`timestamptz` },
  createdAt: { column: sql`o.ordered_at`, type: sql`timestamptz` },
  paidMinor: { column: sql`o.paid_minor`, type: sql`bigint` },
}

/** What somebody may see of the orders that were asked for, as a condition on `orders as o`. */
export async function ordersWhere(ctx: Context, { filter, q }: OrderQuery): Promise<RawBuilder<boolean>> {
  const parts = [sql<boolean>`o.tenant_id = ${ctx.tenantId}`]
  // Orders of nobody known belong to nobody's customers: only those who see everything see them.
  if (ctx.actor.scope !== 'all') parts.push(visibleTo(ctx, 'o.customer_id'))
  if (filter) parts.push(orderFilterToSql(ctx, filter, await timezoneOf(ctx)))
  if (q?.trim()) parts.push(await searched(ctx, q.trim().slice(0, 100)))
  return sql<boolean>`${sql.join(parts, sql` and `)}`
}

/** By the beginning of the order number, a product's code, or the customer. Pattern comparisons are leakproof where LIKE is not, so they keep their index. */
const searched = async (ctx: Context, q: string): Promise<RawBuilder<boolean>> => sql<boolean>`o.id in (
  select id from orders where tenant_id = ${ctx.tenantId} and order_no ~>=~ ${q} and order_no ~<~ ${`${q}\u{10ffff}`}
  union all select order_id from order_lines where tenant_id = ${ctx.tenantId} and product_code = ${q}
  union all select b.id from orders b join customers m on m.tenant_id = b.tenant_id and m.id = b.customer_id
    where b.tenant_id = ${ctx.tenantId} and m.canonical_id = any(${await findCustomers(ctx, q)}::int[]))`

export async function listOrders(
  ctx: Context,
  query: Listing,
): Promise<{ items: OrderItem[]; next: string | null; total: number; totalExact: boolean }> {
  const where = await ordersWhere(ctx, query)
  const { column, type, descending } = sorting(query.sort)
  const after = decodeCursor(z.tuple([z.string().max(64), z.int()]), query.cursor)
  const way = descending ? sql`desc` : sql`asc`
  const [{ rows }, total] = await Promise.all([
    sql<{ id: number; key: string }>`
      select o.id, (${column})::text as key from orders o where ${where}
      ${after ? sql`and (${column}, o.id) ${descending ? sql`<` : sql`>`} (${after[0]}::${type}, ${after[1]}::bigint)` : sql``}
      order by ${column} ${way}, o.id ${way} limit ${query.limit + 1}`
      .execute(ctx.db)
      .catch(refuseCursor),
    countUpTo(ctx, where, countMost + 1),
  ])
  const { items, next } = toPage(rows, query.limit, ({ id, key }) => [key, id])
  return {
    items: await describeOrders(
      ctx,
      items.map(({ id }) => id),
    ),
    next,
    total: Math.min(total, countMost),
    totalExact: total <= countMost,
  }
}

const countUpTo = async (ctx: Context, where: RawBuilder<boolean>, most: number): Promise<number> =>
  (await sql<{ count: number }>`select count(*) as count from (select from orders o where ${where} limit ${most}) as found`.execute(ctx.db))
    .rows[0]?.count ?? 0

function sorting(sort = '-paidAt') {
  const key = sort.replace(/^-/, '')
  if (!(key in sorts))
    throw appError('sort.unknown', { message: `Orders can be sorted by ${Object.keys(sorts).join(', ')}.`, field: 'sort' })
  return { ...sorts[key as keyof typeof sorts], descending: sort.startsWith('-') }
}

function refuseCursor(cause: unknown): never {
  if (/^22/.test((cause as { code?: string }).code ?? ''))
    throw appError('cursor.invalid', { message: 'This cursor was not given out by this list.', field: 'cursor', cause })
  throw cause
}

/** Ids of what a query reaches, in order of id, for exports. */
export async function orderIdsAfter(ctx: Context, query: OrderQuery, after: number, limit: number): Promise<number[]> {
  const where = await ordersWhere(ctx, query)
  const { rows } = await sql<{
    id: number
  }>`select o.id from orders o where ${where} and o.id > ${after} order by o.id limit ${limit}`.execute(ctx.db)
  return rows.map(({ id }) => id)
}

type Row = {
  id: number
  orderNo: string
  status: OrderItem['status']
  rawStatus: string | null
  source: string
  customerId: number | null
  customerName: string | null
  customerAlias: Alias | null
  shopId: number
  shopName: string | null
  orderedAt: Date
  paidAt: Date | null
  shippedAt: Date | null
  completedAt: Date | null
  closedAt: Date | null
  goodsMinor: number
  discountMinor: number
  paidMinor: number
  refundedMinor: number
  currency: string
  items: string
  titles: string[] | null
  region: string | null
  employee: string | null
  channel: string | null
  coupons: string[]
}

async function readRows(ctx: Context, ids: readonly number[]): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select o.id, o.order_no, o.status, o.raw_status, o.source, k.id as customer_id, k.name as customer_name, case when k.name is null then ${aliasOf('k.id')} end as customer_alias, o.shop_id, s.name as shop_name, o.ordered_at, o.paid_at, o.shipped_at, o.completed_at, o.closed_at,
      o.goods_minor, o.discount_minor, o.paid_minor, o.refunded_minor, o.currency, o.items, o.region, o.employee, o.channel, o.coupons,
      array(select coalesce(nullif(title, ''), product_code) from order_lines l where l.tenant_id = o.tenant_id and l.order_id = o.id order by l.position, l.line_key limit 3) as titles
    from unnest(${ids}::bigint[]) with ordinality as asked(id, place)
    join orders o on o.tenant_id = ${ctx.tenantId} and o.id = asked.id
    left join customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id
    left join customers k on k.tenant_id = o.tenant_id and k.id = c.canonical_id
    left join shops s on s.tenant_id = o.tenant_id and s.id = o.shop_id
    order by asked.place`.execute(ctx.db)
  return rows
}

export const describeOrders = async (ctx: Context, ids: readonly number[]): Promise<OrderItem[]> =>
  ids.length === 0 ? [] : (await readRows(ctx, ids)).map((row) => itemOf(ctx, row))

const itemOf = (ctx: Context, row: Row): OrderItem => ({
  id: publicId(ctx, 'ord', row.id),
  orderNo: row.orderNo,
  status: row.status,
  source: row.source,
  customer: row.customerId === null ? null : { id: publicId(ctx, 'cus', row.customerId), name: row.customerName, alias: row.customerAlias },
  shop: row.shopId === 0 ? null : { id: publicId(ctx, 'shp', row.shopId), name: row.shopName ?? '' },
  createdAt: row.orderedAt.toISOString(),
  paidAt: row.paidAt?.toISOString() ?? null,
  paidMinor: row.paidMinor,
  refundedMinor: row.refundedMinor,
  currency: row.currency,
  quantity: Number(row.items),
  titles: row.titles ?? [],
  region: row.region,
  employee: row.employee,
  channel: row.channel,
})

export async function findOrder(ctx: Context, id: number): Promise<OrderDetail> {
  const where = await ordersWhere(ctx, {})
  const seen = await sql`select from orders o where ${where} and o.id = ${id}`.execute(ctx.db)
  const [row] = seen.rows.length === 0 ? [] : await readRows(ctx, [id])
  if (!row) throw notFound('order')
  const [lines, refunds] = await Promise.all([linesOf(ctx, id), refundsOf(ctx, id)])
  return {
    ...itemOf(ctx, row),
    rawStatus: row.rawStatus,
    goodsMinor: row.goodsMinor,
    discountMinor: row.discountMinor,
    shippedAt: row.shippedAt?.toISOString() ?? null,
    completedAt: row.completedAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
    coupons: row.coupons,
    lines,
    refunds,
  }
}

export async function linesOf(ctx: Context, orderId: number): Promise<OrderDetail['lines']> {
  const { rows } = await sql<OrderDetail['lines'][number] & { quantity: string }>`
    select coalesce(l.line_no, l.line_key) as line_no, l.product_code, l.sku_code, l.title, l.quantity, trim_scale(l.unit_price)::text as unit_price, l.amount_minor, l.discount_minor, l.paid_minor,
      coalesce((select sum(b.amount_minor) from refund_lines b join refunds r on r.tenant_id = b.tenant_id and r.id = b.refund_id
        where b.tenant_id = l.tenant_id and r.order_id = l.order_id and b.line_key = l.line_key and r.status not in ('rejected', 'closed')), 0)::bigint as refunded_minor
    from order_lines l where l.tenant_id = ${ctx.tenantId} and l.order_id = ${orderId} order by l.position, l.line_key`.execute(ctx.db)
  return rows.map((row) => ({ ...row, quantity: Number(row.quantity) }))
}

async function refundsOf(ctx: Context, orderId: number): Promise<OrderDetail['refunds']> {
  const rows = await ctx.db
    .selectFrom('refunds')
    .select(['id', 'refundNo', 'amountMinor', 'status', 'type', 'reason', 'finishedAt', 'appliedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('orderId', '=', orderId)
    .orderBy('id')
    .execute()
  return rows.map(({ id, finishedAt, appliedAt, status, type, ...row }) => ({
    ...row,
    id: publicId(ctx, 'ref', id),
    status: status as OrderDetail['refunds'][number]['status'],
    type: type as OrderDetail['refunds'][number]['type'],
    at: new Date(finishedAt ?? appliedAt).toISOString(),
  }))
}
