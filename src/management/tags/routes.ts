import { z } from 'zod'
import { requireUnused } from '#management/uses.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { allow, body, describe, router } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { applyTemplate, createTag, createTagGroup, deleteTag, deleteTagGroup, languageOf, updateTag, updateTagGroup } from './editing.ts'
import { listTagGroups, tagHealth, tagsOfGroup } from './queries.ts'
import {
  NewTag,
  NewTagGroup,
  TagGroupItem,
  TagGroupList,
  TagGroupPatch,
  TagHealth,
  TagItem,
  TagPatch,
  TagTemplateList,
  UseTemplate,
} from './schema.ts'
import { tagTemplates } from './templates.ts'
import type { TagUses } from './uses.ts'

/** `uses`: what lies above does with tags. */
export const tagGroups = (uses: TagUses) =>
  router()
    .get('/', allow('tags.read', 'tenant'), describe('List tag groups with their tags and use', TagGroupList), async (c) =>
      c.json({ items: await listTagGroups(c.var.ctx, await uses.writers(c.var.ctx)) }),
    )
    .post('/', allow('tags.write', 'tenant'), describe('Add a tag group', TagGroupItem, 201), body(NewTagGroup), async (c) => {
      const id = await createTagGroup(c.var.ctx, c.req.valid('json'))
      return c.json(await groupItem(c.var.ctx, uses, id), 201)
    })
    .patch(
      '/:id',
      allow('tags.write', 'tenant'),
      describe('Rename, colour or move a tag group', TagGroupItem),
      body(TagGroupPatch),
      async (c) => {
        const id = internalId(c.var.ctx, 'tgr', c.req.param('id'))
        await updateTagGroup(c.var.ctx, id, c.req.valid('json'))
        return c.json(await groupItem(c.var.ctx, uses, id))
      },
    )
    .delete('/:id', allow('tags.write', 'tenant'), describe('Delete a tag group with its tags', undefined, 204), async (c) => {
      const { ctx } = c.var
      const id = internalId(ctx, 'tgr', c.req.param('id'))
      await requireUnusedTags(ctx, uses, await tagsOfGroup(ctx, id))
      await deleteTagGroup(ctx, id)
      return c.body(null, 204)
    })

export const tags = (uses: TagUses) =>
  router()
    .get('/health', allow('tags.read', 'tenant'), describe('Tags that are empty, overlapping or unused', TagHealth), async (c) =>
      c.json(await tagHealth(c.var.ctx)),
    )
    .post('/', allow('tags.write', 'tenant'), describe('Add a tag', TagItem, 201), body(NewTag), async (c) => {
      const { ctx } = c.var
      const { groupId, ...tag } = c.req.valid('json')
      return c.json(await tagItem(ctx, uses, await createTag(ctx, { ...tag, groupId: internalId(ctx, 'tgr', groupId) })), 201)
    })
    .patch('/:id', allow('tags.write', 'tenant'), describe('Rename or move a tag', TagItem), body(TagPatch), async (c) => {
      const { ctx } = c.var
      const id = internalId(ctx, 'tag', c.req.param('id'))
      const { groupId, ...change } = c.req.valid('json')
      await updateTag(ctx, id, { ...change, ...(groupId === undefined ? {} : { groupId: internalId(ctx, 'tgr', groupId) }) })
      return c.json(await tagItem(ctx, uses, id))
    })
    .delete('/:id', allow('tags.write', 'tenant'), describe('Delete a tag; customers lose it', undefined, 204), async (c) => {
      const { ctx } = c.var
      const id = internalId(ctx, 'tag', c.req.param('id'))
      await requireUnusedTags(ctx, uses, [id])
      await deleteTag(ctx, id)
      return c.body(null, 204)
    })

export const tagTemplateRoutes = router()
  .get('/', allow('tags.read', 'tenant'), describe('Tag groups to start with, by industry', TagTemplateList), async (c) => {
    const language = await languageOf(c.var.ctx)
    return c.json({
      items: tagTemplates.map(({ id, name, groups }) => ({
        id,
        name: name[language],
        groups: groups.map((group) => ({ name: group.name[language], tags: group.tags.map((tag) => tag[language]) })),
      })),
    })
  })
  .post(
    '/',
    allow('tags.write', 'tenant'),
    describe('Add the groups and tags of a template', z.object({ tags: z.int() }), 201),
    body(UseTemplate),
    async (c) => c.json(await applyTemplate(c.var.ctx, c.req.valid('json').templateId), 201),
  )

/** A tag that something writes or reads stays until that lets go of it. */
async function requireUnusedTags(ctx: Context, uses: TagUses, tags: readonly number[]): Promise<void> {
  if (tags.length > 0) requireUnused('tag.in_use', await uses.users(ctx, { tags: tags.map((tag) => publicId(ctx, 'tag', tag)) }))
}

async function groupItem(ctx: Context, uses: TagUses, id: number): Promise<z.infer<typeof TagGroupItem>> {
  const found = (await listTagGroups(ctx, await uses.writers(ctx))).find((group) => group.id === publicId(ctx, 'tgr', id))
  if (!found) throw notFound('tag_group')
  return found
}

async function tagItem(ctx: Context, uses: TagUses, id: number): Promise<z.infer<typeof TagItem>> {
  const found = (await listTagGroups(ctx, await uses.writers(ctx)))
    .flatMap((group) => group.tags)
    .find((tag) => tag.id === publicId(ctx, 'tag', id))
  if (!found) throw notFound('tag')
  return found
}
