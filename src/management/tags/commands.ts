import { sql } from 'kysely'
import { customerTagged, customerUntagged } from '#management/events.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'

export type Tagging = {
  /** manual, wecom, live_code, import, api, … */
  source: string
  at?: Date
}

/** Tagging twice is the same as once. Returns how many customers are newly tagged. */
export const tagCustomers = (ctx: Context, tagId: number, customerIds: readonly number[], { source, at }: Tagging): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const tag = await findTag(ctx, tagId)
    const { rows } = await sql<{ customerId: number }>`
      insert into customer_tags (tenant_id, customer_id, tag_id, canonical_id, source, tagged_at)
      select c.tenant_id, c.id, ${tagId}, c.canonical_id, ${source}, ${at ?? ctx.now()} from customers c
      where c.tenant_id = ${ctx.tenantId} and c.id = any(${[...customerIds]}::int[])
        and not exists (select from customer_tags t where t.tenant_id = c.tenant_id and t.tag_id = ${tagId} and t.canonical_id = c.canonical_id)
      order by c.id
      on conflict do nothing returning customer_id`.execute(ctx.db)
    for (const { customerId } of rows)
      emit(ctx, customerTagged, { customerId, ...(at ? { at } : {}), properties: { ...tag, source, by: ctx.actor.name } })
    return rows.length
  })

/** Takes the tag from these customers and everybody merged with them. Returns how many had it. */
export const untagCustomers = (ctx: Context, tagId: number, customerIds: readonly number[], { source, at }: Tagging): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const tag = await findTag(ctx, tagId)
    const { rows } = await sql<{ customerId: number; canonicalId: number }>`
      delete from customer_tags t using customers c
      where c.tenant_id = ${ctx.tenantId} and c.id = any(${[...customerIds]}::int[]) and t.tenant_id = c.tenant_id and t.canonical_id = c.canonical_id and t.tag_id = ${tagId}
      returning t.customer_id, t.canonical_id`.execute(ctx.db)
    const untagged = new Map(rows.map(({ customerId, canonicalId }) => [canonicalId, customerId]))
    for (const customerId of untagged.values())
      emit(ctx, customerUntagged, { customerId, ...(at ? { at } : {}), properties: { ...tag, source, by: ctx.actor.name } })
    return untagged.size
  })

type TagFacts = { tag: number; tagName: string; group: number; groupName: string }

async function findTag(ctx: Context, tagId: number): Promise<TagFacts> {
  const tag = await ctx.db
    .selectFrom('tags')
    .innerJoin('tagGroups', (join) => join.onRef('tagGroups.tenantId', '=', 'tags.tenantId').onRef('tagGroups.id', '=', 'tags.groupId'))
    .select(['tags.id as tag', 'tags.name as tagName', 'tagGroups.id as group', 'tagGroups.name as groupName'])
    .where('tags.tenantId', '=', ctx.tenantId)
    .where('tags.id', '=', tagId)
    .executeTakeFirst()
  if (!tag) throw notFound('tag')
  return tag
}

/** The tag of that name in the group of that name, made where missing. */
export const ensureTag = (ctx: Context, groupName: string, tagName: string): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const groupId = await ensureGroup(ctx, cleanName(groupName, 'group'))
    return ensureTagIn(ctx, groupId, cleanName(tagName, 'name'))
  })

async function ensureGroup(ctx: Context, name: string): Promise<number> {
  await sql`
    insert into tag_groups (tenant_id, name, position)
    select ${ctx.tenantId}, ${name}, coalesce(max(position) + 1, 0) from tag_groups where tenant_id = ${ctx.tenantId}
    on conflict do nothing`.execute(ctx.db)
  return (
    await ctx.db
      .selectFrom('tagGroups')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
  ).id
}

async function ensureTagIn(ctx: Context, groupId: number, name: string): Promise<number> {
  await sql`
    insert into tags (tenant_id, group_id, name, position)
    select ${ctx.tenantId}, ${groupId}, ${name}, coalesce(max(position) + 1, 0) from tags where tenant_id = ${ctx.tenantId} and group_id = ${groupId}
    on conflict do nothing`.execute(ctx.db)
  return (
    await ctx.db
      .selectFrom('tags')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('groupId', '=', groupId)
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
  ).id
}

/** WeCom's limits: 30 letters for tags, 15 for groups; ours are the wider ones. */
function cleanName(text: string, field: string): string {
  const name = text.trim()
  if (name === '' || [...name].length > 30)
    throw appError('tag.name_invalid', { message: 'A tag or group has a name of 1 to 30 letters.', field })
  return name
}
