import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { ordersImport } from '#conversion/orders/import.ts'
import { analyzeEvents } from '#insight/analyze/analyze.ts'
import type { RfmResult } from '#insight/reports/rfm/schema.ts'
import type { TrendResult } from '#insight/reports/trend/schema.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import type { Context } from '#platform/context.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { importFile } from '#platform/imports/engine.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { file, mapping } from './support/online-retail.ts'

describe.skipIf(!existsSync(file))('RFM and trends of a year of a real shop', () => {
  let workspace: TestWorkspace
  let ctx: Context

  beforeAll(async () => {
    workspace = await openTestWorkspace()
    ctx = await workspace.newTenant({ timezone: 'Europe/London', currency: 'GBP' })
    await importFile(ctx, { kind: ordersImport, path: file, mapping })
  })

  const analyze = async <Result>(report: object): Promise<Result> => {
    const settle = async () => {
      while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
    }
    return (await analyzeEvents({ installation: workspace, settle }, ctx, report)) as Result
  }

  const rowOf = ({ rows }: RfmResult, person: string) => rows?.find((row) => row.person === person)

  test('meets the figures of two customers, before and after cancellations', async () => {
    const gross = await analyze<RfmResult>({ type: 'rfm', asOf: '2011-12-10', amount: 'gross', rows: true })
    expect(gross).toMatchObject({ customers: 872, currency: 'GBP' })
    expect(rowOf(gross, '17450')).toMatchObject({ recencyDays: 9, frequency: 46, monetary: 194_550.79, r: expect.any(Number), m: 5 })
    expect(rowOf(gross, '12415')).toMatchObject({ recencyDays: 25, frequency: 21, monetary: 124_914.53 })
    const net = await analyze<RfmResult>({ type: 'rfm', asOf: '2011-12-10', rows: true })
    expect(rowOf(net, '17450')).toMatchObject({ recencyDays: 9, frequency: 46, monetary: 187_482.17 })
    expect(rowOf(net, '12415')).toMatchObject({ recencyDays: 25, frequency: 21, monetary: 123_725.45 })
    expect(net.groups.reduce((sum, { count }) => sum + count, 0)).toBe(net.customers)
    expect(gross.rows?.filter(({ frequency }) => frequency === 1)).toHaveLength(293)
  })

  test('meets the months of the year', async () => {
    const { intervals, series } = await analyze<TrendResult>({
      type: 'trend',
      dateFrom: '2010-12-01',
      dateTo: '2011-12-31',
      interval: 'month',
      series: [{ event: 'order.paid', measure: 'sum(amount)' }, { event: 'order.paid' }],
    })
    const month = (label: string) => series[0]?.values[intervals.indexOf(label)]
    expect([month('2010-12-01'), month('2011-01-01'), month('2011-11-01')]).toEqual([110_491.78, 86_003.32, 202_339.5])
    // 4,031 invoices less 614 cancellations; one of them has nothing but price zero.
    expect(series[1]?.values.reduce((sum, value) => Number(sum) + Number(value), 0)).toBe(3417)
  })
})
