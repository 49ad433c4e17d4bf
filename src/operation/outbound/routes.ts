import type { z } from 'zod'
import { visibleCanonical } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { changeConsent, readConsent } from './consents.ts'
import { changePolicy, readPolicy } from './policy.ts'
import { countSends, listSends, listStops, showPolicy } from './queries.ts'
import {
  ConsentInput,
  ConsentView,
  PolicyPatch,
  PolicyView,
  SendCountQuery,
  SendCounts,
  SendList,
  SendQuery,
  StopInput,
  StopList,
  StopLook,
} from './schema.ts'
import { countMet, liftStop, type StopScope, stopSends } from './stops.ts'

export const outbound = router()
  .get('/policy', allow('messages.read', 'tenant'), describe('The rules that every message is held to', PolicyView), async (c) =>
    c.json(await showPolicy(c.var.ctx)),
  )
  .patch('/policy', allow('settings.write', 'tenant'), describe('Change the rules', PolicyView), body(PolicyPatch), async (c) => {
    await changePolicy(c.var.ctx, given(c.req.valid('json')))
    return c.json(await showPolicy(c.var.ctx))
  })
  .get(
    '/sends',
    allow('messages.read', 'follow'),
    describe('Every message with its decision and reason', SendList),
    query(SendQuery),
    async (c) => c.json(await listSends(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    '/sends/counts',
    allow('messages.read', 'follow'),
    describe('What became of a journey’s messages, or of one step’s', SendCounts),
    query(SendCountQuery),
    async (c) => c.json({ items: await countSends(c.var.ctx, c.req.valid('query')), next: null }),
  )
  .get('/stops', allow('messages.read', 'tenant'), describe('Emergency stops, those that stand first', StopList), async (c) =>
    c.json({ items: await listStops(c.var.ctx), next: null }),
  )
  .post('/stops', allow('messages.stop', 'tenant'), describe('Stop every send at once', StopList, 201), body(StopInput), async (c) => {
    const { what, why } = c.req.valid('json')
    await stopSends(c.var.ctx, scopeOf(c.var.ctx, what), why)
    return c.json({ items: await listStops(c.var.ctx), next: null }, 201)
  })
  .post(
    '/stops/preview',
    allow('messages.stop', 'tenant'),
    describe('What a stop would meet now; changes nothing', StopLook),
    body(StopInput.pick({ what: true })),
    async (c) => c.json(await countMet(c.var.ctx, scopeOf(c.var.ctx, c.req.valid('json').what))),
  )
  .delete('/stops/:id', allow('messages.stop', 'tenant'), describe('Lift a stop', StopList), async (c) => {
    await liftStop(c.var.ctx, internalId(c.var.ctx, 'stp', c.req.param('id')))
    return c.json({ items: await listStops(c.var.ctx), next: null })
  })
  .get('/consents/:customer', allow('customers.read', 'follow'), describe('What a customer agreed to', ConsentView), async (c) =>
    c.json(await showConsent(c.var.ctx, internalId(c.var.ctx, 'cus', c.req.param('customer')))),
  )
  .put(
    '/consents/:customer',
    allow('customers.write', 'follow'),
    describe('Note what a customer agreed to or declined', ConsentView),
    body(ConsentInput),
    async (c) => {
      const customer = internalId(c.var.ctx, 'cus', c.req.param('customer'))
      await changeConsent(c.var.ctx, customer, { purpose: 'marketing', ...c.req.valid('json') })
      return c.json(await showConsent(c.var.ctx, customer))
    },
  )

function scopeOf(ctx: Context, what: z.infer<typeof StopInput>['what']): StopScope {
  if (what.scope === 'company') return what
  if (what.scope === 'corp') return { scope: 'corp', corp: internalId(ctx, 'cor', what.corpId) }
  if (what.journeyId !== undefined) return { scope: 'source', kind: 'journey', id: internalId(ctx, 'jny', what.journeyId) }
  return { scope: 'source', kind: 'message', id: internalId(ctx, 'msg', what.messageId ?? '') }
}

async function showConsent(ctx: Context, customer: number) {
  const customerId = await visibleCanonical(ctx, customer)
  const [said, { consentDefault }] = await Promise.all([readConsent(ctx, customerId, 'marketing'), readPolicy(ctx)])
  return {
    purpose: 'marketing' as const,
    said: said?.allowed ?? null,
    allowed: said?.allowed ?? consentDefault === 'allowed',
    source: said?.source ?? null,
    at: said?.at.toISOString() ?? null,
  }
}

/** Without what was not said. */
const given = <T extends object>(patch: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
