import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { fileHeaders } from '#platform/http/upload.ts'
import { internalId } from '#platform/ids.ts'
import { changeGroupCode, createGroupCode, deleteGroupCode, retryGroupCode } from './commands.ts'
import { groupCodePicture, listGroupCodes, readGroupCode } from './queries.ts'
import { GroupCode, GroupCodeChange, GroupCodeInput, GroupCodeList, GroupCodeQuery } from './schema.ts'

const PictureQuery = z.object({ download: z.stringbool().optional() })

export const groupCodes = router()
  .get(
    '/',
    allow('groups.read', 'tenant'),
    describe('List codes into groups, newest first', GroupCodeList),
    query(GroupCodeQuery),
    async (c) => c.json(await listGroupCodes(c.var.ctx, c.req.valid('query'))),
  )
  .post('/', allow('groups.write', 'tenant'), describe('Make a code into groups', GroupCode, 201), body(GroupCodeInput), async (c) =>
    c.json(await readGroupCode(c.var.ctx, await createGroupCode(c.var.ctx, c.req.valid('json'))), 201),
  )
  .get('/:id', allow('groups.read', 'tenant'), describe('Read a code into groups', GroupCode), async (c) =>
    c.json(await readGroupCode(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))),
  )
  .patch(
    '/:id',
    allow('groups.write', 'tenant'),
    describe('Change a code into groups; what is absent stays', GroupCode),
    body(GroupCodeChange),
    async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      await changeGroupCode(c.var.ctx, id, c.req.valid('json'))
      return c.json(await readGroupCode(c.var.ctx, id))
    },
  )
  .delete('/:id', allow('groups.write', 'tenant'), describe('Delete a code; printed ones stop working', undefined, 204), async (c) => {
    await deleteGroupCode(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))
    return c.body(null, 204)
  })
  .post('/:id/sync', allow('groups.write', 'tenant'), describe('Ask WeCom again', GroupCode), async (c) => {
    const id = idOf(c.var.ctx, c.req.param('id'))
    await retryGroupCode(c.var.ctx, id)
    return c.json(await readGroupCode(c.var.ctx, id))
  })
  .get('/:id/image', allow('groups.read', 'tenant'), describe('The picture of the code'), query(PictureQuery), async (c) => {
    const { name, contentType, bytes } = await groupCodePicture(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))
    const headers = fileHeaders(name, contentType, bytes.length)
    const way = c.req.valid('query').download ? 'attachment' : 'inline'
    const disposition = String(headers['Content-Disposition']).replace(/^(inline|attachment)/, way)
    return c.body(new Uint8Array(bytes), 200, { ...headers, 'Content-Disposition': disposition, 'Cache-Control': 'private, no-cache' })
  })

const idOf = (ctx: Context, text: string): number => internalId(ctx, 'gco', text)
