import { sql } from 'kysely'
import type { z } from 'zod'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { ensureTag } from './commands.ts'
import { noteTagEdits } from './corp-tags.ts'
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
    await noteTagEdits(ctx)
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
    await noteTagEdits(ctx)
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
    await noteTagEdits(ctx)
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
    await noteTagEdits(ctx)
    await audit(ctx, 'tags.delete', ['tag', id], { name: gone.name })
  })

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
 * A group that WeCom shows. A group here with that name is the same one; the group known so far (`groupId`) gets the new name
 * unless another one has it. Returns which group it is.
 */
export const upsertGroupFromWecom = (
  ctx: Context,
  { groupId, name, order }: { groupId?: number | undefined; name: string; order: number },
): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const named = () =>
      ctx.db.selectFrom('tagGroups').select('id').where('tenantId', '=', ctx.tenantId).where('name', '=', name).executeTakeFirst()
    const same = await named()
    if (same) return same.id
    if (groupId !== undefined) {
      await updateTagGroup(ctx, groupId, { name })
      return groupId
    }
    await sql`insert into tag_groups (tenant_id, name, position, source) values (${ctx.tenantId}, ${name}, ${order}, 'wecom') on conflict do nothing`.execute(
      ctx.db,
    )
    return (await named())?.id ?? 0
  })

/** A tag that WeCom shows, in a group from `upsertGroupFromWecom`: its name there is its name here. Returns the tag's id. */
export const upsertTagFromWecom = (
  ctx: Context,
  { tagId, groupId, name, order }: { tagId?: number | undefined; groupId: number; name: string; order: number },
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
    await updateTag(ctx, tagId, { name, groupId })
    return tagId
  })

const taken = (noun: string) => appError(`${noun}.exists`, { status: 409, message: 'This name is taken.', field: 'name' })

const refuseTaken =
  (noun: string) =>
  (cause: unknown): never => {
    throw (cause as { code?: string }).code === '23505' ? taken(noun) : cause
  }
