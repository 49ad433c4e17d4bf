import { beforeAll, describe, expect, test } from 'vitest'
import { enterOrder } from '#conversion/orders/commands.ts'
import { OrderBody } from '#conversion/orders/schema.ts'
import { identify } from '#management/identity/commands.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { createJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { createMessage } from '#operation/messages/commands.ts'
import { MessageInput } from '#operation/messages/schema.ts'
import { assignTasks } from '#operation/tasks/commands.ts'
import { type Context, systemActor } from '#platform/context.ts'
import { createServer } from '#platform/http/server.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { searching } from './routes.ts'
import type { Hit } from './schema.ts'

let workspace: TestWorkspace
let ctx: Context
let linxi: number

beforeAll(async () => {
  workspace = await openTestWorkspace()
  ctx = await workspace.newTenant()
  linxi = await identify(ctx, [{ kind: 'phone', value: '13800001111' }], { name: '林溪' })
  await identify(ctx, [{ kind: 'member_no', value: 'M2' }], { name: '周林' })
  await ensureTag(ctx, '来源', '林间小店')
  await enterOrder(
    ctx,
    OrderBody.parse({
      orderNo: 'LX20260301001',
      status: 'paid',
      currency: 'CNY',
      createdAt: '2026-03-01T00:00:00Z',
      paidAt: '2026-03-01T00:00:00Z',
      updatedAt: '2026-03-01T00:00:00Z',
      buyer: { phone: '13800001111' },
      lines: [{ lineNo: 1, productCode: 'TEA', title: '龙井', quantity: 1, unitPrice: '10.00' }],
    }),
  )
})

async function find(q: string, actor: Partial<Context['actor']> = {}, tenantId = ctx.tenantId): Promise<Hit[]> {
  const app = createServer(workspace, async () => ({ tenantId, actor: { ...systemActor, ...actor } }))
  app.route('/api/v1/search', searching)
  const answer = await app.request(`/api/v1/search?q=${encodeURIComponent(q)}`)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { items: Hit[] }).items
}

const namesOf = (hits: Hit[], kind: Hit['kind']) => hits.filter((hit) => hit.kind === kind).map(({ name }) => name)

describe('search', () => {
  test('finds people and tags by a piece of their names', async () => {
    const hits = await find('林')
    expect(namesOf(hits, 'customer').sort()).toEqual(['周林', '林溪'])
    expect(namesOf(hits, 'tag')).toEqual(['林间小店'])
    expect(hits.find(({ name }) => name === '林溪')?.id).toBe(publicId(ctx, 'cus', linxi))
  })

  test('finds what is being done: open tasks, campaigns, journeys and messages', async () => {
    await assignTasks(ctx, [{ key: 'find', kind: 'todo', title: '给林间小店补货', customerId: linxi, source: { kind: 'hand', id: 0 } }])
    await createJourney(ctx, { name: '林间迎新', note: '', draft: Definition.parse({ entry: { by: 'hand' } }) })
    const content = { text: '上新', attachments: [] }
    await createMessage(ctx, MessageInput.parse({ name: '林间上新', to: { whom: 'customers', audience: {} }, content }))
    const hits = (await find('林间')).filter(({ kind }) => kind !== 'tag')
    expect(hits.map(({ kind, name, note }) => [kind, name, note])).toEqual([
      ['task', '给林间小店补货', '林溪'],
      ['journey', '林间迎新', null],
      ['message', '林间上新', systemActor.name],
    ])
    const without = await find('林间', { permissions: new Set(['tasks.read']), scope: [999] })
    expect(without).toEqual([])
  })

  test('finds a person and their orders by the whole phone, and an order by the beginning of its number', async () => {
    expect(namesOf(await find('13800001111'), 'customer')).toEqual(['林溪'])
    expect(await find('LX2026')).toMatchObject([{ kind: 'order', name: 'LX20260301001', note: '林溪 · 龙井' }])
  })

  test('looks up only what the asker may see', async () => {
    expect((await find('林', { permissions: new Set(['tags.read']) })).map(({ kind }) => kind)).toEqual(['tag'])
    expect(namesOf(await find('林', { kind: 'employee', id: 1, scope: [1] }), 'customer')).toEqual([])
    expect(await find('林', { permissions: new Set() })).toEqual([])
  })

  test('never leaves the company', async () => {
    expect(await find('林', {}, (await workspace.newTenant()).tenantId)).toEqual([])
  })

  test('takes signs of patterns as letters', async () => {
    for (const q of ['%', '_', "'", '\\', '林%']) expect(namesOf(await find(q), 'tag')).toEqual([])
  })

  test('without words is refused', async () => {
    const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor: systemActor }))
    app.route('/api/v1/search', searching)
    expect((await app.request('/api/v1/search?q=%20')).status).toBe(400)
  })
})
