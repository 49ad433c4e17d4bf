import { sql } from 'kysely'
import { orderAmended, orderPaid, orderPlaced, orderRefunded } from '#conversion/events.ts'
import { addTotals, type TotalsChange } from '#management/customers/commands.ts'
import type { Context } from '#platform/context.ts'
import { emit } from '#platform/events/emit.ts'
import type { OrderSource, RefundType } from './schema.ts'

/** Which orders and refunds: these, or the next of those that an import has left untold. */
export type Which = { ids: readonly number[] } | { importId: number; limit: number }

const chosen = (which: Which) => ('ids' in which ? sql`id = any(${which.ids}::bigint[])` : sql`import_id = ${which.importId}`)
const most = (which: Which) => ('ids' in which ? sql`null::bigint` : sql`${which.limit}::bigint`)

type OrderRow = {
  id: number
  orderNo: string
  shopId: number
  shopName: string | null
  source: OrderSource
  customerId: number | null
  currency: string
  paidMinor: number
  items: string
  lines: number
  region: string | null
  channel: string | null
  employee: string | null
  countedAt: Date | null
  orderedAt: Date
  announcedMinor: number | null
  products: string[] | null
  first: boolean
  isNew: boolean
}

/**
 * Says once what has become of orders and refunds and keeps customers' totals: the difference between what was told and what
 * stands now. Returns how many it looked at.
 */
export async function announce(
  ctx: Context,
  { orders, refunds, newIds = none }: { orders: Which; refunds: Which; newIds?: ReadonlySet<number> },
): Promise<number> {
  const totals: TotalsChange[] = []
  const told = (await announceOrders(ctx, orders, newIds, totals)) + (await announceRefunds(ctx, refunds, totals))
  await addTotals(ctx, totals)
  return told
}

const none: ReadonlySet<number> = new Set()

async function announceOrders(ctx: Context, which: Which, newIds: ReadonlySet<number>, totals: TotalsChange[]): Promise<number> {
  const rows = await ordersToTell(ctx, which)
  if (rows.length === 0) return 0
  for (const row of rows) {
    if (row.countedAt === null) {
      if (newIds.has(row.id))
        emit(ctx, orderPlaced, {
          customerId: row.customerId,
          at: row.orderedAt,
          properties: { ...tradeOf(row, row.paidMinor), order: row.id, source: row.source },
        })
      continue
    }
    if (row.announcedMinor === null)
      emit(ctx, orderPaid, {
        customerId: row.customerId,
        at: row.countedAt,
        properties: {
          ...tradeOf(row, row.paidMinor),
          order: row.id,
          source: row.source,
          lines: row.lines,
          products: row.products ?? [],
          first: row.first,
        },
      })
    else if (row.announcedMinor !== row.paidMinor)
      emit(ctx, orderAmended, {
        customerId: row.customerId,
        at: row.countedAt,
        properties: { ...tradeOf(row, row.paidMinor - row.announcedMinor), order: row.id },
      })
    else continue
    if (row.customerId !== null)
      totals.push({
        customerId: row.customerId,
        currency: row.currency,
        orders: row.announcedMinor === null ? 1 : 0,
        paidMinor: row.paidMinor - (row.announcedMinor ?? 0),
        refundedMinor: 0,
        paidAt: row.countedAt,
      })
  }
  await sql`update orders set announced_minor = case when counted_at is null then announced_minor else paid_minor end, import_id = null
    where tenant_id = ${ctx.tenantId} and id = any(${rows.map(({ id }) => id)}::bigint[])`.execute(ctx.db)
  return rows.length
}

const ordersToTell = async (ctx: Context, which: Which): Promise<OrderRow[]> =>
  (
    await sql<OrderRow>`
    with chosen as (select * from orders where tenant_id = ${ctx.tenantId} and ${chosen(which)} order by id limit ${most(which)} for update)
    select o.id, o.order_no, o.shop_id, s.name as shop_name, o.source, o.customer_id, o.currency, o.paid_minor, o.items, o.lines, o.region, o.channel, o.employee, o.counted_at, o.ordered_at, o.announced_minor,
      p.products,
      o.customer_id is not null and not exists (select from orders e where e.tenant_id = o.tenant_id and e.customer_id = o.customer_id and (e.counted_at, e.id) < (o.counted_at, o.id)) as first
    from chosen o
    left join shops s on s.tenant_id = o.tenant_id and s.id = o.shop_id
    left join lateral (select array_agg(code) as products from (
      select distinct coalesce(nullif(product_code, ''), title) as code from order_lines l where l.tenant_id = o.tenant_id and l.order_id = o.id limit 50) codes) p on true
    order by o.id`.execute(ctx.db)
  ).rows

const tradeOf = (
  row: Pick<OrderRow, 'orderNo' | 'shopId' | 'shopName' | 'currency' | 'items' | 'region'> &
    Partial<Pick<OrderRow, 'channel' | 'employee'>>,
  amount: number,
) => ({
  orderNo: row.orderNo,
  shop: row.shopId,
  ...(row.shopName ? { shopName: row.shopName } : {}),
  amount,
  currency: row.currency,
  items: Number(row.items),
  ...(row.region ? { region: row.region } : {}),
  ...(row.channel ? { channel: row.channel } : {}),
  ...(row.employee ? { employeeName: row.employee } : {}),
})

type RefundRow = {
  id: number
  refundNo: string
  orderId: number | null
  orderNo: string | null
  shopId: number
  shopName: string | null
  customerId: number | null
  currency: string
  amountMinor: number
  items: string
  region: string | null
  type: RefundType
  countedAt: Date | null
  announcedMinor: number | null
}

/** A refund's amount may grow while it is told in pieces; each piece is told once. */
async function announceRefunds(ctx: Context, which: Which, totals: TotalsChange[]): Promise<number> {
  const { rows } = await sql<RefundRow>`
    with chosen as (select * from refunds where tenant_id = ${ctx.tenantId} and ${chosen(which)} order by id limit ${most(which)} for update)
    select r.id, r.refund_no, r.order_id, r.shop_id, r.customer_id, r.currency, r.amount_minor, r.items, r.region, r.type, r.counted_at, r.announced_minor,
      (select order_no from orders o where o.tenant_id = ${ctx.tenantId} and o.id = r.order_id) as order_no,
      (select name from shops s where s.tenant_id = ${ctx.tenantId} and s.id = r.shop_id) as shop_name
    from chosen r order by r.id`.execute(ctx.db)
  if (rows.length === 0) return 0
  for (const row of rows) {
    const amount = row.amountMinor - (row.announcedMinor ?? 0)
    if (row.countedAt === null || (row.announcedMinor !== null && amount === 0)) continue
    emit(ctx, orderRefunded, {
      customerId: row.customerId,
      at: row.countedAt,
      properties: {
        ...tradeOf({ ...row, orderNo: row.orderNo ?? row.refundNo }, amount),
        ...(row.orderId === null ? {} : { order: row.orderId }),
        refund: row.id,
        refundNo: row.refundNo,
        type: row.type,
      },
    })
    if (row.customerId !== null)
      totals.push({ customerId: row.customerId, currency: row.currency, orders: 0, paidMinor: 0, refundedMinor: amount })
  }
  await sql`update refunds set announced_minor = case when counted_at is null then announced_minor else amount_minor end, import_id = null
    where tenant_id = ${ctx.tenantId} and id = any(${rows.map(({ id }) => id)}::bigint[])`.execute(ctx.db)
  return rows.length
}
