import type { UsersOf } from '#management/uses.ts'
import { allow, body, describe, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { changeChannel, createChannel, deleteChannel } from './commands.ts'
import { listChannels, readChannel } from './queries.ts'
import { Channel, ChannelChange, ChannelList, NewChannel } from './schema.ts'

export const channels = (users: UsersOf) =>
  router()
    .get('/', allow('channels.read', 'tenant'), describe('List channels, parents before children', ChannelList), async (c) =>
      c.json({ items: await listChannels(c.var.ctx), next: null }),
    )
    .post('/', allow('channels.write', 'tenant'), describe('Add a channel', Channel, 201), body(NewChannel), async (c) =>
      c.json(await readChannel(c.var.ctx, await createChannel(c.var.ctx, c.req.valid('json'))), 201),
    )
    .get('/:id', allow('channels.read', 'tenant'), describe('Read a channel', Channel), async (c) =>
      c.json(await readChannel(c.var.ctx, internalId(c.var.ctx, 'cha', c.req.param('id')))),
    )
    .patch(
      '/:id',
      allow('channels.write', 'tenant'),
      describe('Change, move or archive a channel', Channel),
      body(ChannelChange),
      async (c) => {
        const id = internalId(c.var.ctx, 'cha', c.req.param('id'))
        await changeChannel(c.var.ctx, id, c.req.valid('json'))
        return c.json(await readChannel(c.var.ctx, id))
      },
    )
    .delete('/:id', allow('channels.write', 'tenant'), describe('Delete an unused channel', undefined, 204), async (c) => {
      await deleteChannel(c.var.ctx, internalId(c.var.ctx, 'cha', c.req.param('id')), users)
      return c.body(null, 204)
    })
