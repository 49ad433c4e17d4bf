import { z } from 'zod'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { changeWebhook, createWebhook, deleteWebhook, replayDelivery, testWebhook } from './commands.ts'
import { findWebhook, listDeliveries, listWebhooks, readDelivery } from './queries.ts'
import { DeliveryDetails, DeliveryList, NewWebhook, Webhook, WebhookBody, WebhookList, WebhookPatch } from './schema.ts'

const Page = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().optional() })

export const webhooks = router()
  .get('/webhooks', allow('webhooks.read', 'tenant'), describe('List webhooks', WebhookList), async (c) =>
    c.json({ items: await listWebhooks(c.var.ctx), next: null }),
  )
  .post(
    '/webhooks',
    allow('webhooks.write', 'tenant'),
    describe('Add a webhook; the secret is said once', NewWebhook, 201),
    body(WebhookBody),
    async (c) => c.json(await createWebhook(c.var.ctx, c.req.valid('json')), 201),
  )
  .patch('/webhooks/:id', allow('webhooks.write', 'tenant'), describe('Change a webhook', Webhook), body(WebhookPatch), async (c) =>
    c.json(await changeWebhook(c.var.ctx, internalId(c.var.ctx, 'whk', c.req.param('id')), c.req.valid('json'))),
  )
  .delete('/webhooks/:id', allow('webhooks.write', 'tenant'), describe('Remove a webhook and its deliveries'), async (c) => {
    await deleteWebhook(c.var.ctx, internalId(c.var.ctx, 'whk', c.req.param('id')))
    return c.body(null, 204)
  })
  .post('/webhooks/:id/test', allow('webhooks.write', 'tenant'), describe('Send a trial event to a webhook'), async (c) => {
    await testWebhook(c.var.ctx, internalId(c.var.ctx, 'whk', c.req.param('id')))
    return c.body(null, 202)
  })
  .get(
    '/webhooks/:id/deliveries',
    allow('webhooks.read', 'tenant'),
    describe('Deliveries, newest first', DeliveryList),
    query(Page),
    async (c) => {
      const id = internalId(c.var.ctx, 'whk', c.req.param('id'))
      await findWebhook(c.var.ctx, id)
      return c.json(await listDeliveries(c.var.ctx, id, c.req.valid('query')))
    },
  )
  .get(
    '/webhook-deliveries/:id',
    allow('webhooks.read', 'tenant'),
    describe('Read a delivery with what it says', DeliveryDetails),
    async (c) => c.json(await readDelivery(c.var.ctx, internalId(c.var.ctx, 'del', c.req.param('id')))),
  )
  .post('/webhook-deliveries/:id/replay', allow('webhooks.write', 'tenant'), describe('Send a delivery again'), async (c) => {
    await replayDelivery(c.var.ctx, internalId(c.var.ctx, 'del', c.req.param('id')))
    return c.body(null, 202)
  })
