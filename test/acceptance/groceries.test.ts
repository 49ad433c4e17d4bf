import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { ordersImport } from '#conversion/orders/import.ts'
import { mirrorOrderLines } from '#conversion/orders/mirror.ts'
import type { BasketResult } from '#insight/reports/basket/schema.ts'
import { runReport } from '#insight/reports/run.ts'
import type { Context } from '#platform/context.ts'
import { importFile } from '#platform/imports/engine.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'

const file = join(import.meta.dirname, '../../../shared/data/groceries/transactions_long.csv.gz')

describe.skipIf(!existsSync(file))('9,835 baskets of a grocery', () => {
  let ctx: Context

  beforeAll(async () => {
    const workspace = await openTestWorkspace()
    ctx = await workspace.newTenant()
    // The baskets carry no time and no price; an order needs the one and may do without the other.
    const [head, ...rows] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
    const path = join(mkdtempSync(join(tmpdir(), 'liuliang-groceries-')), 'baskets.csv')
    writeFileSync(path, [`${head},paid,price`, ...rows.map((row) => `${row.trim()},2026-01-02 10:00:00,1`)].join('\n'))
    const columns = { order_no: 'basket', 'line.title': 'item', paid_at: 'paid', 'line.unit_price': 'price' }
    await importFile(ctx, { kind: ordersImport, path, mapping: { columns } })
    await mirrorOrderLines(workspace)
  })

  const basket = async (report: object): Promise<BasketResult> =>
    (await runReport(ctx, { type: 'basket', ...report })).result as BasketResult

  test('the sets and rules that arules finds', async () => {
    const rare = await basket({ minSupport: 0.001, minConfidence: 0.8 })
    expect(rare).toMatchObject({ baskets: 9835, items: 169, itemsets: 13_492, rulesFound: 410 })
    const wine = rare.rules.find(({ lhs, rhs }) => lhs.toSorted().join() === 'liquor,red/blush wine' && rhs[0] === 'bottled beer')
    expect(wine?.support).toBeCloseTo(0.0019319, 7)
    expect(wine?.confidence).toBeCloseTo(0.9047619, 7)
    expect(wine?.lift).toBeCloseTo(11.235269, 6)
    const common = await basket({ minSupport: 0.006, minConfidence: 0.25, minLength: 2 })
    expect(common.rules).toHaveLength(463)
    const herbs = common.rules.find(({ lhs, rhs }) => lhs.join() === 'herbs' && rhs[0] === 'root vegetables')
    expect(herbs?.support).toBeCloseTo(0.0070158, 7)
    expect(herbs?.confidence).toBeCloseTo(0.43125, 7)
    expect(herbs?.lift).toBeCloseTo(3.956477, 6)
    expect((await basket({ minSupport: 0.01, minConfidence: 0.5 })).rulesFound).toBe(15)
  })
})
