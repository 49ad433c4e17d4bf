import { createHmac } from 'node:crypto'
import { Hono } from 'hono'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startFollow } from '#management/customers/commands.ts'
import { type Actor, type Context, systemActor } from '#platform/context.ts'
import { createServer } from '#platform/http/server.ts'
import { internalId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { orderHooks, orders, shops } from './routes.ts'

let workspace: TestWorkspace
let ctx: Context
let actor: Actor

beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(async () => {
  workspace.setNow('2026-03-01T08:00:00Z')
  ctx = await workspace.newTenant()
  actor = { ...systemActor, kind: 'employee', id: 1 }
})

// biome-ignore lint/suspicious/noExplicitAny: tests say by their expectations what the answer is.
type Answer = { status: number; body: any }

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor }))
  app.route('/', new Hono().route('/orders', orders).route('/shops', shops).route('/hooks/orders', orderHooks))
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await app.request(path, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: text }),
  })
  const answer = await response.text()
  return { status: response.status, body: answer ? JSON.parse(answer) : undefined }
}

const order = (change: object = {}) => ({
  orderNo: 'A1',
  status: 'paid',
  currency: 'CNY',
  createdAt: '2026-02-01T10:00:00Z',
  paidAt: '2026-02-01T10:05:00Z',
  updatedAt: '2026-02-01T10:05:00Z',
  buyer: { phone: '13800138000', name: '王小明' },
  lines: [
    { lineNo: '1', productCode: 'P1', title: '白茶', quantity: 2, unitPrice: '49.995', paid: '99.99' },
    { lineNo: '2', productCode: 'P2', title: '茶杯', quantity: 1, unitPrice: '30' },
  ],
  ...change,
})

const told = async () =>
  (
    await workspace.databases.system
      .selectFrom('eventLog')
      .select(['name', 'properties'])
      .where('tenantId', '=', ctx.tenantId)
      .where('name', 'like', 'order.%')
      .orderBy('seq')
      .execute()
  ).map(({ name, properties }) => [name, (properties as { amount: number }).amount])

const enter = async (change: object = {}): Promise<string> => (await call('POST', '/orders', order(change))).body.id

describe('orders by hand', () => {
  test('are paid at once, belong to their buyer, and tell it', async () => {
    const made = await call('POST', '/orders', order())
    expect(made).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^ord_/), customer: expect.stringMatching(/^cus_/) } })
    const found = await call('GET', `/orders/${made.body.id}`)
    expect(found.body).toMatchObject({
      orderNo: 'A1',
      status: 'paid',
      paidMinor: 12_999,
      currency: 'CNY',
      customer: { name: '王小明' },
      quantity: 3,
      lines: [
        { lineNo: '1', unitPrice: '49.995', amountMinor: 9999, paidMinor: 9999 },
        { lineNo: '2', amountMinor: 3000 },
      ],
    })
    expect(await told()).toEqual([['order.paid', 12_999]])
    expect(await call('POST', '/orders', order())).toMatchObject({
      status: 409,
      body: { error: { code: 'order.exists', field: 'orderNo' } },
    })
    expect(await told()).toHaveLength(1)
  })

  test('ill values are refused with their field, and nothing is stored half', async () => {
    const line = (change: object) => order({ lines: [{ lineNo: '1', productCode: 'P', quantity: 1, unitPrice: '1', ...change }] })
    const ill: [object, string][] = [
      [line({ unitPrice: 1 }), 'lines.0.unitPrice'],
      [line({ unitPrice: '1e400' }), 'lines.0.unitPrice'],
      [line({ unitPrice: '-1' }), 'lines.0.unitPrice'],
      [line({ unitPrice: 'NaN' }), 'lines.0.unitPrice'],
      [line({ unitPrice: '9200000000000000000' }), 'lines.0.unitPrice'],
      [line({ quantity: 1e9 }), 'lines.0.quantity'],
      [line({ quantity: 0 }), 'lines.0.quantity'],
      [line({ quantity: -1 }), 'lines.0.quantity'],
      [line({ discount: '2' }), 'lines.0.discount'],
      [line({ productCode: '' }), 'lines.0.productCode'],
      [order({ lines: [] }), 'lines'],
      [order({ currency: 'yuan' }), 'currency'],
      [order({ createdAt: '2026-02-30T00:00:00Z' }), 'createdAt'],
      [order({ buyer: { phone: 'call me' } }), 'buyer.phone'],
      [order({ orderNo: ' ' }), 'orderNo'],
    ]
    for (const [body, field] of ill) {
      const answer = await call('POST', '/orders', body)
      expect([answer.status, answer.body.error?.field], JSON.stringify(body).slice(0, 300)).toEqual([400, field])
    }
    expect((await call('GET', '/orders')).body).toMatchObject({ items: [], total: 0 })
    expect(await told()).toEqual([])
  })
})

describe('refunds', () => {
  test('by line or of the whole, never more than was paid', async () => {
    const id = await enter()
    const refund = (body: object) => call('POST', `/orders/${id}/refunds`, body)
    expect(await refund({ amountMinor: 1000, lines: [{ lineNo: '2', amountMinor: 1000 }], reason: '破损' })).toMatchObject({ status: 201 })
    expect(await refund({ amountMinor: 2500, lines: [{ lineNo: '2', amountMinor: 2500 }] })).toMatchObject({
      status: 409,
      body: { error: { code: 'refund.too_much', field: 'lines.0.amountMinor' } },
    })
    expect(await refund({ amountMinor: 500, lines: [{ lineNo: '2', amountMinor: 400 }] })).toMatchObject({
      status: 400,
      body: { error: { code: 'refund.lines_differ' } },
    })
    expect(await refund({ amountMinor: 1, lines: [{ lineNo: '9', amountMinor: 1 }] })).toMatchObject({
      status: 400,
      body: { error: { field: 'lines.0.lineNo' } },
    })
    expect(await refund({ amountMinor: 12_000 })).toMatchObject({
      status: 409,
      body: { error: { code: 'refund.too_much', field: 'amountMinor' } },
    })
    expect(await refund({ amountMinor: 11_999 })).toMatchObject({ status: 201 })
    expect((await call('GET', `/orders/${id}`)).body).toMatchObject({
      refundedMinor: 12_999,
      lines: [{ refundedMinor: 0 }, { refundedMinor: 1000 }],
      refunds: [{ amountMinor: 1000, reason: '破损' }, { amountMinor: 11_999 }],
    })
    expect(await told()).toEqual([
      ['order.paid', 12_999],
      ['order.refunded', 1000],
      ['order.refunded', 11_999],
    ])
    expect((await call('GET', '/orders/totals')).body).toMatchObject({ paidMinor: 12_999, refundedMinor: 12_999, netMinor: 0, refunds: 2 })
  })

  test('at the same moment two refunds cannot take back more than there is', async () => {
    const id = await enter()
    const answers = await Promise.all(Array.from({ length: 6 }, () => call('POST', `/orders/${id}/refunds`, { amountMinor: 5000 })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409])
  })

  test('an order that was not paid has nothing to give back', async () => {
    const id = await enter({ status: 'unpaid', paidAt: null })
    expect(await call('POST', `/orders/${id}/refunds`, { amountMinor: 1 })).toMatchObject({
      status: 409,
      body: { error: { code: 'refund.not_paid' } },
    })
    expect(await told()).toEqual([['order.placed', 12_999]])
  })
})

describe('the list', () => {
  test('filters, searches, sorts and pages', async () => {
    for (let n = 1; n <= 7; n++)
      await enter({
        orderNo: `N${n}`,
        paidAt: `2026-02-0${n}T20:00:00Z`,
        createdAt: `2026-02-0${n}T10:00:00Z`,
        status: n === 7 ? 'completed' : 'paid',
        buyer: n % 2 ? { memberNo: 'odd' } : null,
        lines: [{ lineNo: '1', productCode: n > 5 ? 'late' : 'early', title: `货${n}`, quantity: 1, unitPrice: String(n) }],
      })
    const list = async (query: Record<string, string>) => (await call('GET', `/orders?${new URLSearchParams(query)}`)).body
    const numbers = async (query: Record<string, string>) =>
      (await list(query)).items.map((one: { orderNo: string }) => one.orderNo).join(' ')
    const where = (filter: object) => numbers({ filter: JSON.stringify(filter), sort: 'paidAt' })
    expect(await numbers({})).toBe('N7 N6 N5 N4 N3 N2 N1')
    expect(await numbers({ sort: '-paidMinor', limit: '2' })).toBe('N7 N6')
    expect(await where({ and: [{ status: { in: ['completed'] } }] })).toBe('N7')
    expect(await where({ product: { in: ['late'] } })).toBe('N6 N7')
    expect(await where({ anonymous: { eq: true } })).toBe('N2 N4 N6')
    expect(await where({ paidMinor: { gte: 300, lt: 500 } })).toBe('N3 N4')
    // Half past eight in the evening in London is the next day in Shanghai.
    expect(await where({ paidAt: { gte: '2026-02-03', lte: '2026-02-04' } })).toBe('N2 N3')
    expect(await where({ or: [{ not: { paidMinor: { gt: 100 } } }, { paidMinor: { eq: 500 } }] })).toBe('N1 N5')
    expect(await numbers({ q: 'N3' })).toBe('N3')
    expect(await numbers({ q: 'late' })).toBe('N7 N6')
    const [first, second] = [await list({ limit: '4' }), undefined]
    const rest = await list({ limit: '4', cursor: first.next })
    expect([...first.items, ...rest.items].map((one: { orderNo: string }) => one.orderNo).join(' ')).toBe('N7 N6 N5 N4 N3 N2 N1')
    expect([first.total, rest.next, second]).toEqual([7, null, undefined])
  })

  test('what is not a filter, sort, cursor or id is refused; SQL in any of them is only text', async () => {
    await enter()
    const code = async (query: Record<string, string>) => (await call('GET', `/orders?${new URLSearchParams(query)}`)).body.error?.code
    expect(await code({ sort: 'paidAt; drop table orders' })).toBe('sort.unknown')
    expect(await code({ cursor: Buffer.from(`["' or 1=1 --",1]`).toString('base64url') })).toBe('cursor.invalid')
    expect(await code({ cursor: 'nonsense' })).toBe('cursor.invalid')
    expect(await code({ filter: '{"orderNo":{"in":["A1"]}}' })).toBe('filter.invalid')
    expect(await code({ filter: '{' })).toBe('filter.invalid')
    expect(await code({ filter: '{"shop":{"in":["shp_x"]}}' })).toBe('shop.not_found')
    expect(await code({ q: "' or 1=1 --" })).toBe(undefined)
    expect((await call('GET', '/orders/totals?from=2026-02-30&to=2026-03-01')).body.error).toMatchObject({
      code: 'date.invalid',
      field: 'dateFrom',
    })
    expect((await call('GET', '/orders/ord_00000000000000000000000000')).body.error.code).toBe('order.not_found')
  })

  test('shows an employee only orders of customers who are friends now', async () => {
    const mine = await call('POST', '/orders', order({ orderNo: 'mine' }))
    const theirs = await enter({ orderNo: 'theirs', buyer: { memberNo: 'x' } })
    await enter({ orderNo: 'nobody', buyer: null })
    await startFollow(ctx, { customerId: internalId(ctx, 'cus', mine.body.customer), employeeId: 5, at: ctx.now() })
    actor = { ...actor, scope: [5] }
    expect((await call('GET', '/orders')).body.items.map((one: { orderNo: string }) => one.orderNo)).toEqual(['mine'])
    expect((await call('GET', '/orders/totals')).body).toMatchObject({ orders: 1 })
    expect((await call('GET', `/orders/${theirs}`)).status).toBe(404)
    expect((await call('POST', `/orders/${theirs}/refunds`, { amountMinor: 1 })).status).toBe(404)
    actor = { ...actor, permissions: new Set(['customers.read']) }
    expect((await call('GET', '/orders')).body.error.code).toBe('permission.missing')
  })
})

describe('the webhook', () => {
  const shop = async () => (await call('POST', '/shops', { name: '天河店' })).body as { id: string; secret: string; hookUrl: string }
  const sign = (secret: string, body: string, at = Date.parse('2026-03-01T08:00:00Z') / 1000) => ({
    'Liuliang-Signature': `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`,
  })
  const push = (to: { id: string; secret: string }, change: object = {}, headers?: Record<string, string>) => {
    const text = JSON.stringify(order(change))
    return call('POST', `/hooks/orders/${to.id}`, text, headers ?? sign(to.secret, text))
  }

  test('takes a signed order; the same again, and an older one, change nothing', async () => {
    const to = await shop()
    const first = await push(to)
    expect(first).toMatchObject({ status: 200, body: { order: expect.stringMatching(/^ord_/), customer: expect.stringMatching(/^cus_/) } })
    expect(await push(to)).toEqual(first)
    const shipped = { status: 'WAIT_BUYER_CONFIRM_GOODS', updatedAt: '2026-02-03T00:00:00Z', shippedAt: '2026-02-03T00:00:00Z' }
    expect((await push(to, shipped)).status).toBe(200)
    expect(
      await push(to, {
        status: 'unpaid',
        updatedAt: '2026-02-02T00:00:00Z',
        lines: [{ lineNo: '1', productCode: 'P9', quantity: 1, unitPrice: '1' }],
      }),
    ).toEqual(first)
    expect((await call('GET', `/orders/${first.body.order}`)).body).toMatchObject({
      status: 'shipped',
      paidMinor: 12_999,
      shop: { name: '天河店' },
      lines: [{ productCode: 'P1' }, { productCode: 'P2' }],
    })
    expect(await told()).toEqual([['order.paid', 12_999]])
  })

  test('lines that are gone go, the difference is told, refunds count once when the money is back', async () => {
    const to = await shop()
    const { body } = await push(to)
    const refund = { refundNo: 'R1', lineNos: ['2'], amount: '30.00', status: 'agreed', type: 'return_refund' }
    await push(to, { updatedAt: '2026-02-04T00:00:00Z', refunds: [refund] })
    expect(await told()).toEqual([['order.paid', 12_999]])
    const back = { ...refund, status: 'success', finishedAt: '2026-02-05T00:00:00Z' }
    await push(to, { updatedAt: '2026-02-05T00:00:00Z', refunds: [back] })
    await push(to, { updatedAt: '2026-02-05T00:00:00Z', refunds: [back] })
    expect((await call('GET', `/orders/${body.order}`)).body).toMatchObject({
      refundedMinor: 3000,
      lines: [{ refundedMinor: 0 }, { refundedMinor: 3000 }],
    })
    await push(to, { updatedAt: '2026-02-06T00:00:00Z', lines: [{ lineNo: '1', productCode: 'P1', quantity: 1, unitPrice: '50' }] })
    expect(await told()).toEqual([
      ['order.paid', 12_999],
      ['order.refunded', 3000],
      ['order.amended', -7999],
    ])
    const totals = await ctx.db
      .selectFrom('customerTotals')
      .select(['ordersCount', 'paidMinor', 'refundedMinor'])
      .where('tenantId', '=', ctx.tenantId)
      .execute()
    expect(totals).toEqual([{ ordersCount: 1, paidMinor: 5000, refundedMinor: 3000 }])
  })

  test('a wrong, missing or old signature, an unknown shop, an oversized or ill body is refused', async () => {
    const to = await shop()
    const text = JSON.stringify(order())
    const code = async (answer: Promise<Answer>) => [(await answer).status, (await answer).body.error?.code]
    expect(await code(push(to, {}, sign('wrong', text)))).toEqual([401, 'webhook.signature_wrong'])
    expect(await code(push(to, { orderNo: 'other' }, sign(to.secret, text)))).toEqual([401, 'webhook.signature_wrong'])
    expect(await code(push(to, {}, {}))).toEqual([401, 'webhook.signature_missing'])
    expect(await code(push(to, {}, { 'Liuliang-Signature': 't=1,v1=zz' }))).toEqual([401, 'webhook.signature_missing'])
    for (const seconds of [-301, 301])
      expect(await code(push(to, {}, sign(to.secret, text, Date.parse('2026-03-01T08:00:00Z') / 1000 + seconds)))).toEqual([
        401,
        'webhook.signature_expired',
      ])
    expect((await push(to, {}, sign(to.secret, text, Date.parse('2026-03-01T08:00:00Z') / 1000 - 299))).status).toBe(200)
    expect(await code(push({ ...to, id: 'shp_00000000000000000000000000' }))).toEqual([404, 'shop.not_found'])
    expect(await code(push(to, { note: 'x'.repeat(1_100_000) }))).toEqual([413, 'request.too_large'])
    const ill = await push(to, { lines: 'none' })
    expect([ill.status, ill.body.error]).toMatchObject([400, { code: 'request.invalid', field: 'lines' }])
    expect(await code(call('POST', `/hooks/orders/${to.id}`, '{"orderNo":', sign(to.secret, '{"orderNo":')))).toEqual([
      400,
      'json.malformed',
    ])
  })

  test('a new secret leaves the old one good for a day', async () => {
    const to = await shop()
    const { body } = await call('PATCH', `/shops/${to.id}`, { rotateSecret: true })
    expect(body.secret).not.toBe(to.secret)
    expect((await push(to)).status).toBe(200)
    expect((await push({ ...to, secret: body.secret })).status).toBe(200)
    workspace.setNow('2026-03-02T08:00:01Z')
    const text = JSON.stringify(order())
    const at = Date.parse('2026-03-02T08:00:01Z') / 1000
    expect((await push(to, {}, sign(to.secret, text, at))).status).toBe(401)
    expect((await push(to, {}, sign(body.secret, text, at))).status).toBe(200)
    expect((await call('GET', '/shops')).body.items).toMatchObject([{ name: '天河店', hasSecret: true }])
    expect(JSON.stringify((await call('GET', '/shops')).body)).not.toContain(body.secret)
  })

  test('pushes of one order at the same moment end in one order told once', async () => {
    const to = await shop()
    const answers = await Promise.all(Array.from({ length: 8 }, () => push(to)))
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.order}`)).size).toBe(1)
    expect(await told()).toEqual([['order.paid', 12_999]])
  })
})
