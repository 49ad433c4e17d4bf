import type { Hono } from 'hono'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { customersEventDefinitions } from '#management/events.ts'
import { identify, identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers } from '#management/identity/merging.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { mergeReviews, merges } from '#management/identity/routes.ts'
import { ensureTag, tagCustomers } from '#management/tags/commands.ts'
import { tagGroups, tags } from '#management/tags/routes.ts'
import { type Actor, type Context, systemActor } from '#platform/context.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { createInboxWriter } from '#platform/events/inbox.ts'
import { loadOnce } from '#platform/events/loader.ts'
import type { AppEnv } from '#platform/http/router.ts'
import { createServer } from '#platform/http/server.ts'
import { publicId } from '#platform/ids.ts'
import { runDueJobs } from '#platform/jobs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { noteActivity } from './activity.ts'
import { checkValues } from './attributes.ts'
import { addTotals, endFollow, startFollow } from './commands.ts'
import { bulkTagging } from './jobs.ts'
import { listCustomers, visibleTo } from './queries.ts'
import { attributes, customers } from './routes.ts'
import type { CustomerDetail, CustomerFilter, CustomerItem } from './schema.ts'

const paid = defineEvent('order.paid', {
  title: { zh: '支付', en: 'Paid' },
  own: true,
  properties: z.object({ amount: z.int(), currency: z.string(), orderNo: z.string() }),
})
const definitions = [...customersEventDefinitions, paid]

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

/** The routes with `actor` logged in. */
function served(ctx: Context, actor: Partial<Actor> = {}): Hono<AppEnv> {
  const unused = { writers: async () => new Map(), users: async () => ({}) }
  const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor: { ...systemActor, ...actor } }))
  app.route('/customers', customers(definitions))
  app.route('/attributes', attributes(unused.users))
  app.route('/merges', merges)
  app.route('/merge-reviews', mergeReviews)
  app.route('/tag-groups', tagGroups(unused))
  app.route('/tags', tags(unused))
  return app
}

type Answer<Body> = { status: number; body: Body }
type Failure = { error: { code: string; field?: string } }

async function call<Body = Failure>(app: Hono<AppEnv>, method: string, path: string, body?: unknown): Promise<Answer<Body>> {
  const response = await app.request(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await response.text()
  return { status: response.status, body: (text ? JSON.parse(text) : undefined) as Body }
}

const newEmployee = async (ctx: Context, name: string): Promise<number> => {
  const { id: roleId } = await ctx.db
    .selectFrom('roles')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .limit(1)
    .executeTakeFirstOrThrow()
  return (await ctx.db.insertInto('employees').values({ tenantId: ctx.tenantId, name, roleId }).returning('id').executeTakeFirstOrThrow())
    .id
}

const load = async (): Promise<void> => {
  while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
}

type List = { items: CustomerItem[]; next: string | null; total: number; totalExact: boolean }

describe('the list', () => {
  /** Ten customers: number, name, phone for odd ones, added on the n-th of January by 李雷 (even) or 韩梅 (odd). */
  async function ten(): Promise<{ ctx: Context; ids: number[]; employees: number[]; tags: number[] }> {
    const ctx = await workspace.newTenant()
    const employees = [await newEmployee(ctx, '李雷'), await newEmployee(ctx, '韩梅')]
    const ids = await identifyMany(
      ctx,
      Array.from({ length: 10 }, (_, i) => ({
        identities: [
          { kind: 'member_no' as const, value: `M${i}` },
          ...(i % 2 ? [{ kind: 'phone' as const, value: `1380013800${i}` }] : []),
        ],
        facts: { name: `${i < 5 ? '张' : '王'}小${i}` },
      })),
    )
    for (const [i, customerId] of ids.entries())
      await startFollow(ctx, {
        customerId,
        employeeId: employees[i % 2] ?? 0,
        at: new Date(Date.UTC(2026, 0, i + 1)),
        channelId: 40 + (i % 3),
      })
    const tagIds = [await ensureTag(ctx, '意向', '高'), await ensureTag(ctx, '意向', '低')]
    await tagCustomers(ctx, tagIds[0] ?? 0, ids.slice(0, 4), { source: 'manual' })
    await tagCustomers(ctx, tagIds[1] ?? 0, ids.slice(2, 6), { source: 'manual' })
    await addTotals(
      ctx,
      ids.slice(0, 3).map((customerId, i) => ({
        customerId,
        currency: 'CNY',
        orders: i + 1,
        paidMinor: (3 - i) * 1000,
        refundedMinor: 100,
        paidAt: new Date('2026-02-01T00:00:00Z'),
      })),
    )
    return { ctx, ids, employees, tags: tagIds }
  }

  test('shows name, tags, followers, channel, phone and totals', async () => {
    const { ctx } = await ten()
    const { body } = await call<List>(served(ctx), 'GET', '/customers?sort=firstAddedAt&limit=2')
    expect(body).toMatchObject({
      total: 10,
      totalExact: true,
      items: [
        {
          name: '张小0',
          phoneMasked: null,
          tags: [{ name: '高', group: '意向' }],
          followers: [{ employee: { name: '李雷' } }],
          ordersCount: 1,
          paidMinor: 2900,
          currency: 'CNY',
          lastActiveAt: null,
        },
        { name: '张小1', phoneMasked: '138****8001', followers: [{ employee: { name: '韩梅' } }], ordersCount: 2, paidMinor: 1900 },
      ],
    })
    expect(body.items[0]?.channel?.id).toBe(publicId(ctx, 'cha', 40))
  })

  test('every order walks through everybody once, page by page', async () => {
    const { ctx } = await ten()
    for (const sort of ['firstAddedAt', '-firstAddedAt', 'paidMinor', '-paidMinor', 'ordersCount', '-lastActiveAt']) {
      const names: (string | null)[] = []
      for (let cursor = ''; ; ) {
        const { body } = await call<List>(served(ctx), 'GET', `/customers?sort=${sort}&limit=3${cursor && `&cursor=${cursor}`}`)
        names.push(...body.items.map(({ name }) => name))
        if (!body.next) break
        cursor = body.next
      }
      expect(new Set(names).size, sort).toBe(10)
      expect(names, sort).toHaveLength(10)
    }
  })

  test('filters say who, alone and together', async () => {
    const {
      ctx,
      employees,
      tags: [high = 0, low = 0],
    } = await ten()
    const tag = (id: number) => publicId(ctx, 'tag', id)
    const names = async (filter: CustomerFilter) =>
      (await listCustomers(ctx, { filter, sort: 'firstAddedAt', limit: 50 })).items.map(({ name }) => name?.at(-1)).join('')
    expect(await names({ tag: { in: [tag(high)] } })).toBe('0123')
    expect(await names({ tag: { all: [tag(high), tag(low)] } })).toBe('23')
    expect(await names({ tag: { in: [tag(high), tag(low)] } })).toBe('012345')
    expect(await names({ tag: { none: [tag(high)] } })).toBe('456789')
    expect(await names({ employee: { in: [publicId(ctx, 'emp', employees[0] ?? 0)] } })).toBe('02468')
    expect(await names({ channel: { in: [publicId(ctx, 'cha', 41)] } })).toBe('147')
    expect(await names({ firstAddedAt: { gte: '2026-01-03', lte: '2026-01-05' } })).toBe('234')
    expect(await names({ firstAddedAt: { gt: '2026-01-08T00:00:00Z' } })).toBe('89')
    expect(await names({ ordersCount: { gte: 2 } })).toBe('12')
    expect(await names({ paidMinor: { gte: 1, lt: 2000 } })).toBe('12')
    expect(await names({ hasPhone: { eq: true } })).toBe('13579')
    expect(await names({ text: { contains: '王小' } })).toBe('56789')
    expect(await names({ kind: { in: ['company'] } })).toBe('')
    expect(await names({ gender: { in: ['unknown'] } })).toBe('0123456789')
    expect(await names({ and: [{ tag: { in: [tag(high)] } }, { not: { hasPhone: { eq: true } } }] })).toBe('02')
    expect(await names({ or: [{ text: { contains: '小9' } }, { ordersCount: { eq: 3 } }] })).toBe('29')
    expect(await names({ and: [] })).toBe('0123456789')
    expect(await names({ or: [] })).toBe('')
  })

  test('searches names, whole and last digits of phones, and member numbers', async () => {
    const { ctx, ids } = await ten()
    const found = async (q: string) =>
      (await call<List>(served(ctx), 'GET', `/customers?sort=firstAddedAt&q=${encodeURIComponent(q)}`)).body.items.map(({ name }) => name)
    expect(await found('张小')).toHaveLength(5)
    expect(await found('小3')).toEqual(['张小3'])
    expect(await found('3')).toEqual(['张小3'])
    expect(await found('8007')).toEqual(['王小7'])
    expect(await found('+86 138 0013 8007')).toEqual(['王小7'])
    expect(await found('M4')).toEqual(['张小4'])
    expect(await found(publicId(ctx, 'cus', ids[2] ?? 0))).toEqual(['张小2'])
    expect(await found('%')).toEqual([])
    expect(await found("';--")).toEqual([])
  })

  test('filters that say nothing possible are refused with a code', async () => {
    const { ctx } = await ten()
    const other = await workspace.newTenant()
    const app = served(ctx)
    const refused = async (filter: unknown) =>
      (await call(app, 'GET', `/customers?filter=${encodeURIComponent(typeof filter === 'string' ? filter : JSON.stringify(filter))}`)).body
        .error.code
    expect(await refused('{')).toBe('filter.invalid')
    expect(await refused({ who: { in: [] } })).toBe('filter.invalid')
    expect(await refused({ tag: {} })).toBe('filter.invalid')
    expect(await refused({ tag: { in: [publicId(other, 'tag', 1)] } })).toBe('tag.not_found')
    expect(await refused({ firstAddedAt: { gte: '2026-02-30' } })).toBe('date.invalid')
    expect(await refused({ firstAddedAt: { gte: 'yesterday' } })).toBe('date.invalid')
    expect(await refused({ attribute: { key: 'city', eq: 'x' } })).toBe('attribute.unknown')
    expect(await refused({ ordersCount: { gte: 1.5 } })).toBe('filter.invalid')
    expect(await refused(Array.from({ length: 15 }).reduce((inner) => ({ not: inner }), { hasPhone: { eq: true } }) as object)).toBe(
      'filter.invalid',
    )
    expect((await call(app, 'GET', '/customers?sort=name')).body.error).toMatchObject({ code: 'sort.unknown', field: 'sort' })
    expect((await call(app, 'GET', '/customers?cursor=bm9uc2Vuc2U')).body.error.code).toBe('cursor.invalid')
    const forged = Buffer.from(JSON.stringify(['not a time', 1])).toString('base64url')
    expect((await call(app, 'GET', `/customers?cursor=${forged}`)).body.error.code).toBe('cursor.invalid')
    expect((await call(app, 'GET', '/customers?limit=1000')).body.error).toMatchObject({ code: 'request.invalid', field: 'limit' })
  })

  test('merged customers are one row, found by what either had', async () => {
    const {
      ctx,
      ids,
      tags: [high = 0],
    } = await ten()
    await mergeCustomers(ctx, { keepId: ids[9] ?? 0, mergeId: ids[0] ?? 0 })
    const { items, total } = await listCustomers(ctx, {
      filter: { and: [{ tag: { in: [publicId(ctx, 'tag', high)] } }, { hasPhone: { eq: true } }] },
      limit: 50,
    })
    expect(total).toBe(3)
    expect(items.find(({ name }) => name === '王小9')).toMatchObject({
      phoneMasked: '138****8009',
      ordersCount: 1,
      followers: [{ employee: { name: '李雷' } }, { employee: { name: '韩梅' } }],
    })
    expect((await listCustomers(ctx, { q: '张小0', limit: 50 })).items.map(({ name }) => name)).toEqual(['王小9'])
    expect((await listCustomers(ctx, { limit: 50 })).total).toBe(9)
  })
})

describe('data scope', () => {
  test('shows customers of live friendships only, everywhere', async () => {
    const ctx = await workspace.newTenant()
    const [mine, theirs] = [await newEmployee(ctx, '我'), await newEmployee(ctx, '他')]
    const [a = 0, b = 0, c = 0] = await identifyMany(
      ctx,
      ['a', 'b', 'c'].map((name) => ({ identities: [{ kind: 'unionid' as const, value: name }], facts: { name } })),
    )
    await startFollow(ctx, { customerId: a, employeeId: mine, at: new Date('2026-01-01') })
    await startFollow(ctx, { customerId: b, employeeId: theirs, at: new Date('2026-01-01') })
    await startFollow(ctx, { customerId: c, employeeId: mine, at: new Date('2026-01-01') })
    await endFollow(ctx, { customerId: c, employeeId: mine, at: new Date('2026-01-02'), by: 'customer' })
    const app = served(ctx, {
      kind: 'employee',
      id: mine,
      scope: [mine],
      permissions: new Set(['customers.read', 'customers.write', 'phone.reveal']),
    })
    const path = (id: number) => `/customers/${publicId(ctx, 'cus', id)}`
    expect((await call<List>(app, 'GET', '/customers')).body).toMatchObject({ total: 1, items: [{ name: 'a' }] })
    expect((await call(app, 'GET', path(a))).status).toBe(200)
    const tag = await ensureTag(ctx, 'g', 't')
    for (const [method, tail, body] of [
      ['GET', ''],
      ['PATCH', '', { name: 'x' }],
      ['GET', '/timeline'],
      ['GET', '/phones'],
      ['PUT', `/tags/${publicId(ctx, 'tag', tag)}`],
      ['POST', '/links', { kind: 'works_at', to: publicId(ctx, 'cus', a) }],
    ] as const) {
      for (const id of [b, c])
        expect(await call(app, method, `${path(id)}${tail}`, body), `${method} ${tail}`).toMatchObject({
          status: 404,
          body: { error: { code: 'customer.not_found' } },
        })
    }
    expect((await call(app, 'POST', '/merges', { keep: publicId(ctx, 'cus', a), merge: publicId(ctx, 'cus', b) })).body.error.code).toBe(
      'customer.not_found',
    )
    const id = await mergeCustomers(ctx, { keepId: b, mergeId: c })
    expect((await call<{ items: unknown[] }>(app, 'GET', '/merges')).body.items).toEqual([])
    expect((await call(app, 'DELETE', `/merges/${publicId(ctx, 'mer', id)}`)).status).toBe(404)
    const seen = { ...ctx, actor: { ...ctx.actor, scope: [mine] } }
    expect(await ctx.db.selectFrom('customers').select('id').where('tenantId', '=', ctx.tenantId).where(visibleTo(seen)).execute()).toEqual(
      [{ id: a }],
    )
  })

  test('another tenant’s ids are nobody', async () => {
    const [ctx, other] = [await workspace.newTenant(), await workspace.newTenant()]
    const theirs = await identify(other, [{ kind: 'unionid', value: 'u' }], { name: 'theirs' })
    await identify(ctx, [{ kind: 'unionid', value: 'u' }], { name: 'mine' })
    const app = served(ctx)
    for (const id of [publicId(other, 'cus', theirs), 'cus_nonsense', publicId(ctx, 'tag', 1)])
      expect((await call(app, 'GET', `/customers/${id}`)).body.error.code).toBe('customer.not_found')
    expect((await call(app, 'POST', '/customers/bulk', { action: 'tag', tagId: publicId(other, 'tag', 1), ids: [] })).body.error.code).toBe(
      'request.invalid',
    )
    expect(
      (await call(app, 'POST', '/customers/bulk', { action: 'tag', tagId: publicId(other, 'tag', 1), filter: { and: [] } })).body.error
        .code,
    ).toBe('tag.not_found')
  })

  test('a permission that is missing is said', async () => {
    const ctx = await workspace.newTenant()
    const app = served(ctx, { permissions: new Set(['customers.read']) })
    expect((await call(app, 'POST', '/customers', { name: 'x' })).body.error.code).toBe('permission.missing')
  })
})

describe('a customer’s page', () => {
  test('who has no name is called by what people know of them, also after a merge', async () => {
    const ctx = await workspace.newTenant()
    const app = served(ctx)
    const device = await identify(ctx, [{ kind: 'device', value: 'd-123456789' }], {}, 'test')
    const member = await identify(ctx, [{ kind: 'member_no', value: '17450' }], {}, 'test')
    const alias = async (id: number) => (await call<CustomerDetail>(app, 'GET', `/customers/${publicId(ctx, 'cus', id)}`)).body.alias
    expect(await alias(device)).toEqual({ kind: 'device', value: 'd-123456789' })
    expect(await alias(member)).toEqual({ kind: 'member_no', value: '17450' })
    const merge = await call<{ id: string }>(app, 'POST', '/merges', {
      keep: publicId(ctx, 'cus', device),
      merge: publicId(ctx, 'cus', member),
    })
    expect(merge.status).toBe(201)
    expect(await alias(device)).toEqual({ kind: 'member_no', value: '17450' })
    const { items } = (await call<{ items: { keep: CustomerItem; merged: CustomerItem }[] }>(app, 'GET', '/merges')).body
    expect(items[0]).toMatchObject({ keep: { alias: { kind: 'device' } }, merged: { alias: { kind: 'member_no' } } })
    await call(app, 'PATCH', `/customers/${publicId(ctx, 'cus', device)}`, { name: '李雷', remark: '常客' })
    const named = (await call<CustomerDetail>(app, 'GET', `/customers/${publicId(ctx, 'cus', device)}`)).body
    expect(named).toMatchObject({ name: '李雷', alias: null, remark: '常客' })
  })

  test('by hand: made, changed, cleared; a number that is taken is refused', async () => {
    const ctx = await workspace.newTenant()
    const app = served(ctx)
    const made = await call<CustomerDetail>(app, 'POST', '/customers', { name: '王小明', phone: '138 0013 8000', company: '一号公司' })
    expect(made).toMatchObject({
      status: 201,
      body: { name: '王小明', phoneMasked: '138****8000', company: '一号公司', identities: [{ kind: 'phone', value: '138****8000' }] },
    })
    expect((await call(app, 'POST', '/customers', { name: '别人', phone: '13800138000' })).body.error).toMatchObject({
      code: 'customer.exists',
      field: 'phone',
    })
    expect((await call(app, 'POST', '/customers', { name: '别人', phone: 'xyz' })).body.error).toMatchObject({
      code: 'phone.invalid',
      field: 'phone',
    })
    const path = `/customers/${made.body.id}`
    expect((await call<CustomerDetail>(app, 'PATCH', path, { company: null, gender: 'male' })).body).toMatchObject({
      company: null,
      gender: 'male',
      name: '王小明',
    })
    expect((await call<{ items: string[] }>(app, 'GET', `${path}/phones`)).body.items).toEqual(['13800138000'])
    const seen = await ctx.db.selectFrom('auditLog').select('action').where('tenantId', '=', ctx.tenantId).execute()
    expect(seen.map(({ action }) => action)).toContain('phone.reveal')
  })

  test('attributes have types, and values that do not fit are refused with their name', async () => {
    const ctx = await workspace.newTenant()
    const app = served(ctx)
    for (const attribute of [
      { name: '城市', key: 'city', type: 'text' },
      { name: '年龄', key: 'age', type: 'number' },
      { name: '生日', key: 'birthday', type: 'date' },
      { name: '会员', key: 'member', type: 'boolean' },
      { name: '等级', key: 'level', type: 'choice', choices: ['金', '银'] },
    ])
      expect((await call(app, 'POST', '/attributes', attribute)).status).toBe(201)
    expect((await call(app, 'POST', '/attributes', { name: '城市', key: 'city', type: 'text' })).body.error).toMatchObject({
      code: 'attribute.exists',
      field: 'key',
    })
    expect((await call(app, 'POST', '/attributes', { name: '空', type: 'choice' })).body.error).toMatchObject({
      code: 'attribute.no_choices',
      field: 'choices',
    })
    const { body } = await call<CustomerDetail>(app, 'POST', '/customers', {
      name: '王',
      attributes: { city: '上海', age: 30, birthday: '1996-02-29', member: true, level: '金' },
    })
    expect(Object.fromEntries(body.attributes.map(({ key, value }) => [key, value]))).toEqual({
      city: '上海',
      age: 30,
      birthday: '1996-02-29',
      member: true,
      level: '金',
    })
    for (const [key, value] of [
      ['age', '30'],
      ['birthday', '1995-02-29'],
      ['member', 'yes'],
      ['level', '铜'],
      ['city', 1],
      ['unknown', 'x'],
    ] as const)
      expect((await call(app, 'PATCH', `/customers/${body.id}`, { attributes: { [key]: value } })).body.error.field, key).toBe(
        `attributes.${key}`,
      )
    const count = async (attribute: object) => (await listCustomers(ctx, { filter: { attribute } as CustomerFilter, limit: 10 })).total
    expect(await count({ key: 'age', gte: 30 })).toBe(1)
    expect(await count({ key: 'age', gt: 30 })).toBe(0)
    expect(await count({ key: 'city', contains: '海' })).toBe(1)
    expect(await count({ key: 'level', in: ['银'] })).toBe(0)
    expect(await count({ key: 'birthday', lt: '2000-01-01' })).toBe(1)
    expect(await count({ key: 'member', eq: true })).toBe(1)
    await expect(count({ key: 'age', gte: 'x' })).rejects.toMatchObject({ code: 'attribute.type_mismatch' })
    expect(
      (await call<CustomerDetail>(app, 'PATCH', `/customers/${body.id}`, { attributes: { city: null } })).body.attributes.find(
        ({ key }) => key === 'city',
      )?.value,
    ).toBeNull()
    expect(await count({ key: 'city', exists: false })).toBe(1)
  })

  test('values are checked without a database too', () => {
    const definitions = new Map([['n', { key: 'n', type: 'number', choices: [] }]])
    expect(() => checkValues(definitions, { n: Number.NaN })).toThrow()
    expect(checkValues(definitions, { n: 1.5 })).toEqual({ n: 1.5 })
  })

  test('people belong to companies and households, shown from both sides', async () => {
    const ctx = await workspace.newTenant()
    const app = served(ctx)
    const made = async (name: string, kind = 'person') => (await call<CustomerDetail>(app, 'POST', '/customers', { name, kind })).body.id
    const [company, buyer] = [await made('一号公司', 'company'), await made('老王')]
    await call(app, 'POST', `/customers/${buyer}/links`, { kind: 'works_at', to: company, note: '采购' })
    await call(app, 'POST', `/customers/${buyer}/links`, { kind: 'works_at', to: company, note: '采购经理' })
    expect((await call<CustomerDetail>(app, 'GET', `/customers/${company}`)).body.links).toEqual([
      { kind: 'works_at', direction: 'to', customer: { id: buyer, name: '老王', alias: null }, note: '采购经理' },
    ])
    expect((await call(app, 'POST', `/customers/${buyer}/links`, { kind: 'works_at', to: buyer })).body.error.code).toBe(
      'customer.link_to_self',
    )
    expect((await call(app, 'DELETE', `/customers/${buyer}/links/works_at/${company}`)).status).toBe(204)
    expect((await call(app, 'DELETE', `/customers/${buyer}/links/works_at/${company}`)).body.error.code).toBe('customer_link.not_found')
  })

  test('the timeline has everything of everybody merged, newest first, with values as they were declared', async () => {
    const ctx = await workspace.newTenant()
    const [a = 0, b = 0] = await identifyMany(ctx, [
      { identities: [{ kind: 'person', value: 'p' }] },
      { identities: [{ kind: 'unionid', value: 'u' }] },
    ])
    await createInboxWriter(workspace.databases).append(ctx.tenantId, [
      { name: 'page.viewed', person: 'p', at: '2026-01-01T00:00:01.000Z', properties: { path: '/', seconds: 12 } },
    ])
    await inTransaction(ctx, async (ctx) =>
      emit(ctx, paid, {
        customerId: b,
        at: new Date('2026-01-01T00:00:02Z'),
        properties: { amount: 1234, currency: 'CNY', orderNo: '0012' },
      }),
    )
    await mergeCustomers(ctx, { keepId: a, mergeId: b })
    const app = served(ctx)
    type Timeline = {
      items: { name: string; title: { zh: string }; properties: Record<string, unknown> }[]
      next: string | null
      asOf: string
    }
    const path = `/customers/${publicId(ctx, 'cus', b)}/timeline`
    const waiting = (await call<Timeline>(app, 'GET', path)).body
    expect(waiting.items).toEqual([])
    expect(Date.parse(waiting.asOf)).toBeLessThan(Date.now())
    await load()
    const names: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await call<Timeline>(app, 'GET', `${path}?limit=2${cursor && `&cursor=${cursor}`}`)
      names.push(...body.items.map(({ name }) => name))
      if (!body.next) break
      cursor = body.next
    }
    expect(names.slice(-2)).toEqual(['order.paid', 'page.viewed'])
    expect(names.toSorted()).toEqual(['customer.created', 'customer.created', 'customer.merged', 'order.paid', 'page.viewed'])
    const { items } = (await call<Timeline>(app, 'GET', path)).body
    expect(items.find(({ name }) => name === 'order.paid')).toMatchObject({
      title: { zh: '支付' },
      properties: { amount: 1234, orderNo: '0012' },
    })
    expect(items.find(({ name }) => name === 'page.viewed')).toMatchObject({
      title: { zh: 'page.viewed' },
      properties: { path: '/', seconds: '12' },
    })
  })

  test('an employee whom an event tells by number only has a name in the timeline', async () => {
    const ctx = await workspace.newTenant()
    const employee = await newEmployee(ctx, '小雨')
    const [a = 0] = await identifyMany(ctx, [{ identities: [{ kind: 'person', value: 'p' }] }])
    const wrote = (at: string, employee: string) => ({ name: 'message.received', person: 'p', at, properties: { employee, kind: 'text' } })
    await createInboxWriter(workspace.databases).append(ctx.tenantId, [
      wrote('2026-01-01T00:00:01.000Z', String(employee)),
      wrote('2026-01-01T00:00:02.000Z', 'li.lei'),
    ])
    await load()
    type Timeline = { items: { name: string; properties: Record<string, unknown> }[] }
    const { items } = (await call<Timeline>(served(ctx), 'GET', `/customers/${publicId(ctx, 'cus', a)}/timeline`)).body
    const written = items.filter(({ name }) => name === 'message.received').map(({ properties }) => properties)
    expect(written).toEqual([
      { employee: 'li.lei', kind: 'text' },
      { employee: String(employee), employeeName: '小雨', kind: 'text' },
    ])
  })

  test('an event that was written many times stands in the timeline once, on whatever page', async () => {
    const ctx = await workspace.newTenant()
    const [a = 0] = await identifyMany(ctx, [{ identities: [{ kind: 'person', value: 'p' }] }])
    const event = (minute: number, id: string) => ({
      tenant: ctx.tenantId,
      person: a,
      at: `2026-01-01 00:0${minute}:00.000`,
      name: 'page.viewed',
      id: `018f0000-0000-7000-8000-00000000000${id}`,
      properties: { path: `/${id}` },
      received_at: '2026-01-01 00:10:00.000',
      load: 1,
    })
    await workspace.clickhouse.insert('events', [
      ...Array.from({ length: 9 }, () => event(5, '5')),
      event(4, '4'),
      ...Array.from({ length: 4 }, () => event(3, '3')),
      event(2, '2'),
    ])
    type Timeline = { items: { properties: { path: string } }[]; next: string | null }
    const pages: string[][] = []
    for (let cursor = ''; ; ) {
      const path = `/customers/${publicId(ctx, 'cus', a)}/timeline?limit=2${cursor && `&cursor=${cursor}`}`
      const { body } = await call<Timeline>(served(ctx), 'GET', path)
      pages.push(body.items.map(({ properties }) => properties.path))
      if (!body.next) break
      cursor = body.next
    }
    expect(pages).toEqual([
      ['/5', '/4'],
      ['/3', '/2'],
    ])
  })

  test('acts of their own make customers active, acts of others do not', async () => {
    const ctx = await workspace.newTenant()
    const [a = 0, b = 0, c = 0] = await identifyMany(
      ctx,
      ['a', 'b', 'c'].map((value) => ({ identities: [{ kind: 'person' as const, value }] })),
    )
    await mergeCustomers(ctx, { keepId: b, mergeId: a })
    await createInboxWriter(workspace.databases).append(ctx.tenantId, [
      { name: 'page.viewed', person: 'a', at: '2026-01-01T00:00:01.000Z', properties: {} },
    ])
    await load()
    await noteActivity(workspace, definitions)
    const { items } = await listCustomers(ctx, { sort: '-lastActiveAt', limit: 10 })
    expect(items.map(({ id, lastActiveAt }) => [id, lastActiveAt])).toEqual([
      [publicId(ctx, 'cus', b), '2026-01-01T00:00:01.000Z'],
      [publicId(ctx, 'cus', c), null],
    ])
    expect(await noteActivity(workspace, definitions)).toBe(0)
  })
})

describe('many at once', () => {
  test('are tagged by filter as a job, within the asker’s scope, with progress', async () => {
    const ctx = await workspace.newTenant()
    const mine = await newEmployee(ctx, '我')
    const ids = await identifyMany(
      ctx,
      Array.from({ length: 30 }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `${i}` }], facts: { name: `客户${i}` } })),
    )
    for (const customerId of ids.slice(0, 20)) await startFollow(ctx, { customerId, employeeId: mine, at: new Date('2026-01-01') })
    const tag = await ensureTag(ctx, '活动', '邀请')
    await tagCustomers(ctx, tag, ids.slice(0, 5), { source: 'manual' })
    const app = served(ctx, { kind: 'employee', id: mine, name: '我', scope: [mine] })
    const preview = await call<{ count: number }>(app, 'POST', '/customers/bulk/preview', { filter: { and: [] } })
    expect(preview.body.count).toBe(20)
    const { status, body } = await call<{ job: string }>(app, 'POST', '/customers/bulk', {
      action: 'tag',
      tagId: publicId(ctx, 'tag', tag),
      filter: { and: [] },
    })
    expect(status).toBe(202)
    await runDueJobs(workspace, [bulkTagging])
    expect((await call(app, 'GET', `/customers/bulk/${body.job}`)).body).toMatchObject({ state: 'done', done: 20, total: 20, changed: 15 })
    const { count } = await ctx.db
      .selectFrom('customerTags')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('tenantId', '=', ctx.tenantId)
      .executeTakeFirstOrThrow()
    expect(count).toBe(20)
    await call(app, 'POST', '/customers/bulk', {
      action: 'untag',
      tagId: publicId(ctx, 'tag', tag),
      ids: ids.slice(0, 2).map((id) => publicId(ctx, 'cus', id)),
    })
    await runDueJobs(workspace, [bulkTagging])
    expect(
      (
        await ctx.db
          .selectFrom('eventLog')
          .select('id')
          .where('tenantId', '=', ctx.tenantId)
          .where('name', '=', 'customer.untagged')
          .execute()
      ).length,
    ).toBe(2)
    const stranger = served(ctx, { kind: 'employee', id: mine + 1000, scope: [mine + 1000] })
    expect((await call(stranger, 'GET', `/customers/bulk/${body.job}`)).body.error.code).toBe('job.not_found')
    expect((await call<{ items: unknown[] }>(stranger, 'GET', '/customers/bulk')).body.items).toEqual([])
    expect((await call(stranger, 'POST', `/customers/bulk/${body.job}/undo`)).body.error.code).toBe('job.not_found')
  })

  test('taking back a job touches those it changed and nobody who had the tag before', async () => {
    const ctx = await workspace.newTenant()
    const tag = await ensureTag(ctx, '等级', '高')
    const ids: number[] = []
    for (let n = 0; n < 6; n++) ids.push(await identify(ctx, [{ kind: 'member_no', value: `U${n}` }], {}, 'test'))
    await tagCustomers(ctx, tag, ids.slice(0, 2), { source: 'manual' })
    const app = served(ctx)
    const tagged = async () =>
      (await ctx.db.selectFrom('customerTags').select('customerId').where('tenantId', '=', ctx.tenantId).execute())
        .map(({ customerId }) => customerId)
        .sort((a, b) => a - b)
    const { job } = (
      await call<{ job: string }>(app, 'POST', '/customers/bulk', { action: 'tag', tagId: publicId(ctx, 'tag', tag), filter: { and: [] } })
    ).body
    expect((await call(app, 'POST', `/customers/bulk/${job}/undo`)).body.error.code).toBe('bulk.running')
    await runDueJobs(workspace, [bulkTagging])
    expect(await tagged()).toEqual(ids)
    expect((await call(app, 'GET', `/customers/bulk/${job}`)).body).toMatchObject({ changed: 4, undoable: true, tag: { name: '高' } })
    const undo = (await call<{ job: string }>(app, 'POST', `/customers/bulk/${job}/undo`)).body.job
    expect((await call(app, 'POST', `/customers/bulk/${job}/undo`)).body.error.code).toBe('bulk.undone')
    await runDueJobs(workspace, [bulkTagging])
    expect(await tagged()).toEqual(ids.slice(0, 2))
    // An undo is a job like the others.
    expect((await call(app, 'POST', `/customers/bulk/${undo}/undo`)).status).toBe(202)
    await runDueJobs(workspace, [bulkTagging])
    expect(await tagged()).toEqual(ids)
    const { items } = (await call<{ items: { undoes: string | null; undoable: boolean }[] }>(app, 'GET', '/customers/bulk')).body
    expect(items.map(({ undoes, undoable }) => [undoes, undoable])).toEqual([
      [undo, true],
      [job, false],
      [null, false],
    ])
  })

  test('a waiting job that is stopped changes nobody', async () => {
    const ctx = await workspace.newTenant()
    const tag = await ensureTag(ctx, '等级', '高')
    await identify(ctx, [{ kind: 'member_no', value: 'S1' }], {}, 'test')
    const app = served(ctx)
    const { job } = (
      await call<{ job: string }>(app, 'POST', '/customers/bulk', { action: 'tag', tagId: publicId(ctx, 'tag', tag), filter: { and: [] } })
    ).body
    expect((await call(app, 'DELETE', `/customers/bulk/${job}`)).status).toBe(204)
    await runDueJobs(workspace, [bulkTagging])
    expect((await call(app, 'GET', `/customers/bulk/${job}`)).body).toMatchObject({ state: 'cancelled', changed: 0, undoable: false })
  })
})
