import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { ordersImport } from '#conversion/orders/import.ts'
import { analyzeEvents } from '#insight/analyze/analyze.ts'
import type { ClvResult } from '#insight/reports/clv/schema.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import type { Context } from '#platform/context.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { importFile } from '#platform/imports/engine.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

const file = join(import.meta.dirname, '../../../shared/data/cdnow/CDNOW_sample.txt.gz')

/** Master id, sample id, day, CDs, dollars → a file of orders. */
function ordersFile(): string {
  const rows = gunzipSync(readFileSync(file)).toString().trim().split('\n')
  const lines = rows.map((row, i) => {
    const [, sample, day = '', , dollars] = row.trim().split(/\s+/)
    return [i + 1, sample, `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)} 12:00:00`, 'CD', 1, dollars].join(',')
  })
  const path = join(mkdtempSync(join(tmpdir(), 'liuliang-cdnow-')), 'orders.csv')
  writeFileSync(path, ['order_no,buyer,paid_at,product,quantity,price', ...lines].join('\n'))
  return path
}

const mapping = {
  columns: {
    order_no: 'order_no',
    'customer.member_no': 'buyer',
    paid_at: 'paid_at',
    'line.product_code': 'product',
    'line.quantity': 'quantity',
    'line.unit_price': 'price',
  },
  currency: 'USD',
}

describe.skipIf(!existsSync(file))('lifetime value of the customers of a CD shop', () => {
  let workspace: TestWorkspace
  let ctx: Context
  let result: ClvResult

  beforeAll(async () => {
    workspace = await openTestWorkspace()
    ctx = await workspace.newTenant({ currency: 'USD' })
    await importFile(ctx, { kind: ordersImport, path: ordersFile(), mapping })
    const settle = async () => {
      while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
    }
    const report = { type: 'clv', calibrationEnd: '1997-09-30', unit: 'week', horizon: 39, monetary: true, rows: true }
    result = (await analyzeEvents({ installation: workspace, settle }, ctx, report)) as ClvResult
  })

  const within = (value: number | null | undefined, wanted: number, share: number) =>
    expect(Math.abs((value ?? Number.NaN) / wanted - 1)).toBeLessThan(share)

  test('counts buyers, repeat buyers and repeats', () => {
    expect(result).toMatchObject({ customers: 2357, repeaters: 946, repeats: 2457, refused: null })
  })

  test('meets the published parameters and likelihood of BG/NBD', () => {
    within(result.params?.r, 0.243, 0.01)
    within(result.params?.alpha, 4.414, 0.01)
    within(result.params?.a, 0.793, 0.01)
    within(result.params?.b, 2.426, 0.01)
    within(result.params?.logLikelihood, -9582.4, 0.0001)
  })

  test('expects of one customer and of the hold-out what the literature does', () => {
    const one = result.rows?.find(({ person }) => Number(person) === 1)
    expect(one).toMatchObject({ frequency: 2 })
    expect([one?.recency, one?.T].map((value) => value?.toFixed(2))).toEqual(['30.43', '38.86'])
    within(one?.expected, 1.226, 0.001)
    within(result.validation?.expected, 1653.4, 0.001)
    expect(result.validation).toMatchObject({ units: 39, complete: true, actual: 1882 })
  })

  test('meets the spending of repeat buyers', () => {
    expect(result.spend?.buyers).toBe(946)
    within(result.spend?.p, 6.25, 0.01)
    within(result.spend?.q, 3.74, 0.01)
    within(result.spend?.v, 15.44, 0.01)
    within(result.spend?.populationMean, 35.17, 0.01)
  })
})
