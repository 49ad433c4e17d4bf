import { allow, body, describe, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { createApiKey, deleteApiKey } from './commands.ts'
import { getApiKey, listApiKeys } from './queries.ts'
import { ApiKeys, CreatedApiKey, NewApiKey } from './schema.ts'

export const apiKeys = router()
  .get('/', allow('api_keys.read', 'tenant'), describe('List API keys', ApiKeys), async (c) =>
    c.json({ items: await listApiKeys(c.var.ctx), next: null }),
  )
  .post(
    '/',
    allow('api_keys.write', 'tenant'),
    describe('Make an API key; it is shown once', CreatedApiKey, 201),
    body(NewApiKey),
    async (c) => {
      const { expiresAt, ...given } = c.req.valid('json')
      const { id, key } = await createApiKey(c.var.ctx, { ...given, expiresAt: expiresAt ? new Date(expiresAt) : undefined })
      return c.json({ ...(await getApiKey(c.var.ctx, id)), key }, 201)
    },
  )
  .delete('/:id', allow('api_keys.write', 'tenant'), describe('Delete an API key; it stops working', undefined, 204), async (c) => {
    await deleteApiKey(c.var.ctx, internalId(c.var.ctx, 'api', c.req.param('id')))
    return c.body(null, 204)
  })
