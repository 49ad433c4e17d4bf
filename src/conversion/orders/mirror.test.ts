import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { importFile } from '#platform/imports/engine.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { ordersImport } from './import.ts'
import { mirrorOrderLines } from './mirror.ts'

let workspace: TestWorkspace
let ctx: Context

const file = `订单号,付款时间,会员号,商品编码,商品名称,数量,单价,地区
A1,2026-01-02 10:00:00,m1,P1,白茶,2,10.01,上海
A1,2026-01-02 10:00:00,m1,,茶杯,1.5,5,上海
A1,2026-01-02 10:00:00,m1,,茶杯,1.5,5,上海
A2,2026-01-03 10:00:00,m2,P1,白茶,1,9.90,北京
C9,2026-01-05 10:00:00,m2,P1,白茶,-1,9.90,北京
`

beforeAll(async () => {
  workspace = await openTestWorkspace()
  ctx = await workspace.newTenant()
  const path = join(mkdtempSync(join(tmpdir(), 'liuliang-lines-')), 'orders.csv')
  writeFileSync(path, file)
  await importFile(ctx, { kind: ordersImport, path, mapping: { refundWhen: { column: '订单号', startsWith: 'C' } } })
  await mirrorOrderLines(workspace)
})

const lines = async () =>
  (
    await ctx.clickhouse.rows<{ said: string }>(
      `select concat(kind, ' ', toString(ord), ' ', product, ' ', toString(quantity), ' ', toString(amount), ' ', region) as said
       from order_lines final where tenant = {tenant:UInt32} and deleted = 0 order by kind, document, line`,
      { tenant: ctx.tenantId },
    )
  ).map(({ said }) => said)

const idOf = async (orderNo: string): Promise<number> =>
  (
    await ctx.db
      .selectFrom('orders')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('orderNo', '=', orderNo)
      .executeTakeFirstOrThrow()
  ).id

test('every line of paid orders and of refunds is there once, equal lines apart', async () => {
  const [first, second] = [await idOf('A1'), await idOf('A2')]
  expect(await lines()).toEqual([
    `paid ${first} P1 2 2002 上海`,
    `paid ${first} 茶杯 1.5 750 上海`,
    `paid ${first} 茶杯 1.5 750 上海`,
    `paid ${second} P1 1 990 北京`,
    'refunded 0 P1 1 990 北京',
  ])
  expect(await mirrorOrderLines(workspace)).toBe(0)
})

test('a refund of the whole order is spread over its lines exactly, and lines that vanish are gone', async () => {
  const order = await idOf('A1')
  await workspace.databases.systemPool.query(
    `insert into refunds (tenant_id, refund_no, source, order_id, currency, amount_minor, status, applied_at, finished_at)
     values ($1, 'R1', 'manual', $2, 'CNY', 1000, 'success', '2026-01-09', '2026-01-09')`,
    [ctx.tenantId, order],
  )
  await workspace.databases.systemPool.query("update refunds set announced_minor = 1000 where tenant_id = $1 and refund_no = 'R1'", [
    ctx.tenantId,
  ])
  await mirrorOrderLines(workspace)
  expect((await lines()).filter((line) => line.startsWith(`refunded ${order}`))).toEqual(
    [`refunded ${order} P1 0 571 `, `refunded ${order} 茶杯 0 214 `, `refunded ${order} 茶杯 0 215 `].map((line) => `${line}上海`),
  )
  await workspace.databases.systemPool.query(
    'delete from order_lines where tenant_id = $1 and order_id = $2 and position = (select max(position) from order_lines where tenant_id = $1 and order_id = $2)',
    [ctx.tenantId, order],
  )
  await workspace.databases.systemPool.query('update orders set lines = 2 where tenant_id = $1 and id = $2', [ctx.tenantId, order])
  await mirrorOrderLines(workspace)
  expect((await lines()).filter((line) => line.split(' ')[1] === String(order))).toHaveLength(4)
})
