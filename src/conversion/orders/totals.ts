import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { addDays, dayRange, daysBetween } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { type OrderQuery, ordersWhere } from './queries.ts'
import type { Trade, TradeTotals } from './schema.ts'

type Asked = OrderQuery & { from?: string | undefined; to?: string | undefined; currency?: string | undefined }

/**
 * Trade of the days `from` … `to` (of ever, where absent) in the tenant's zone: orders by the time they were paid, refunds by
 * the time the money went back. PostgreSQL answers, because it holds the orders; a filter or search narrows the orders, and
 * then only refunds of these orders count.
 */
export async function tradeTotals(ctx: Context, asked: Asked): Promise<TradeTotals> {
  const timezone = await timezoneOf(ctx)
  const { currency, currencies } = await chooseCurrency(ctx, asked.currency)
  const narrowed = asked.filter !== undefined || Boolean(asked.q?.trim()) || ctx.actor.scope !== 'all'
  const orders = sql<boolean>`${await ordersWhere(ctx, asked)} and o.currency = ${currency} and o.counted_at is not null`
  const refunds = sql<boolean>`r.tenant_id = ${ctx.tenantId} and r.currency = ${currency} and r.counted_at is not null
    ${narrowed ? sql`and r.order_id in (select o.id from orders o where ${await ordersWhere(ctx, asked)})` : sql``}`
  const within = (from: string | undefined, to: string | undefined) =>
    [
      sql<boolean>`${orders} and ${during(sql`o.counted_at`, from, to, timezone)}`,
      sql<boolean>`${refunds} and ${during(sql`r.counted_at`, from, to, timezone)}`,
    ] as const
  const [now, then] = [within(asked.from, asked.to), earlier(asked)]
  const [trade, before, buyers, months, days] = await Promise.all([
    readTrade(ctx, ...now),
    then && readTrade(ctx, ...within(then.from, then.to)),
    readBuyers(ctx, now[0]),
    readSteps(ctx, ...now, 'YYYY-MM', timezone),
    readSteps(ctx, ...now, 'YYYY-MM-DD', timezone),
  ])
  return {
    ...trade,
    currency,
    currencies,
    perBuyerMinor: quotient(trade.paidMinor, trade.buyers),
    perOrderMinor: quotient(trade.paidMinor, trade.orders),
    oneOrderBuyers: buyers.oneOrder,
    topFifth: {
      buyers: buyers.top,
      paidMinor: buyers.topPaid,
      share: buyers.paid > 0 ? Math.round((buyers.topPaid / buyers.paid) * 1e6) / 1e6 : null,
    },
    months: months.map(({ step, ...row }) => ({ month: step, ...row })),
    days: days.map(({ step, ...row }) => ({ day: step, ...row })),
    before: before ?? null,
  }
}

const quotient = (amount: number, by: number): number | null => (by === 0 ? null : Math.round(amount / by))

/** The tenant's own currency where any order has it, otherwise that of most orders. */
async function chooseCurrency(ctx: Context, asked: string | undefined): Promise<{ currency: string; currencies: string[] }> {
  const { rows } = await sql<{ currency: string; own: string }>`
    select o.currency, t.currency as own from orders o join tenants t on t.id = o.tenant_id where o.tenant_id = ${ctx.tenantId} group by 1, 2 order by count(*) desc`.execute(
    ctx.db,
  )
  const currencies = rows.map(({ currency }) => currency)
  const own =
    rows[0]?.own ??
    (await ctx.db.selectFrom('tenants').select('currency').where('id', '=', ctx.tenantId).executeTakeFirstOrThrow()).currency
  return { currency: asked ?? (currencies.includes(own) ? own : (currencies[0] ?? own)), currencies }
}

function during(column: RawBuilder<unknown>, from: string | undefined, to: string | undefined, timezone: string): RawBuilder<boolean> {
  const days = dayRange(from ?? '1900-01-01', to ?? '2200-12-31', timezone)
  return sql<boolean>`${column} >= ${days.from} and ${column} < ${days.to}`
}

/** As many days right before. */
function earlier({ from, to }: Asked): { from: string; to: string } | undefined {
  if (!from || !to) return undefined
  return { from: addDays(from, -(daysBetween(from, to) + 1)), to: addDays(from, -1) }
}

async function readTrade(ctx: Context, orders: RawBuilder<boolean>, refunds: RawBuilder<boolean>): Promise<Trade> {
  const { rows } = await sql<Omit<Trade, 'netMinor' | 'items'> & { items: string }>`
    with paid as (
      select count(*) filter (where o.paid_minor > 0) as orders,
        count(*) filter (where o.paid_minor = 0) as free_orders,
        count(distinct c.canonical_id) filter (where o.paid_minor > 0) as buyers,
        count(*) filter (where o.customer_id is null) as anonymous_orders,
        coalesce(sum(o.lines), 0)::bigint as lines,
        coalesce(sum(o.items), 0) as items,
        coalesce(sum(o.paid_minor), 0)::bigint as paid_minor
      from orders o left join customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id where ${orders}),
    priced as (
      select count(*) as priced_lines from order_lines l join orders o on o.tenant_id = l.tenant_id and o.id = l.order_id where ${orders} and l.unit_price > 0),
    back as (
      select count(*) as refunds, coalesce(sum(r.amount_minor), 0)::bigint as refunded_minor from refunds r where ${refunds})
    select * from paid, priced, back`.execute(ctx.db)
  const [row] = rows
  if (!row) throw new Error('an aggregate without its row')
  return { ...row, items: Number(row.items), netMinor: row.paidMinor - row.refundedMinor }
}

type Buyers = { oneOrder: number; top: number; topPaid: number; paid: number }

/** Customers with one paid order, and what the best fifth of all buyers paid. */
async function readBuyers(ctx: Context, orders: RawBuilder<boolean>): Promise<Buyers> {
  const { rows } = await sql<Buyers>`
    with buyers as (
      select c.canonical_id, count(*) as orders, sum(o.paid_minor) as paid
      from orders o join customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id
      where ${orders} and o.paid_minor > 0 group by 1),
    ranked as (select orders, paid, row_number() over (order by paid desc, canonical_id) as place, count(*) over () as buyers from buyers)
    select count(*) filter (where orders = 1) as one_order,
      count(*) filter (where place <= ceil(buyers * 0.2)) as top,
      coalesce(sum(paid) filter (where place <= ceil(buyers * 0.2)), 0)::bigint as top_paid,
      coalesce(sum(paid), 0)::bigint as paid
    from ranked`.execute(ctx.db)
  return rows[0] ?? { oneOrder: 0, top: 0, topPaid: 0, paid: 0 }
}

type StepRow = { step: string; orders: number; buyers: number; paidMinor: number; refundedMinor: number }

/** By calendar month or day of the tenant's zone; steps without trade are left out. */
async function readSteps(
  ctx: Context,
  orders: RawBuilder<boolean>,
  refunds: RawBuilder<boolean>,
  form: 'YYYY-MM' | 'YYYY-MM-DD',
  timezone: string,
): Promise<StepRow[]> {
  const { rows } = await sql<StepRow>`
    with paid as (
      select to_char(o.counted_at at time zone ${timezone}, ${form}) as step, count(*) filter (where o.paid_minor > 0) as orders,
        count(distinct c.canonical_id) filter (where o.paid_minor > 0) as buyers, sum(o.paid_minor)::bigint as paid_minor
      from orders o left join customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id where ${orders} group by 1),
    back as (
      select to_char(r.counted_at at time zone ${timezone}, ${form}) as step, sum(r.amount_minor)::bigint as refunded_minor from refunds r where ${refunds} group by 1)
    select step, coalesce(paid.orders, 0) as orders, coalesce(paid.buyers, 0) as buyers, coalesce(paid.paid_minor, 0) as paid_minor, coalesce(back.refunded_minor, 0) as refunded_minor
    from paid full join back using (step) order by step`.execute(ctx.db)
  return rows
}
