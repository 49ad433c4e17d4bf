import { type RawBuilder, sql } from 'kysely'
import { DateTime } from 'luxon'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import { parseDay } from '#platform/time.ts'
import { type OrderCondition, OrderFilter } from './schema.ts'
import { readStatus } from './status.ts'

type Where = RawBuilder<boolean>

const deepest = 10

/** `?filter=` of a list: JSON text of a rule tree. */
export function parseOrderFilter(text: string | undefined): OrderFilter | undefined {
  if (!text) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw appError('filter.invalid', { message: 'The filter is not JSON.', field: 'filter', cause })
  }
  return checkOrderFilter(value)
}

export function checkOrderFilter(value: unknown): OrderFilter {
  if (depthOf(value) > 30) throw appError('filter.invalid', { message: 'The filter is nested too deep.', field: 'filter' })
  const parsed = OrderFilter.safeParse(value)
  if (!parsed.success) throw appError('filter.invalid', { message: 'This is not a filter of orders.', field: 'filter' })
  return parsed.data
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

/** A rule tree as a condition on `orders as o`. */
export function orderFilterToSql(ctx: Context, filter: OrderFilter, timezone: string, depth = 0): Where {
  if (depth > deepest) throw appError('filter.invalid', { message: `A filter may be nested ${deepest} deep.`, field: 'filter' })
  const parts = (list: OrderFilter[], word: RawBuilder<unknown>, empty: Where): Where =>
    list.length === 0
      ? empty
      : sql<boolean>`(${sql.join(
          list.map((one) => orderFilterToSql(ctx, one, timezone, depth + 1)),
          word,
        )})`
  if ('and' in filter) return parts(filter.and, sql` and `, sql<boolean>`true`)
  if ('or' in filter) return parts(filter.or, sql` or `, sql<boolean>`false`)
  if ('not' in filter) return sql<boolean>`not ${orderFilterToSql(ctx, filter.not, timezone, depth + 1)}`
  return conditionToSql(ctx, filter, timezone)
}

function conditionToSql(ctx: Context, condition: OrderCondition, timezone: string): Where {
  if ('status' in condition) return statusCondition(condition.status.in)
  if ('shop' in condition) return sql`o.shop_id = any(${condition.shop.in.map((id) => internalId(ctx, 'shp', id))}::int[])`
  if ('customer' in condition) {
    const ids = condition.customer.in.map((id) => internalId(ctx, 'cus', id))
    return sql`o.customer_id in (select m.id from customers c join customers m on m.tenant_id = c.tenant_id and m.canonical_id = c.canonical_id where c.tenant_id = ${ctx.tenantId} and c.id = any(${ids}::int[]))`
  }
  if ('product' in condition)
    return sql`o.id in (select order_id from order_lines l where l.tenant_id = ${ctx.tenantId} and l.product_code = any(${condition.product.in}::text[]))`
  if ('region' in condition) return sql`coalesce(o.region = any(${condition.region.in}::text[]), false)`
  if ('source' in condition) return sql`o.source = any(${condition.source.in}::text[])`
  if ('paidAt' in condition) return moments('paidAt', sql`o.paid_at`, condition.paidAt, timezone)
  if ('createdAt' in condition) return moments('createdAt', sql`o.ordered_at`, condition.createdAt, timezone)
  if ('paidMinor' in condition) return comparisons(sql`o.paid_minor`, condition.paidMinor)
  if ('refundedMinor' in condition) return comparisons(sql`o.refunded_minor`, condition.refundedMinor)
  return condition.anonymous.eq ? sql`o.customer_id is null` : sql`o.customer_id is not null`
}

/** `refunded` is asked like a status but is a sum: money went back. */
function statusCondition(asked: readonly string[]): Where {
  const statuses = asked.filter((one) => one !== 'refunded').map((one) => (one === 'unknown' ? one : knownStatus(one)))
  return asked.includes('refunded')
    ? sql`(o.refunded_minor > 0 or o.status = any(${statuses}::text[]))`
    : sql`o.status = any(${statuses}::text[])`
}

function knownStatus(text: string): string {
  const found = readStatus(text)
  if (found === 'unknown')
    throw appError('filter.invalid', { message: `"${text.slice(0, 40)}" is no status of an order.`, field: 'filter.status' })
  return found
}

const signs = { eq: sql`=`, gte: sql`>=`, gt: sql`>`, lte: sql`<=`, lt: sql`<` }
type Sign = keyof typeof signs

const entries = <Value>(asked: Partial<Record<Sign, Value | undefined>>): [Sign, Value][] =>
  (Object.keys(asked) as Sign[]).flatMap((sign): [Sign, Value][] => (asked[sign] === undefined ? [] : [[sign, asked[sign]]]))

const allOf = (parts: Where[]): Where => (parts.length === 0 ? sql`true` : sql`(${sql.join(parts, sql` and `)})`)

const comparisons = (column: RawBuilder<unknown>, asked: Partial<Record<Sign, number | undefined>>): Where =>
  allOf(entries(asked).map(([sign, value]) => sql`${column} ${signs[sign]} ${value}::bigint`))

/** A day stands for all of it: `lte` its last moment, `gt` after it. */
function moments(field: string, column: RawBuilder<unknown>, asked: Partial<Record<Sign, string | undefined>>, timezone: string): Where {
  return allOf(
    entries(asked).map(([sign, text]) => {
      if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return sql`${column} ${signs[sign]} ${instant(text, field)}`
      const day = parseDay(text, timezone, field)
      if (sign === 'lte') return sql`${column} < ${day.plus({ days: 1 }).toJSDate()}`
      if (sign === 'gt') return sql`${column} >= ${day.plus({ days: 1 }).toJSDate()}`
      return sql`${column} ${signs[sign]} ${day.toJSDate()}`
    }),
  )
}

function instant(text: string, field: string): Date {
  const at = DateTime.fromISO(text, { setZone: true })
  if (!at.isValid || !/(Z|[+-]\d{2}:?\d{2})$/i.test(text))
    throw appError('date.invalid', { message: 'Give a day (yyyy-MM-dd) or a time with its zone.', field })
  return at.toJSDate()
}
