import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { attributeSql } from '../segment/attribute-people.ts'
import { type Dimension, dimension, type Found } from './dimensions.ts'
import type { Sets } from './sets.ts'

type Row = { value: string | null; label?: string; count: number; baseCount: number }

/** What PostgreSQL knows of people: attributes, tags, through which channels and ways they came. */
export async function stateDimensions(sets: Sets): Promise<Dimension[]> {
  const { ctx } = sets.asking
  const [attributes, groups] = await Promise.all([
    ctx.db.selectFrom('attributes').select(['key', 'name', 'type']).where('tenantId', '=', ctx.tenantId).orderBy('position').execute(),
    ctx.db.selectFrom('tagGroups').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).orderBy('position').execute(),
  ])
  return [
    ...['gender', 'kind', 'hasPhone'].map((key) => attributeDimension(sets, key, undefined, 'text')),
    ...attributes.map(({ key, name, type }) => attributeDimension(sets, `attribute:${key}`, name, type)),
    ...groups.map(({ id, name }) => tagDimension(sets, id, name)),
    channelDimension(sets),
    dimension('touch', 'addWay', { many: true }, () => addWays(sets)),
    dimension('touch', 'path', {}, () => paths(sets)),
  ]
}

function attributeDimension(sets: Sets, key: string, name: string | undefined, type: string): Dimension {
  const property = key.replace(/^attribute:/, '')
  const value = attributeSql(property, sets.asking.moment)
  // A day of birth is a year of birth; days would be as many as people.
  const shown = type === 'date' ? sql`left(${value}, 4)` : value
  const ruleOf = (one: string | null): object =>
    one === null
      ? { attribute: { property, op: 'exists', value: false } }
      : type === 'date'
        ? {
            and: [
              { attribute: { property, op: 'gte', value: `${one}-01-01` } },
              { attribute: { property, op: 'lte', value: `${one}-12-31` } },
            ],
          }
        : { attribute: { property, op: 'eq', value: one } }
  return dimension('profile', key, name === undefined ? {} : { name }, async () =>
    (
      await count(sets, sql`select c.id, ${shown} as value from customers c where c.tenant_id = ${sets.asking.ctx.tenantId} and c.listed`)
    ).map((row) => ({
      ...row,
      rule: ruleOf(row.value),
    })),
  )
}

function tagDimension(sets: Sets, group: number, name: string): Dimension {
  const { ctx } = sets.asking
  return dimension('tags', `tag:${publicId(ctx, 'tgr', group)}`, { name, many: true }, async () => {
    const rows = await count(
      sets,
      sql`select distinct ct.canonical_id as id, tag.id::text as value, tag.name as label from tags tag
        join customer_tags ct on ct.tenant_id = tag.tenant_id and ct.tag_id = tag.id where tag.tenant_id = ${ctx.tenantId} and tag.group_id = ${group}`,
    )
    return rows.map((row) => {
      const tag = publicId(ctx, 'tag', Number(row.value))
      return { ...row, value: tag, rule: { tag: { any: [tag] } } }
    })
  })
}

/** Times of a friendship, also earlier ones. */
const times = (ctx: Context): RawBuilder<unknown> => sql`(
  select canonical_id as id, added_at, channel_id, add_way from follows where tenant_id = ${ctx.tenantId} and added_at is not null
  union all
  select c.canonical_id, f.added_at, f.channel_id, f.add_way from follow_periods f
  join customers c on c.tenant_id = f.tenant_id and c.id = f.customer_id where f.tenant_id = ${ctx.tenantId})`

function channelDimension(sets: Sets): Dimension {
  const { ctx } = sets.asking
  return dimension('touch', 'channel', { many: true }, async () => {
    const rows = await count(
      sets,
      sql`select distinct t.id, t.channel_id::text as value, coalesce(ch.name, '') as label from ${times(ctx)} t
        left join channels ch on ch.tenant_id = ${ctx.tenantId} and ch.id = t.channel_id where t.channel_id is not null`,
    )
    return rows.map((row) => {
      const channel = publicId(ctx, 'cha', Number(row.value))
      return { ...row, value: channel, rule: { follow: { state: 'ever', channels: [channel] } } }
    })
  })
}

async function addWays(sets: Sets): Promise<Found[]> {
  const rows = await count(sets, sql`select distinct t.id, t.add_way as value from ${times(sets.asking.ctx)} t where t.add_way is not null`)
  return rows.map((row) => ({ ...row, rule: { follow: { state: 'ever', addWays: [row.value ?? ''] } } }))
}

/** The channels somebody came through, one after the other; the same one again at once is one. */
async function paths(sets: Sets): Promise<Found[]> {
  const { ctx } = sets.asking
  const rows = await count(
    sets,
    sql`select id, string_agg(name, ' → ' order by added_at) as value from (
      select t.id, t.added_at, coalesce(ch.name, '—') as name, lag(t.channel_id) over (partition by t.id order by t.added_at) is distinct from t.channel_id or
        row_number() over (partition by t.id order by t.added_at) = 1 as fresh
      from ${times(ctx)} t left join channels ch on ch.tenant_id = ${ctx.tenantId} and ch.id = t.channel_id) steps where fresh group by id`,
  )
  return rows.map((row) => ({ ...row, rule: null }))
}

/** Of rows (id, value, label?) how many persons of each set stand under each value. */
async function count({ asking, of, base }: Sets, rows: RawBuilder<unknown>): Promise<Row[]> {
  const isIn = (bytes: Buffer) =>
    bytes.length === 0 ? sql`false` : sql`case when p.id < ${bytes.length * 8} then get_bit(${bytes}::bytea, p.id) = 1 else false end`
  const found = await sql<{ value: string | null; label: string | null; count: number; baseCount: number }>`
    select value, max(label) as label, count(*) filter (where ${isIn(of.bytes)}) as count, count(*) filter (where ${isIn(base.bytes)}) as base_count
    from (select q.id, q.value, to_jsonb(q) ->> 'label' as label from (${rows}) q) p group by value`.execute(asking.ctx.db)
  return found.rows.map(({ label, ...row }) => ({ ...row, ...(label === null ? {} : { label }) }))
}
