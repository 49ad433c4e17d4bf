import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { allow, body, describe, router } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { GroupTagInput, GroupTagItem, GroupTagList } from './schema.ts'
import { listGroupTags } from './tag-queries.ts'
import { createGroupTag, deleteGroupTag, renameGroupTag, type TagReaders } from './tagging.ts'

/** Scope `tenant`: a tag is the company's; whose groups somebody gives it to is asked where it is given. */
export const groupTags = (readers: TagReaders) =>
  router()
    .get('/', allow('groups.read', 'tenant'), describe('List tags of groups with how many have them', GroupTagList), async (c) =>
      c.json({ items: await listGroupTags(c.var.ctx) }),
    )
    .post('/', allow('groups.write', 'tenant'), describe('Make a tag of groups', GroupTagItem, 201), body(GroupTagInput), async (c) =>
      c.json(await itemOf(c.var.ctx, await createGroupTag(c.var.ctx, c.req.valid('json').name)), 201),
    )
    .patch('/:id', allow('groups.write', 'tenant'), describe('Rename a tag of groups', GroupTagItem), body(GroupTagInput), async (c) => {
      const id = internalId(c.var.ctx, 'gtg', c.req.param('id'))
      await renameGroupTag(c.var.ctx, id, c.req.valid('json').name)
      return c.json(await itemOf(c.var.ctx, id))
    })
    .delete('/:id', allow('groups.write', 'tenant'), describe('Delete a tag; groups lose it', undefined, 204), async (c) => {
      await deleteGroupTag(c.var.ctx, internalId(c.var.ctx, 'gtg', c.req.param('id')), readers)
      return c.body(null, 204)
    })

async function itemOf(ctx: Context, id: number): Promise<GroupTagItem> {
  const found = (await listGroupTags(ctx)).find((tag) => tag.id === publicId(ctx, 'gtg', id))
  if (!found) throw notFound('group_tag')
  return found
}
