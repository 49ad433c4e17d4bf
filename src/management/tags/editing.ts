import { sql } from 'kysely'
import type { z } from 'zod'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { ensureTag } from './commands.ts'
import type { NewTagGroup, TagGroupPatch } from './schema.ts'
import { tagTemplates } from './templates.ts'

export const createTagGroup = (ctx: Context, { name, order, color, tags = [] }: z.infer<typeof NewTagGroup>): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const { rows } = await sql<{ id: number }>`
      insert into tag_groups (tenant_id, name, color, position)
      select ${ctx.tenantId}, ${name}, ${color ?? null}, coalesce(${order ?? null}::int, max(position) + 1, 0) from tag_groups where tenant_id = ${ctx.tenantId}
      on conflict do nothing returning id`.execute(ctx.db)
    if (!rows[0]) throw taken('tag_group')
    for (const tag of new Set(tags)) await ensureTag(ctx, name, tag)
    return rows[0].id
  })

export const updateTagGroup = (ctx: Context, id: number, { name, order, color }: z.infer<typeof TagGroupPatch>): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { numAffectedRows } = await sql`
      update tag_groups set name = coalesce(${name ?? null}, name), position = coalesce(${order ?? null}::int, position), color = ${color === undefined ? sql`color` : color}
      where tenant_id = ${ctx.tenantId} and id = ${id}`
      .execute(ctx.db)
      .catch(refuseTaken('tag_group'))
    if (Number(numAffectedRows) === 0) throw notFound('tag_group')
  })

/** Takes its tags and their taggings with it. */
export const deleteTagGroup = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const gone = await ctx.db
      .deleteFrom('tagGroups')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('name')
      .executeTakeFirst()
    if (!gone) throw notFound('tag_group')
    await forgetMappings(ctx)
    await audit(ctx, 'tags.delete_group', ['tgr', id], { name: gone.name })
  })

export const createTag = (
  ctx: Context,
  { groupId, name, order }: { groupId: number; name: string; order?: number | undefined },
): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const group = await ctx.db
      .selectFrom('tagGroups')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', groupId)
      .executeTakeFirst()
    if (!group) throw notFound('tag_group')
    const { rows } = await sql<{ id: number }>`
      insert into tags (tenant_id, group_id, name, position)
      select ${ctx.tenantId}, ${groupId}, ${name}, coalesce(${order ?? null}::int, max(position) + 1, 0) from tags where tenant_id = ${ctx.tenantId} and group_id = ${groupId}
      on conflict do nothing returning id`.execute(ctx.db)
    if (!rows[0]) throw taken('tag')
    return rows[0].id
  })

export const updateTag = (
  ctx: Context,
  id: number,
  { name, order, groupId }: { name?: string | undefined; order?: number | undefined; groupId?: number | undefined },
): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if (
      groupId !== undefined &&
      !(await ctx.db.selectFrom('tagGroups').select('id').where('tenantId', '=', ctx.tenantId).where('id', '=', groupId).executeTakeFirst())
    )
      throw notFound('tag_group')
    const { numAffectedRows } = await sql`
      update tags set name = coalesce(${name ?? null}, name), position = coalesce(${order ?? null}::int, position), group_id = coalesce(${groupId ?? null}::int, group_id)
      where tenant_id = ${ctx.tenantId} and id = ${id}`
      .execute(ctx.db)
      .catch(refuseTaken('tag'))
    if (Number(numAffectedRows) === 0) throw notFound('tag')
  })

/** Takes its taggings with it. */
export const deleteTag = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const gone = await ctx.db
      .deleteFrom('tags')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('name')
      .executeTakeFirst()
    if (!gone) throw notFound('tag')
    await forgetMappings(ctx)
    await audit(ctx, 'tags.delete', ['tag', id], { name: gone.name })
  })

/** A corp that still shows a deleted tag names it anew instead of pointing at nothing. */
async function forgetMappings(ctx: Context): Promise<void> {
  await sql`delete from wecom_tags w where w.tenant_id = ${ctx.tenantId} and not exists (select from tags t where t.tenant_id = w.tenant_id and t.id = w.local_tag_id)`.execute(
    ctx.db,
  )
  await sql`delete from wecom_tag_groups w where w.tenant_id = ${ctx.tenantId} and not exists (select from tag_groups g where g.tenant_id = w.tenant_id and g.id = w.local_group_id)`.execute(
    ctx.db,
  )
}

/** Adds what the tenant does not have yet, in its language; what is there stays as it is. */
export const applyTemplate = (ctx: Context, templateId: string): Promise<{ tags: number }> =>
  inTransaction(ctx, async (ctx) => {
    const template = tagTemplates.find(({ id }) => id === templateId)
    if (!template) throw appError('tag_template.not_found', { status: 404, message: 'No such template.', field: 'templateId' })
    const language = await languageOf(ctx)
    let tags = 0
    for (const group of template.groups)
      for (const tag of group.tags) {
        await ensureTag(ctx, group.name[language], tag[language])
        tags++
      }
    return { tags }
  })

export const languageOf = async (ctx: Context): Promise<'zh' | 'en'> =>
  (await ctx.db.selectFrom('tenants').select('language').where('id', '=', ctx.tenantId).executeTakeFirst())?.language === 'en' ? 'en' : 'zh'

/**
 * A group that WeCom shows. Of groups that come from there WeCom's name stands; a group of ours with that name is the same
 * group and stays ours. Pass the group's id here when it is known already.
 */
export const upsertGroupFromWecom = (
  ctx: Context,
  { groupId, name, order }: { groupId?: number; name: string; order: number },
): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    if (groupId !== undefined) {
      await sql`update tag_groups g set name = ${name}, position = ${order} where tenant_id = ${ctx.tenantId} and id = ${groupId} and source = 'wecom'
        and not exists (select from tag_groups o where o.tenant_id = g.tenant_id and o.name = ${name} and o.id <> g.id)`.execute(ctx.db)
      return groupId
    }
    await sql`insert into tag_groups (tenant_id, name, position, source) values (${ctx.tenantId}, ${name}, ${order}, 'wecom') on conflict do nothing`.execute(
      ctx.db,
    )
    return (
      await ctx.db
        .selectFrom('tagGroups')
        .select('id')
        .where('tenantId', '=', ctx.tenantId)
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
    ).id
  })

/** A tag that WeCom shows, in a group from `upsertGroupFromWecom`: its name there is its name here. Returns the tag's id. */
export const upsertTagFromWecom = (
  ctx: Context,
  { tagId, groupId, name, order }: { tagId?: number; groupId: number; name: string; order: number },
): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const same = await ctx.db
      .selectFrom('tags')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('groupId', '=', groupId)
      .where('name', '=', name)
      .executeTakeFirst()
    if (same) return same.id
    if (tagId === undefined) return createTag(ctx, { groupId, name, order })
    await updateTag(ctx, tagId, { name, groupId, order })
    return tagId
  })

const taken = (noun: string) => appError(`${noun}.exists`, { status: 409, message: 'This name is taken.', field: 'name' })

const refuseTaken =
  (noun: string) =>
  (cause: unknown): never => {
    throw (cause as { code?: string }).code === '23505' ? taken(noun) : cause
  }
