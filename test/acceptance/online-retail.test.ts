import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { ordersImport } from '#conversion/orders/import.ts'
import { tradeTotals } from '#conversion/orders/totals.ts'
import type { Context } from '#platform/context.ts'
import { importFile, runImport } from '#platform/imports/engine.ts'
import type { ImportResult } from '#platform/imports/schema.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { file, mapping } from './support/online-retail.ts'

describe.skipIf(!existsSync(file))('a year of a real shop', () => {
  let workspace: TestWorkspace
  let ctx: Context
  let first: ImportResult

  beforeAll(async () => {
    workspace = await openTestWorkspace()
    ctx = await workspace.newTenant({ timezone: 'Europe/London', currency: 'GBP' })
    first = await importFile(ctx, { kind: ordersImport, path: file, mapping })
  })

  test('every row is imported', () => {
    expect(first).toMatchObject({
      kind: 'orders',
      read: 74_523,
      imported: 74_523,
      updated: 0,
      unchanged: 0,
      rejected: 0,
      orders: 4031,
      rejectedFile: null,
    })
  })

  test('totals: invoices, customers, net', async () => {
    const totals = await tradeTotals(ctx, {})
    expect(totals).toMatchObject({ currency: 'GBP', netMinor: 156_576_809, refunds: 614 })
    const customers = await ctx.db
      .selectFrom('customers')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('tenantId', '=', ctx.tenantId)
      .executeTakeFirstOrThrow()
    expect(customers.count).toBe(879)
    const lines = await ctx.db
      .selectFrom('refundLines')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('tenantId', '=', ctx.tenantId)
      .executeTakeFirstOrThrow()
    expect(lines.count).toBe(1536)
    // 4,031 invoices: orders, the one at price zero, and 614 credit notes.
    expect(totals.orders + totals.freeOrders + totals.refunds).toBe(4031)
    expect(totals.lines + lines.count).toBe(74_523)
  })

  test('clean totals, months, customers with one invoice, top fifth', async () => {
    const totals = await tradeTotals(ctx, {})
    expect(totals).toMatchObject({ orders: 3416, buyers: 872, pricedLines: 72_979, paidMinor: 160_305_805, oneOrderBuyers: 293 })
    const months = new Map(totals.months.map(({ month, paidMinor }) => [month, paidMinor]))
    expect([months.get('2010-12'), months.get('2011-01'), months.get('2011-11')]).toEqual([11_049_178, 8_600_332, 20_233_950])
    expect(totals.topFifth.buyers).toBe(175)
    expect((totals.topFifth.share ?? 0) * 100).toBeCloseTo(70.78, 2)
  })

  test('lines rounded half up: a unit price of a tenth of a penny stays exact', async () => {
    const { rows } = await sql<{
      price: string
      amount: number
    }>`select trim_scale(unit_price)::text as price, amount_minor as amount from order_lines where tenant_id = ${ctx.tenantId} and unit_price = 0.001`.execute(
      ctx.db,
    )
    expect(rows).toEqual([{ price: '0.001', amount: 0 }])
  })

  test('every order and refund is told once, with its amount', async () => {
    const told = await sql<{ orders: number; paid: number; refunded: number }>`
      select count(*) filter (where name = 'order.paid') as orders, sum((properties->>'amount')::bigint) filter (where name = 'order.paid') as paid, sum((properties->>'amount')::bigint) filter (where name = 'order.refunded') as refunded
      from event_log where tenant_id = ${ctx.tenantId}`.execute(ctx.db)
    expect(told.rows.map((row) => [row.orders, Number(row.paid), Number(row.refunded)])).toEqual([
      [3417, 160_305_805, 160_305_805 - 156_576_809],
    ])
  })

  test('a second import changes nothing', async () => {
    const again = await importFile(ctx, { kind: ordersImport, path: file, mapping })
    expect(again).toMatchObject({ read: 74_523, imported: 0, updated: 0, unchanged: 74_523, rejected: 0 })
    expect(await tradeTotals(ctx, {})).toMatchObject({ netMinor: 156_576_809, orders: 3416 })
  })

  test('killed with -9 in the middle and taken up by another process, the figures are the same', async () => {
    const wanted = await tradeTotals(ctx, {})
    const other = await workspace.newTenant({ timezone: 'Europe/London', currency: 'GBP' })
    const { id } = await other.db
      .insertInto('imports')
      .values({ tenantId: other.tenantId, kind: 'orders', fileName: 'orders.csv.gz', mapping: JSON.stringify(mapping) })
      .returning('id')
      .executeTakeFirstOrThrow()
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'support/import-child.ts'), String(other.tenantId), String(id), file],
      { env: { ...process.env, ...workspace.env }, stdio: 'inherit' },
    )
    const gone = new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)))
    const done = async () =>
      (
        await other.db
          .selectFrom('imports')
          .select('rowsDone')
          .where('tenantId', '=', other.tenantId)
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
      ).rowsDone
    while ((await done()) < 20_000) await sleep(20)
    child.kill('SIGKILL')
    expect(await gone).toBe('SIGKILL')
    expect(await done()).toBeLessThan(74_523)
    const result = await runImport(other, { kind: ordersImport, importId: id, path: file })
    expect({ ...result, seconds: 0 }).toEqual({ ...first, seconds: 0 })
    expect(await tradeTotals(other, {})).toEqual(wanted)
  })
})
