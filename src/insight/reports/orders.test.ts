import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { where } from '#platform/events/where.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { scanOrders, scanTrade, type TradeScan } from './orders.ts'
import { bindings } from './sql.ts'
import { loadWorld, type World } from './testing.ts'

let workspace: TestWorkspace
let ctx: Context

const act = (person: string, event: string, day: string, properties: Record<string, unknown>) => ({
  person,
  event: `order.${event}`,
  timestamp: `2026-03-${day}T10:00:00+08:00`,
  properties: { currency: 'CNY', items: 1, ...properties },
})

const world: World = {
  events: [
    act('a', 'paid', '01', { order: 1, amount: 1000, items: 1.5, region: '上海', products: ['P1', 'P2'] }),
    act('a', 'amended', '01', { order: 1, amount: -100 }),
    act('a', 'refunded', '09', { order: 1, amount: 50, refundNo: 'R1' }),
    act('a', 'paid', '02', { order: 2, amount: 0 }),
    act('b', 'paid', '03', { order: 3, amount: 500, region: '北京' }),
    act('', 'paid', '04', { order: 4, amount: 700, shop: 3, shopName: '旗舰店', employeeName: '小李', channel: '抖音' }),
    act('b', 'refunded', '05', { amount: 20, refundNo: 'C1' }),
  ],
  merges: { b: 'a' },
}

const Row = z.object({
  who: z.number(),
  ord: z.string(),
  paid: z.number(),
  refunded: z.number(),
  items: z.number(),
  nth: z.number(),
  region: z.string(),
  shop: z.string(),
  employee: z.string(),
  channel: z.string(),
  products: z.array(z.string()),
})

beforeAll(async () => {
  workspace = await openTestWorkspace()
  ctx = await workspace.newTenant()
  await loadWorld(ctx, world)
})

const orders = (scan: Partial<TradeScan> = {}) => {
  const bind = bindings()
  const source = scanOrders(bind, { tenantId: ctx.tenantId, ...scan })
  return ctx.clickhouse.ask({ sql: `select * from ${source} order by ms`, params: bind.params, row: Row })
}

test('an order is one row with its corrections and refunds, and its place among the orders of the merged person', async () => {
  const found = await orders()
  expect(found.map(({ ord, paid, refunded, nth }) => [ord, paid, refunded, nth])).toEqual([
    ['1', 900, 50, 1],
    ['2', 0, 0, 0],
    ['3', 500, 0, 2],
    ['4', 700, 0, 1],
  ])
  expect(found[0]).toMatchObject({ items: 1.5, products: ['P1', 'P2'], region: '上海' })
  expect(found[2]?.who).toBe(found[0]?.who)
  expect(found[3]).toMatchObject({ who: 0, shop: '旗舰店', employee: '小李', channel: '抖音' })
})

test('days and filters choose payments; corrections, refunds and the place follow', async () => {
  const from = new Date('2026-03-03T00:00:00+08:00')
  expect((await orders({ from })).map(({ ord, nth }) => [ord, nth])).toEqual([
    ['3', 2],
    ['4', 1],
  ])
  const shanghai = where.parse({ region: '上海' })
  expect((await orders({ where: shanghai })).map(({ ord, paid, refunded }) => [ord, paid, refunded])).toEqual([['1', 900, 50]])
  expect(await orders({ currency: 'JPY' })).toEqual([])
})

test('who asks for amounts reads the orders and not all events', async () => {
  const ctx = await workspace.newTenant()
  await ctx.clickhouse.command(
    `insert into events (tenant, person, at, name, id, properties, received_at, load)
     select {tenant:UInt32}, 1 + number % 99, toDateTime64('2026-03-01', 3, 'UTC') + number, if(number % 100 = 0, 'order.paid', 'page.viewed'), generateUUIDv4(),
       map('amount', '100', 'currency', 'CNY'), now64(3), 0 from numbers(40000)`,
    { tenant: ctx.tenantId },
  )
  const bind = bindings()
  const sql = `select sum(amount) as paid, countIf(name = 'order.paid') as orders from ${scanTrade(bind, { tenantId: ctx.tenantId, currency: 'CNY' })} where who != 0`
  const found = await ctx.clickhouse.ask({ params: bind.params, row: z.object({ paid: z.number(), orders: z.number() }), sql })
  const plan = await ctx.clickhouse.rows<{ explain: string }>(`explain ${sql}`, bind.params)
  expect(plan.map(({ explain }) => explain).join('\n')).toContain('(by_name)')
  expect(found).toEqual([{ paid: 40_000, orders: 400 }])
})
