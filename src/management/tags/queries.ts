import { sql } from 'kysely'
import type { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import type { TagGroupItem, TagHealth } from './schema.ts'
import type { TagUses } from './uses.ts'

type Writers = Awaited<ReturnType<TagUses['writers']>>

type Row = {
  id: number
  name: string
  position: number
  source: string
  color: string | null
  tags: { id: number; name: string; position: number; customers: number }[]
}

/** All groups with their tags, how many customers have each and who writes it; merged customers count once. */
export async function listTagGroups(ctx: Context, writers: Writers = new Map()): Promise<TagGroupItem[]> {
  const { rows } = await sql<Row>`
    with used as (select tag_id, count(distinct canonical_id) as customers from customer_tags where tenant_id = ${ctx.tenantId} group by tag_id)
    select g.id, g.name, g.position, g.source, g.color,
      coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'position', t.position, 'customers', coalesce(u.customers, 0)) order by t.position, t.id) filter (where t.id is not null), '[]') as tags
    from tag_groups g
    left join tags t on t.tenant_id = g.tenant_id and t.group_id = g.id
    left join used u on u.tag_id = t.id
    where g.tenant_id = ${ctx.tenantId} group by g.id, g.name, g.position, g.source, g.color order by g.position, g.id`.execute(ctx.db)
  return rows.map((row) => ({
    id: publicId(ctx, 'tgr', row.id),
    name: row.name,
    order: row.position,
    source: row.source === 'wecom' ? 'wecom' : 'local',
    color: row.color,
    tags: row.tags.map((tag) => ({
      id: publicId(ctx, 'tag', tag.id),
      name: tag.name,
      order: tag.position,
      customers: tag.customers,
      writtenBy: [...(writers.get(tag.id) ?? [])],
    })),
  }))
}

export async function tagsOfGroup(ctx: Context, group: number): Promise<number[]> {
  const rows = await ctx.db.selectFrom('tags').select('id').where('tenantId', '=', ctx.tenantId).where('groupId', '=', group).execute()
  return rows.map(({ id }) => id)
}

/** Which of these are there still. */
export async function existingTags(ctx: Context, tags: readonly number[]): Promise<ReadonlySet<number>> {
  if (tags.length === 0) return new Set()
  const rows = await ctx.db
    .selectFrom('tags')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', 'in', [...tags])
    .execute()
  return new Set(rows.map(({ id }) => id))
}

const unusedDays = 90
const overlap = 0.9

type Told = { id: number; name: string; group: string; customers: number; lastTaggedAt: Date | null }

/** What makes tags rot, counted exactly over everybody. */
export async function tagHealth(ctx: Context): Promise<z.infer<typeof TagHealth>> {
  const [tags, pairs] = await Promise.all([readTags(ctx), overlappingPairs(ctx)])
  const byId = new Map(tags.map((tag) => [tag.id, tag]))
  const since = new Date(ctx.now().getTime() - unusedDays * 86_400_000)
  const told = ({ id, name, group, customers }: Told) => ({ id: publicId(ctx, 'tag', id), name, group, customers })
  return {
    empty: tags.filter(({ customers }) => customers === 0).map(told),
    overlapping: pairs.flatMap(({ first, second, both }) => {
      const [a, b] = [byId.get(first), byId.get(second)]
      return a && b ? [{ first: told(a), second: told(b), both, share: both / (a.customers + b.customers - both) }] : []
    }),
    unused: tags
      .filter(({ customers, lastTaggedAt }) => customers > 0 && lastTaggedAt !== null && lastTaggedAt < since)
      .map((tag) => ({ ...told(tag), lastTaggedAt: tag.lastTaggedAt?.toISOString() ?? null })),
  }
}

async function readTags(ctx: Context): Promise<Told[]> {
  const { rows } = await sql<Told>`
    select t.id, t.name, g.name as group, count(distinct ct.canonical_id) as customers, max(ct.tagged_at) as last_tagged_at
    from tags t join tag_groups g on g.tenant_id = t.tenant_id and g.id = t.group_id
    left join customer_tags ct on ct.tenant_id = t.tenant_id and ct.tag_id = t.id
    where t.tenant_id = ${ctx.tenantId} group by t.id, t.name, g.name, g.position, t.position order by g.position, t.position, t.id`.execute(
    ctx.db,
  )
  return rows
}

/** Pairs whose common customers are more than nine in ten of those who have either. */
async function overlappingPairs(ctx: Context): Promise<{ first: number; second: number; both: number }[]> {
  const { rows } = await sql<{ first: number; second: number; both: number }>`
    with had as materialized (select distinct tag_id, canonical_id from customer_tags where tenant_id = ${ctx.tenantId}),
    sizes as (select tag_id, count(*) as size from had group by tag_id),
    pairs as (
      select a.tag_id as first, b.tag_id as second, count(*) as both
      from had a join had b on a.canonical_id = b.canonical_id and a.tag_id < b.tag_id group by 1, 2
    )
    select p.first, p.second, p.both from pairs p join sizes x on x.tag_id = p.first join sizes y on y.tag_id = p.second
    where p.both > ${overlap}::numeric * (x.size + y.size - p.both) order by p.both desc, p.first, p.second limit 500`.execute(ctx.db)
  return rows
}
