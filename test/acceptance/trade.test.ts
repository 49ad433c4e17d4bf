import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { ordersImport } from '#conversion/orders/import.ts'
import { analyzeEvents } from '#insight/analyze/analyze.ts'
import type { CohortRevenueResult } from '#insight/reports/cohort-revenue/schema.ts'
import type { ProductsResult } from '#insight/reports/products/schema.ts'
import type { TradeResult } from '#insight/reports/trade/schema.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import type { Context } from '#platform/context.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { importFile } from '#platform/imports/engine.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { file, mapping } from './support/online-retail.ts'

describe.skipIf(!existsSync(file))('trade, products and cohorts of a year of a real shop', () => {
  let workspace: TestWorkspace
  let ctx: Context

  beforeAll(async () => {
    workspace = await openTestWorkspace()
    ctx = await workspace.newTenant({ timezone: 'Europe/London', currency: 'GBP' })
    await importFile(ctx, { kind: ordersImport, path: file, mapping })
  })

  const year = { dateFrom: '2010-12-01', dateTo: '2011-12-31' }
  const analyze = async <Result>(report: object): Promise<Result> => {
    const settle = async () => {
      while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
    }
    return (await analyzeEvents({ installation: workspace, settle }, ctx, { ...year, ...report })) as Result
  }

  test('meets the totals, the months, and the customers with one invoice', async () => {
    const { totals, intervals, series, purchaseCounts, currency } = await analyze<TradeResult>({ type: 'trade', interval: 'month' })
    expect(currency).toBe('GBP')
    expect(totals).toMatchObject({
      paid: 1_603_058.05,
      net: 1_565_768.09,
      orders: 3416,
      freeOrders: 1,
      buyers: 872,
      newBuyers: 872,
      refundedOrders: 614,
    })
    const month = (label: string) => series.paid[intervals.indexOf(label)]
    expect([month('2010-12-01'), month('2011-01-01'), month('2011-11-01')]).toEqual([110_491.78, 86_003.32, 202_339.5])
    expect(purchaseCounts[0]).toEqual({ orders: 1, buyers: 293 })
  })

  test('the December cohort by month, and what the months bring', async () => {
    const { cohorts } = await analyze<CohortRevenueResult>({ type: 'cohort_revenue', amount: 'gross' })
    expect(cohorts[0]).toMatchObject({ size: 190, buyers: [190, 65, 57, 63, 67, 72, 53, 63, 71, 67, 77, 87, 42] })
    expect(cohorts[0]?.revenue[0]).toBe(110_491.78)
    expect(cohorts.reduce((sum, { size }) => sum + size, 0)).toBe(872)
  })

  test('products add up to the trade', async () => {
    const { totals, classes, rows } = await analyze<ProductsResult>({ type: 'products', interval: 'month', limit: 5 })
    expect(totals).toMatchObject({ amount: 1_603_058.05, buyers: 872, refunded: 37_289.96 })
    expect(classes.reduce((sum, { amount }) => sum + Math.round(amount * 100), 0)).toBe(160_305_805)
    expect(rows).toHaveLength(5)
  })
})
