import type { PoolClient } from 'pg'

/** A line as ClickHouse holds it; lines of a document are numbered from 1. */
export type LineRow = {
  kind: 'paid' | 'refunded'
  document: number
  line: number
  ord: number
  person: number
  at: number
  product: string
  sku: string
  title: string
  quantity: string
  amount: number
  currency: string
  region: string
  channel: string
  employee: string
  shop: string
}

type Found = Omit<LineRow, 'at' | 'kind'> & { at: Date }

const shared = `coalesce(o.channel, '') as channel, coalesce(o.employee, '') as employee, coalesce(s.name, '') as shop`
const productOf = (line: string) =>
  `coalesce(nullif(${line}.product_code, ''), ${line}.title) as product, ${line}.sku_code as sku, ${line}.title, ${line}.quantity::text as quantity`

/** The lines of some paid orders: $1 the tenant, $2 their ids. */
export const paidLinesSql = `select o.id as document, row_number() over (partition by o.id order by l.position, l.line_key)::int as line, o.id as ord,
      coalesce(o.customer_id, 0) as person, o.counted_at as at, ${productOf('l')}, l.paid_minor as amount, o.currency, coalesce(o.region, '') as region, ${shared}
    from orders o
    join order_lines l on l.tenant_id = o.tenant_id and l.order_id = o.id
    left join shops s on s.tenant_id = o.tenant_id and s.id = o.shop_id
    where o.tenant_id = $1 and o.id = any($2::bigint[]) and o.counted_at is not null`

/**
 * A refund's own lines, or, where it has none, its amount spread over the order's lines by what was paid for each (running
 * totals rounded down, so that the parts add up); the goods count as given back when everything was refunded.
 */
export const refundedLinesSql = `with asked as (select r.*, exists (select from refund_lines b where b.tenant_id = r.tenant_id and b.refund_id = r.id) as detailed
       from refunds r where r.tenant_id = $1 and r.id = any($2::bigint[]) and r.counted_at is not null),
     spread as (
       select a.id, l.*, row_number() over w as place, sum(l.paid_minor) over w as running, sum(l.paid_minor) over (partition by a.id) as total, a.amount_minor as back
       from asked a join order_lines l on l.tenant_id = a.tenant_id and l.order_id = a.order_id where not a.detailed
       window w as (partition by a.id order by l.position, l.line_key rows unbounded preceding)),
     parts as (
       select b.refund_id as id, row_number() over (partition by b.refund_id order by b.position, b.line_key) as line, ${productOf('b')}, abs(b.amount_minor) as amount
       from refund_lines b join asked a on a.id = b.refund_id where b.tenant_id = $1
       union all
       select id, place, coalesce(nullif(product_code, ''), title), sku_code, title, (case when back >= total then quantity else 0 end)::text,
         case when total = 0 then case when place = 1 then back else 0 end
           else (floor(back::numeric * running / total) - floor(back::numeric * (running - paid_minor) / total))::bigint end
       from spread)
     select a.id as document, p.line::int as line, coalesce(a.order_id, 0) as ord, coalesce(a.customer_id, 0) as person, a.counted_at as at,
       p.product, p.sku, p.title, ltrim(p.quantity, '-') as quantity, p.amount, a.currency, coalesce(a.region, o.region, '') as region, ${shared}
     from parts p join asked a on a.id = p.id
     left join orders o on o.tenant_id = a.tenant_id and o.id = a.order_id
     left join shops s on s.tenant_id = a.tenant_id and s.id = a.shop_id`

export async function paidLines(client: PoolClient, tenant: number, orders: readonly number[]): Promise<LineRow[]> {
  const { rows } = await client.query<Found>(paidLinesSql, [tenant, orders])
  return rows.map((row) => ({ kind: 'paid', ...row, at: row.at.getTime() }))
}

export async function refundedLines(client: PoolClient, tenant: number, refunds: readonly number[]): Promise<LineRow[]> {
  const { rows } = await client.query<Found>(refundedLinesSql, [tenant, refunds])
  return rows.map((row) => ({ kind: 'refunded', ...row, at: row.at.getTime() }))
}
