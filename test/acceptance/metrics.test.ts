import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { ordersImport } from '#conversion/orders/import.ts'
import type { DistributionResult } from '#insight/reports/distribution/schema.ts'
import type { MetricResult } from '#insight/reports/metric/schema.ts'
import { runReport } from '#insight/reports/run.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import type { Context } from '#platform/context.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { importFile } from '#platform/imports/engine.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { file, mapping } from './support/online-retail.ts'

describe.skipIf(!existsSync(file))('the metrics of a year of a real shop', () => {
  let workspace: TestWorkspace
  let ctx: Context
  const dates = { dateFrom: '2010-12-01', dateTo: '2011-12-09' }
  const metric = async (key: string, more: object = {}): Promise<MetricResult> =>
    (await runReport(ctx, { type: 'metric', metric: key, ...dates, interval: 'month', ...more })).result as MetricResult

  beforeAll(async () => {
    workspace = await openTestWorkspace()
    ctx = await workspace.newTenant({ timezone: 'Europe/London', currency: 'GBP' })
    await importFile(ctx, { kind: ordersImport, path: file, mapping })
    while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
  }, 300_000)

  test('are those of its books: paid, net, orders, buyers, by month', async () => {
    const paid = await metric('paid_amount')
    expect(paid).toMatchObject({ total: 1_603_058.05, currency: 'GBP' })
    expect([paid.values[0], paid.values[1], paid.values[11]]).toEqual([110_491.78, 86_003.32, 202_339.5])
    expect((await metric('net_amount')).total).toBe(1_565_768.09)
    expect((await metric('orders')).total).toBe(3416)
    expect((await metric('buyers')).total).toBe(872)
    expect((await metric('aov')).total).toBeCloseTo(1_603_058.05 / 872, 8)
    expect((await metric('repurchase_rate')).total).toBeCloseTo((872 - 293) / 872, 12)
    expect((await metric('new_buyers')).total).toBe(872)
  })

  test('name as many people as they count, and how often they bought spreads as the books say', async () => {
    expect((await metric('buyers', { persons: {} })).persons).toHaveLength(872)
    const { result } = await runReport(ctx, {
      type: 'distribution',
      ...dates,
      event: 'order.paid',
      where: { amount: { gt: 0 } },
      persons: { bin: 0 },
    })
    const { rows, persons } = result as DistributionResult
    expect([rows[0]?.persons, rows[0]?.counts[0], persons?.length]).toEqual([872, 293, 293])
    expect(rows[0]?.mean).toBeCloseTo(3416 / 872, 12)
  })
})
