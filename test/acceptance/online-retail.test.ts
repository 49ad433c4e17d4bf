import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ordersImport } from '#conversion/orders/import.ts'
import type { Context } from '#platform/context.ts'
import { importFile } from '#platform/imports/engine.ts'
import type { ImportResult } from '#platform/imports/schema.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

const file = join(import.meta.dirname, '../../../shared/data/online-retail/dev_customers_mod5.csv.gz')

const mapping = {
  columns: {
    order_no: 'InvoiceNo',
    'customer.member_no': 'CustomerID',
    paid_at: 'InvoiceDate',
    'line.product_code': 'StockCode',
    'line.title': 'Description',
    'line.quantity': 'Quantity',
    'line.unit_price': 'UnitPrice',
    region: 'Country',
  },
  dateFormat: 'yyyy-MM-dd HH:mm:ss',
  timezone: 'Europe/London',
  currency: 'GBP',
  encoding: 'utf-8',
  refundWhen: { column: 'InvoiceNo', startsWith: 'C' },
  group: 'order_no',
}

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
    expect(first).toMatchObject({ kind: 'orders', read: 74_523, imported: 74_523, updated: 0, unchanged: 0, rejected: 0, orders: 4031, rejectedFile: null })
  })

  test('a second import changes nothing', async () => {
    const again = await importFile(ctx, { kind: ordersImport, path: file, mapping })
    expect(again).toMatchObject({ read: 74_523, imported: 0, updated: 0, unchanged: 74_523, rejected: 0 })
  })
})
