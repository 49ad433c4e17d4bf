import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '#platform/errors.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { isPublicAddress, resolveTarget } from '#platform/outbound.ts'
import { checkSignature, signBody } from '#platform/signature.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { waitAfter } from './backoff.ts'
import { createWebhook, replayDelivery } from './commands.ts'
import { deliverWebhooks, webhookConsumer } from './jobs.ts'
import { listDeliveries } from './queries.ts'

const happened = defineEvent('thing.happened', {
  title: { zh: '发生', en: 'Happened' },
  properties: z.object({ n: z.int(), order: z.int().optional() }),
})

let workspace: TestWorkspace
let answer = 200
const received: { headers: IncomingHttpHeaders; body: string }[] = []
const receiver = createServer(async (req, res) => {
  let body = ''
  for await (const chunk of req) body += chunk
  received.push({ headers: req.headers, body })
  res.writeHead(answer, answer === 302 ? { Location: 'http://127.0.0.1:1/' } : {}).end()
})

beforeAll(async () => {
  process.env.LIULIANG_ALLOW_PRIVATE_TARGETS = '1'
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [webhookConsumer])
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  receiver.close()
})

const url = () => `http://127.0.0.1:${(receiver.address() as { port: number }).port}/hook`

async function subscribed() {
  const ctx = await workspace.newTenant()
  const webhook = await createWebhook(ctx, { name: 'shop', url: url(), events: ['thing.happened'], active: true })
  const id = ctx.ids.decode(ctx.tenantId, 'whk', webhook.id) ?? 0
  return { ctx, id, secret: webhook.secret }
}

async function tell(ctx: Awaited<ReturnType<TestWorkspace['newTenant']>>) {
  await inTransaction(ctx, async (ctx) => emit(ctx, happened, { customerId: 7, properties: { n: 1, order: 5 } }))
  await consumeAll(workspace, [webhookConsumer])
}

test('a subscriber gets the event once, signed', async () => {
  const { ctx, id, secret } = await subscribed()
  received.length = 0
  answer = 200
  await tell(ctx)
  await deliverWebhooks.run(workspace)
  await deliverWebhooks.run(workspace)
  expect(received).toHaveLength(1)
  const [{ headers, body }] = received as [(typeof received)[0]]
  checkSignature([secret], String(headers['liuliang-signature']), body, new Date())
  expect(headers['liuliang-event']).toBe('thing.happened')
  expect(JSON.parse(body)).toMatchObject({
    event: 'thing.happened',
    data: { n: 1, order: expect.stringMatching(/^ord_/), customer: expect.stringMatching(/^cus_/) },
  })
  expect((await listDeliveries(ctx, id, { limit: 10 })).items[0]).toMatchObject({ state: 'delivered', attempts: 1, lastStatus: 200 })
})

test('a receiver that fails is tried again later and can be served by hand; redirects are not followed', async () => {
  const { ctx, id } = await subscribed()
  received.length = 0
  answer = 302
  await tell(ctx)
  await deliverWebhooks.run(workspace)
  const [delivery] = (await listDeliveries(ctx, id, { limit: 10 })).items
  expect(delivery).toMatchObject({ state: 'waiting', attempts: 1, lastStatus: 302 })
  answer = 200
  await replayDelivery(ctx, ctx.ids.decode(ctx.tenantId, 'del', String(delivery?.id)) ?? 0)
  await deliverWebhooks.run(workspace)
  expect((await listDeliveries(ctx, id, { limit: 10 })).items[0]).toMatchObject({ state: 'delivered' })
  expect(received).toHaveLength(2)
})

test('tries end after three days', () => {
  expect([1, 2, 3].map(waitAfter)).toEqual([10, 20, 40])
  let total = 0
  let tries = 1
  for (let wait = waitAfter(tries); wait !== undefined; wait = waitAfter(++tries)) total += wait
  expect(total).toBeGreaterThan(2.7 * 24 * 3600)
  expect(total).toBeLessThanOrEqual(3 * 24 * 3600)
})

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '169.254.169.254',
  '::1',
  '::ffff:127.0.0.1',
  'fd00::1',
  '0.0.0.0',
  '192.168.1.1',
  '172.16.0.1',
  '100.64.1.1',
  'fe80::1',
  '::ffff:7f00:1',
])('%s is no public address', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each([
  'http://127.0.0.1/',
  'http://0x7f.1/',
  'http://017700000001/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://169.254.169.254/latest',
  'http://localhost:5432/',
])('%s is refused where private targets are not allowed', async (target) => {
  delete process.env.LIULIANG_ALLOW_PRIVATE_TARGETS
  await expect(resolveTarget(target, 'url')).rejects.toMatchObject({ code: 'url.private', field: 'url' })
  process.env.LIULIANG_ALLOW_PRIVATE_TARGETS = '1'
})

test.each(['ftp://example.com/', 'gopher://x/', 'file:///etc/passwd', 'not a url', 'http://user:pass@example.com/'])(
  '%s is no target at all',
  async (target) => {
    await expect(resolveTarget(target, 'url')).rejects.toBeInstanceOf(AppError)
  },
)

test('a signature is bound to body, secret and time', () => {
  const now = new Date('2026-01-02T03:04:05Z')
  const header = signBody('s', 'body', now)
  expect(() => checkSignature(['old', 's'], header, 'body', now)).not.toThrow()
  expect(() => checkSignature(['s'], header, 'body2', now)).toThrow('fit')
  expect(() => checkSignature(['x'], header, 'body', now)).toThrow('fit')
  expect(() => checkSignature(['s'], header, 'body', new Date(now.getTime() + 301_000))).toThrow('300')
  expect(() => checkSignature(['s'], undefined, 'body', now)).toThrow('Liuliang-Signature')
})
