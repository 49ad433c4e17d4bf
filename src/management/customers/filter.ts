import { type RawBuilder, sql } from 'kysely'
import { DateTime } from 'luxon'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { type IdPrefix, internalId } from '#platform/ids.ts'
import { parseDay } from '#platform/time.ts'
import type { Condition, CustomerFilter } from './schema.ts'

type Where = RawBuilder<boolean>

/** What compiling needs to know of the tenant. */
export type FilterFacts = { timezone: string; attributes: ReadonlyMap<string, string> }

const deepest = 10

/** A rule tree as a condition on `customers as c`, where c is a canonical row. */
export function filterToSql(ctx: Context, filter: CustomerFilter, facts: FilterFacts, depth = 0): Where {
  if (depth > deepest) throw invalid('filter', `A filter may be nested ${deepest} deep.`)
  if ('and' in filter) return joined(filter.and, sql` and `, sql<boolean>`true`)
  if ('or' in filter) return joined(filter.or, sql` or `, sql<boolean>`false`)
  if ('not' in filter) return sql<boolean>`not (${filterToSql(ctx, filter.not, facts, depth + 1)})`
  return conditionToSql(ctx, filter, facts)

  function joined(parts: CustomerFilter[], word: RawBuilder<unknown>, empty: Where): Where {
    if (parts.length === 0) return empty
    return sql<boolean>`(${sql.join(
      parts.map((part) => filterToSql(ctx, part, facts, depth + 1)),
      word,
    )})`
  }
}

function conditionToSql(ctx: Context, condition: Condition, facts: FilterFacts): Where {
  if ('text' in condition) return sql`c.id in (select search_customers(${condition.text.contains}, ${searchMost}))`
  if ('tag' in condition) return tagCondition(ctx, condition.tag)
  if ('employee' in condition)
    return membership(
      ctx,
      'emp',
      condition.employee,
      (list) =>
        sql`exists (select from follows f where f.tenant_id = ${ctx.tenantId} and f.canonical_id = c.id and f.employee_id = any(${list}::int[]) and f.added_at is not null and f.ended_at is null)`,
    )
  if ('channel' in condition)
    return membership(
      ctx,
      'cha',
      condition.channel,
      (list) =>
        sql`exists (select from follows f where f.tenant_id = ${ctx.tenantId} and f.canonical_id = c.id and f.channel_id = any(${list}::int[]))`,
    )
  if ('kind' in condition) return sql`c.kind = any(${condition.kind.in}::text[])`
  if ('gender' in condition) return sql`coalesce(c.gender, 'unknown') = any(${condition.gender.in}::text[])`
  if ('customer' in condition)
    return sql`c.id in (select x.canonical_id from customers x where x.tenant_id = ${ctx.tenantId} and x.id = any(${decodeAll(ctx, 'cus', condition.customer.in)}::int[]))`
  if ('firstAddedAt' in condition) return moments('firstAddedAt', sql`c.added_at`, condition.firstAddedAt, facts)
  if ('lastActiveAt' in condition)
    return sql`(c.last_active_at > 'epoch' and ${moments('lastActiveAt', sql`c.last_active_at`, condition.lastActiveAt, facts)})`
  if ('ordersCount' in condition) return comparisons(sql`c.orders_count`, condition.ordersCount, 'ordersCount')
  if ('paidMinor' in condition) return comparisons(sql`c.paid_minor`, condition.paidMinor, 'paidMinor')
  if ('hasPhone' in condition) return sql`c.has_phone = ${condition.hasPhone.eq}`
  return attributeCondition(condition.attribute, facts)
}

/** A search word that matches more is too common to filter by. */
export const searchMost = 20_000

const decodeAll = (ctx: Context, prefix: IdPrefix, ids: readonly string[]): number[] => ids.map((id) => internalId(ctx, prefix, id))

type Lists = { in?: string[] | undefined; none?: string[] | undefined }

function membership(ctx: Context, prefix: IdPrefix, { in: some, none }: Lists, has: (list: number[]) => Where): Where {
  const parts: Where[] = []
  if (some) parts.push(has(decodeAll(ctx, prefix, some)))
  if (none) parts.push(sql`not ${has(decodeAll(ctx, prefix, none))}`)
  return allOf(parts)
}

function tagCondition(ctx: Context, { all, ...rest }: Lists & { all?: string[] | undefined }): Where {
  const has = (list: number[]): Where =>
    sql`exists (select from customer_tags t where t.tenant_id = ${ctx.tenantId} and t.canonical_id = c.id and t.tag_id = any(${list}::int[]))`
  return allOf([
    ...(all ? [hasAll(ctx, decodeAll(ctx, 'tag', all))] : []),
    ...(rest.in || rest.none ? [membership(ctx, 'tag', rest, has)] : []),
  ])
}

/** Counted in one pass: a subquery for each tag makes the planner probe them one by one. */
const hasAll = (ctx: Context, tags: number[]): Where => sql`c.id in (
  select t.canonical_id from customer_tags t where t.tenant_id = ${ctx.tenantId} and t.tag_id = any(${tags}::int[])
  group by t.canonical_id having count(distinct t.tag_id) = ${new Set(tags).size})`

const allOf = (parts: Where[]): Where => (parts.length === 0 ? sql`true` : sql`(${sql.join(parts, sql` and `)})`)

const signs = { eq: sql`=`, gte: sql`>=`, gt: sql`>`, lte: sql`<=`, lt: sql`<` }
type Sign = keyof typeof signs

const comparisons = (column: RawBuilder<unknown>, asked: Partial<Record<Sign, number | undefined>>, field: string): Where =>
  allOf(
    entries(asked).map(([sign, value]) => {
      if (!Number.isSafeInteger(value)) throw invalid(field, 'Compare with whole numbers.')
      return sql`${column} ${signs[sign]} ${value}::bigint`
    }),
  )

const entries = <Value>(asked: Partial<Record<Sign, Value | undefined>>): [Sign, Value][] =>
  (Object.keys(asked) as Sign[]).flatMap((sign): [Sign, Value][] => {
    const value = asked[sign]
    return value === undefined ? [] : [[sign, value]]
  })

/** A day stands for all of it: `lte` its last moment, `gt` after it. */
function moments(
  field: string,
  column: RawBuilder<unknown>,
  asked: Partial<Record<Sign, string | undefined>>,
  { timezone }: FilterFacts,
): Where {
  return allOf(
    entries(asked).map(([sign, text]) => {
      const whole = /^\d{4}-\d{2}-\d{2}$/.test(text)
      if (!whole) return sql`${column} ${signs[sign]} ${instant(text, field)}`
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

type AttributeAsked = Extract<Condition, { attribute: unknown }>['attribute']

function attributeCondition({ key, exists, contains, in: some, ...asked }: AttributeAsked, { attributes }: FilterFacts): Where {
  const type = attributes.get(key)
  if (!type) throw appError('attribute.unknown', { message: `There is no attribute ${key.slice(0, 40)}.`, field: 'filter.attribute.key' })
  const value = sql`(c.attributes ->> ${key})`
  const parts: Where[] = []
  if (exists !== undefined) parts.push(exists ? sql`${value} is not null` : sql`${value} is null`)
  if (contains !== undefined) parts.push(sql`coalesce(position(lower(${contains}) in lower(${value})) > 0, false)`)
  if (some) parts.push(sql`coalesce(${value} = any(${some.map((one) => plain(one, type, key))}::text[]), false)`)
  for (const [sign, one] of entries<string | number | boolean>(asked)) parts.push(attributeComparison(value, type, sign, one, key))
  return allOf(parts)
}

function attributeComparison(value: RawBuilder<unknown>, type: string, sign: Sign, asked: string | number | boolean, key: string): Where {
  if (type === 'number') return sql`coalesce(${value}::numeric ${signs[sign]} ${plain(asked, type, key)}::numeric, false)`
  if (sign !== 'eq' && type !== 'date')
    throw appError('attribute.type_mismatch', { message: `${key} is not a number or a date.`, field: 'filter.attribute' })
  // Dates are kept as yyyy-MM-dd, whose order as text is their order.
  return sql`coalesce(${value} collate "C" ${signs[sign]} ${plain(asked, type, key)}, false)`
}

function plain(asked: string | number | boolean, type: string, key: string): string {
  const fits =
    type === 'number'
      ? typeof asked === 'number' && Number.isFinite(asked)
      : type === 'boolean'
        ? typeof asked === 'boolean'
        : typeof asked === 'string'
  if (!fits || (type === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(String(asked))))
    throw appError('attribute.type_mismatch', { message: `${key} is of type ${type}.`, field: 'filter.attribute' })
  return String(asked)
}

const invalid = (field: string, message: string) => appError('filter.invalid', { message, field })
