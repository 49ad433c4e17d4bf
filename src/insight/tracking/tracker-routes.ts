import { cors } from 'hono/cors'
import { callerOfKey } from '#management/team/authenticate.ts'
import { createContext } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { parseJson } from '#platform/http/json.ts'
import { allow, describe, router } from '#platform/http/router.ts'
import { eventsAccepted } from '#platform/operations/metrics.ts'
import { receiveEvents } from './commands.ts'
import { EventsReceipt } from './schema.ts'
import { writerOf } from './writer.ts'

/**
 * The door for pages of the company, which lie on other addresses and cannot keep a secret: a public write key in the
 * address, any content type (`navigator.sendBeacon` sends text), and nothing but events.
 */
export const tracker = (declared: readonly EventDefinition[]) => {
  const reserved = new Set(declared.map(({ name }) => name))
  return router()
    .use(cors({ origin: '*', allowMethods: ['POST'], allowHeaders: ['Content-Type', 'Content-Encoding', 'Authorization'], maxAge: 86_400 }))
    .post(
      '/e',
      allow('events.write', 'public'),
      describe('Send behaviour events with a public key: /t/e?key=…', EventsReceipt, 202),
      async (c) => {
        const { installation, requestId } = c.var
        const key = c.req.query('key') ?? c.req.header('authorization')?.replace(/^Bearer +/i, '') ?? ''
        const caller = await callerOfKey(installation, key)
        if (!caller) throw appError('api_key.invalid', { status: 401, message: 'This key is unknown, expired or deleted.', field: 'key' })
        const ctx = createContext(installation, caller.tenantId, caller.actor, requestId)
        const receipt = await receiveEvents(ctx, writerOf(installation), c.var.json ?? parseJson(await c.req.text()), reserved)
        eventsAccepted.inc(receipt.accepted)
        return c.json(receipt, 202)
      },
    )
}
