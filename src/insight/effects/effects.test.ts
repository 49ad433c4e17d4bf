import { beforeAll, expect, test } from 'vitest'
import { createJourney } from '#operation/journeys/commands.ts'
import { JourneyInput } from '#operation/journeys/schema.ts'
import { systemActor } from '#platform/context.ts'
import { createServer } from '#platform/http/server.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { loadWorld } from '../reports/testing.ts'
import { journeyEffects } from './routes.ts'
import type { SendingEffect } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

/** A journey that two people came into, one of whom paid 30 and got 6 back. */
async function lived() {
  const ctx = await workspace.newTenant()
  const draft = { entry: { by: 'hand' }, start: null, steps: [] }
  const id = await createJourney(ctx, JourneyInput.parse({ name: '入会', draft }))
  const at = (minutes: number) => new Date(ctx.now().getTime() - 3_600_000 + minutes * 60_000).toISOString()
  const order = { order: 1, currency: 'CNY', items: 1 }
  await loadWorld(ctx, {
    events: [
      ...['a', 'b'].map((person) => ({ person, event: 'journey.entered', timestamp: at(0), properties: { journey: id } })),
      { person: 'a', event: 'order.paid', timestamp: at(5), properties: { ...order, amount: 3000 } },
      { person: 'a', event: 'order.refunded', timestamp: at(9), properties: { ...order, amount: 600, refund: 1 } },
    ],
  })
  const ask = async (method: string, path: string, body?: object, scope: 'all' | readonly number[] = 'all') => {
    const actor = { ...systemActor, permissions: new Set(['*']), scope } as typeof systemActor
    const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor }))
    app.route('/api/v1/journeys', journeyEffects)
    const headers = { 'content-type': 'application/json' }
    const answer = await app.request(`/api/v1/journeys/${publicId(ctx, 'jny', id)}/${path}`, {
      ...{ method, headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as SendingEffect & { error?: { code: string; field?: string } } }
  }
  return ask
}

test('what a journey cost stands against what it brought; where nothing was recorded nothing is said', async () => {
  const ask = await lived()
  const effect = async () => (await ask('GET', 'effect')).body
  expect(await effect()).toMatchObject({ touched: 2, net: 24, cost: null, gain: null, roi: null })
  const items = [
    { kind: 'coupons', amountMinor: 500 },
    { kind: 'labour', amountMinor: 1100 },
  ]
  expect((await ask('PUT', 'cost', { items })).body.cost).toMatchObject({ currency: 'CNY', totalMinor: 1600, items })
  expect(await effect()).toMatchObject({ cost: { totalMinor: 1600 }, gain: 8, roi: 1.5 })
  await ask('PUT', 'cost', { items: [{ kind: 'content', amountMinor: 0 }] })
  expect(await effect()).toMatchObject({ cost: { totalMinor: 0 }, gain: 24, roi: null })
  await ask('PUT', 'cost', { currency: 'USD', items })
  expect(await effect()).toMatchObject({ cost: { currency: 'USD' }, gain: null, roi: null })
  await ask('PUT', 'cost', { items: [] })
  expect((await effect()).cost).toBeNull()
})

test('costs are of everybody, so whoever sees some customers neither reads nor writes them', async () => {
  const ask = await lived()
  await ask('PUT', 'cost', { items: [{ kind: 'labour', amountMinor: 100 }] })
  expect((await ask('PUT', 'cost', { items: [] }, [1])).body.error).toMatchObject({ code: 'permission.scope' })
  expect((await ask('GET', 'effect', undefined, [1])).body).toMatchObject({ cost: null, roi: null })
})

test.each([
  [{ items: [{ kind: 'gold', amountMinor: 1 }] }, 'items.0.kind'],
  [{ items: [{ kind: 'labour', amountMinor: 1.5 }] }, 'items.0.amountMinor'],
  [{ items: [{ kind: 'labour', amountMinor: -1 }] }, 'items.0.amountMinor'],
  [{ items: [1, 2].map(() => ({ kind: 'labour', amountMinor: 1 })) }, 'items'],
  [{ currency: 'yuan', items: [] }, 'currency'],
  [{}, 'items'],
])('refuses %j and names %s', async (body, field) => {
  const ask = await lived()
  expect((await ask('PUT', 'cost', body)).body.error).toMatchObject({ code: 'request.invalid', field })
})
