import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { aliasOf, inScope } from '#management/identity/queries.ts'
import type { Alias } from '#management/identity/schema.ts'
import { normalPhone, phoneFingerprint } from '#management/identity/values.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import { type FilterFacts, filterToSql, searchMost } from './filter.ts'
import { CustomerFilter, type CustomerItem, type SortKey, sortKeys } from './schema.ts'

/**
 * The actor's data scope as a condition on a column with a customer's id (any original): `where(visibleTo(ctx, 'orders.customer_id'))`.
 */
export const visibleTo = (ctx: Context, column = 'customers.id'): RawBuilder<boolean> => inScope(ctx, column)

export type CustomerQuery = {
  filter?: CustomerFilter | undefined
  q?: string | undefined
  sort?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** Lists are counted exactly up to here. */
const countMost = 10_000

const columns: Record<SortKey, { column: string; type: string }> = {
  firstAddedAt: { column: 'c.added_at', type: 'timestamptz' },
  lastActiveAt: { column: 'c.last_active_at', type: 'timestamptz' },
  ordersCount: { column: 'c.orders_count', type: 'int' },
  paidMinor: { column: 'c.paid_minor', type: 'bigint' },
}

export type ListedCustomers = { items: CustomerItem[]; next: string | null; total: number; totalExact: boolean }

export async function listCustomers(ctx: Context, query: CustomerQuery): Promise<ListedCustomers> {
  const where = await customersWhere(ctx, query)
  const { column, type, descending } = sorting(query.sort)
  const after = decodeCursor(z.tuple([z.string().max(64), z.int()]), query.cursor)
  const way = descending ? sql`desc` : sql`asc`
  const page = sql<{ id: number; key: string }>`
    select c.id, ${sql.raw(column)}::text as key from customers c where ${where}
    ${after ? sql`and (${sql.raw(column)}, c.id) ${descending ? sql`<` : sql`>`} (${after[0]}::${sql.raw(type)}, ${after[1]})` : sql``}
    order by ${sql.raw(column)} ${way}, c.id ${way} limit ${query.limit + 1}`.execute(ctx.db)
  const [{ rows }, count] = await Promise.all([page.catch(refuseCursor), countCustomersUpTo(ctx, where, countMost + 1)])
  const { items, next } = toPage(rows, query.limit, ({ id, key }) => [key, id])
  return {
    items: await describeCustomers(
      ctx,
      items.map(({ id }) => id),
    ),
    next,
    total: Math.min(count, countMost),
    totalExact: count <= countMost,
  }
}

/** How many a filter reaches now, exactly. */
export async function countCustomers(ctx: Context, query: Pick<CustomerQuery, 'filter' | 'q'>): Promise<number> {
  return countCustomersUpTo(ctx, await customersWhere(ctx, query), 2 ** 31)
}

/** Canonicals that a filter reaches, by id, for jobs and exports. */
export async function customerIdsAfter(
  ctx: Context,
  query: Pick<CustomerQuery, 'filter' | 'q'>,
  after: number,
  limit: number,
): Promise<number[]> {
  const where = await customersWhere(ctx, query)
  const { rows } = await sql<{
    id: number
  }>`select c.id from customers c where ${where} and c.id > ${after} order by c.id limit ${limit}`.execute(ctx.db)
  return rows.map(({ id }) => id)
}

const countCustomersUpTo = async (ctx: Context, where: RawBuilder<boolean>, most: number): Promise<number> =>
  (
    await sql<{ count: number }>`select count(*) as count from (select from customers c where ${where} limit ${most}) as found`.execute(
      ctx.db,
    )
  ).rows[0]?.count ?? 0

async function customersWhere(ctx: Context, { filter, q }: Pick<CustomerQuery, 'filter' | 'q'>): Promise<RawBuilder<boolean>> {
  const parts = [sql<boolean>`c.tenant_id = ${ctx.tenantId}`, sql<boolean>`c.listed`]
  if (ctx.actor.scope !== 'all')
    parts.push(
      sql`exists (select from follows f where f.tenant_id = ${ctx.tenantId} and f.canonical_id = c.id and f.added_at is not null and f.ended_at is null and f.employee_id = any(${[...ctx.actor.scope]}::int[]))`,
    )
  if (filter) parts.push(filterToSql(ctx, filter, await filterFacts(ctx)))
  if (q?.trim()) parts.push(sql`c.id = any(${await findCustomers(ctx, q)}::int[])`)
  return sql<boolean>`${sql.join(parts, sql` and `)}`
}

async function filterFacts(ctx: Context): Promise<FilterFacts> {
  const [{ timezone }, attributes] = await Promise.all([
    ctx.db.selectFrom('tenants').select('timezone').where('id', '=', ctx.tenantId).executeTakeFirstOrThrow(),
    ctx.db.selectFrom('attributes').select(['key', 'type']).where('tenantId', '=', ctx.tenantId).execute(),
  ])
  return { timezone, attributes: new Map(attributes.map(({ key, type }) => [key, type])) }
}

/** By name, company, remark and last digits of a phone; by a whole phone, member number or any other identity; by the public id. */
export async function findCustomers(ctx: Context, q: string): Promise<number[]> {
  const text = q.trim().slice(0, 100)
  const values = [text, ...phonesIn(ctx, text)]
  const { rows } = await sql<{ id: number }>`
    select search_customers(${text}, ${searchMost}) as id
    union select c.canonical_id from identities i join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where i.tenant_id = ${ctx.tenantId} and i.kind = any(${searchedKinds}::text[]) and i.value = any(${values}::text[])`.execute(ctx.db)
  const own = ctx.ids.decode(ctx.tenantId, 'cus', text)
  return [...rows.map(({ id }) => id), ...(own === undefined ? [] : [own])]
}

const searchedKinds = ['member_no', 'phone', 'shop_buyer', 'person', 'wecom_external_userid', 'unionid', 'openid']

function phonesIn(ctx: Context, text: string): string[] {
  try {
    return [phoneFingerprint(ctx, normalPhone(text))]
  } catch {
    return []
  }
}

function sorting(sort = '-firstAddedAt'): { column: string; type: string; descending: boolean } {
  const descending = sort.startsWith('-')
  const key = sortKeys.find((one) => one === sort.replace(/^-/, ''))
  if (!key) throw appError('sort.unknown', { message: `Customers can be sorted by ${sortKeys.join(', ')}.`, field: 'sort' })
  return { ...columns[key], descending }
}

function refuseCursor(cause: unknown): never {
  const code = (cause as { code?: string }).code ?? ''
  if (['22007', '22P02', '22003', '22008'].includes(code))
    throw appError('cursor.invalid', { message: 'This cursor was not given out by this list.', field: 'cursor', cause })
  throw cause
}

/** `?filter=` of a list: JSON text of a rule tree. */
export function parseFilter(text: string | undefined): CustomerFilter | undefined {
  if (!text) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw appError('filter.invalid', { message: 'The filter is not JSON.', field: 'filter', cause })
  }
  if (depthOf(value) > 30) throw appError('filter.invalid', { message: 'The filter is nested too deep.', field: 'filter' })
  const parsed = CustomerFilter.safeParse(value)
  if (!parsed.success)
    throw appError('filter.invalid', {
      message: 'This is not a filter of customers.',
      field: 'filter',
      details: { issues: parsed.error.issues.slice(0, 3).map(({ message, path }) => ({ message, path: path.join('.') })) },
    })
  return parsed.data
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

type Row = {
  id: number
  name: string | null
  alias: Alias | null
  avatar: string | null
  gender: string | null
  kind: string
  company: string | null
  added_at: Date
  last_active_at: Date
  orders_count: number
  paid_minor: number
  currency: string | null
  phone: string | null
  tags: { id: number; name: string; group: string; color: string | null }[]
  followers: { id: number; name: string; added_at: string; state: string | null }[]
  channel: { id: number; name: string } | null
}

/** What lists show of these canonicals, in their order. */
export async function describeCustomers(ctx: Context, ids: readonly number[]): Promise<CustomerItem[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<{ row: Row }>`
    select to_jsonb(described) as row from (
      select c.id, c.name, case when c.name is null then ${aliasOf('c.id')} end as alias, c.avatar, c.gender, c.kind, c.company, c.added_at, c.last_active_at, c.orders_count, c.paid_minor, coalesce(c.currency, t.currency) as currency,
        case when c.has_phone then (select i.masked from customers m join identities i on i.tenant_id = m.tenant_id and i.customer_id = m.id and i.kind = 'phone'
          where m.tenant_id = c.tenant_id and m.id in (select c.id union all select x.id from customers x where x.tenant_id = c.tenant_id and x.canonical_id = c.id and x.canonical_id <> x.id)
          order by m.id <> c.id, i.created_at limit 1) end as phone,
        (select coalesce(jsonb_agg(jsonb_build_object('id', tag.id, 'name', tag.name, 'group', g.name, 'color', g.color) order by g.position, g.id, tag.position, tag.id), '[]') from (
          select distinct tag_id from customer_tags ct where ct.tenant_id = c.tenant_id and ct.canonical_id = c.id) mine
          join tags tag on tag.tenant_id = c.tenant_id and tag.id = mine.tag_id join tag_groups g on g.tenant_id = c.tenant_id and g.id = tag.group_id) as tags,
        (select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'name', e.name, 'added_at', f.added_at, 'state', f.state) order by f.added_at), '[]')
          from follows f join employees e on e.tenant_id = f.tenant_id and e.id = f.employee_id
          where f.tenant_id = c.tenant_id and f.canonical_id = c.id and f.added_at is not null and f.ended_at is null) as followers,
        ${channelOf} as channel
      from customers c join tenants t on t.id = c.tenant_id
      where c.tenant_id = ${ctx.tenantId} and c.id = any(${[...ids]}::int[])) as described`.execute(ctx.db)
  const byId = new Map(rows.map(({ row }) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    return row ? [customerItem(ctx, row)] : []
  })
}

/** Where the customer came from first. */
const channelOf = sql`(select jsonb_build_object('id', f.channel_id, 'name', coalesce(ch.name, '')) from follows f left join channels ch on ch.tenant_id = f.tenant_id and ch.id = f.channel_id
  where f.tenant_id = c.tenant_id and f.canonical_id = c.id and f.channel_id is not null order by f.added_at limit 1)`

const customerItem = (ctx: Context, row: Row): CustomerItem => ({
  id: publicId(ctx, 'cus', row.id),
  name: row.name,
  alias: row.alias,
  avatar: row.avatar,
  gender: row.gender,
  kind: row.kind,
  company: row.company,
  phoneMasked: row.phone,
  tags: row.tags.map(({ id, ...tag }) => ({ id: publicId(ctx, 'tag', id), ...tag })),
  followers: row.followers.map(({ id, name, added_at, state }) => ({
    employee: { id: publicId(ctx, 'emp', id), name },
    addedAt: new Date(added_at).toISOString(),
    state,
  })),
  channel: row.channel && { id: publicId(ctx, 'cha', row.channel.id), name: row.channel.name },
  firstAddedAt: new Date(row.added_at).toISOString(),
  lastActiveAt: activeAt(row.last_active_at),
  ordersCount: row.orders_count,
  paidMinor: row.paid_minor,
  currency: row.currency ?? '',
})

/** The epoch stands for "never". */
export const activeAt = (at: Date | string): string | null => (new Date(at).getTime() > 0 ? new Date(at).toISOString() : null)
