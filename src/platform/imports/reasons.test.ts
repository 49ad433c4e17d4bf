import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { productsImport } from '#conversion/orders/products-import.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { appError } from '../errors.ts'
import { importFile } from './engine.ts'
import { reasonOf } from './reasons.ts'

const folder = mkdtempSync(join(tmpdir(), 'liuliang-reasons-'))
let workspace: TestWorkspace

beforeAll(async () => {
  workspace = await openTestWorkspace()
})

async function rejectedOf(language: string): Promise<string[]> {
  const ctx = await workspace.newTenant()
  await workspace.databases.system.updateTable('tenants').set({ language }).where('id', '=', ctx.tenantId).execute()
  const path = join(folder, 'products.csv')
  writeFileSync(path, '商品编码,商品名称,价格\n,杯子,1\nP1,,1\nP2,杯子,x\nP3,杯子,-1\nP4,杯子,1,2\nP5,杯子,1\n')
  const { rejectedFile } = await importFile(ctx, { kind: productsImport, path })
  return readFileSync(rejectedFile ?? '', 'utf8')
    .trim()
    .split('\r\n')
    .slice(1)
}

describe('why rows were refused', () => {
  test('is said in Chinese to a Chinese company, with what it is about; the code stays', async () => {
    expect(await rejectedOf('zh')).toEqual([
      ',杯子,1,2,product.no_code,code,没有商品编码',
      'P1,,1,3,product.no_title,title,没有商品名称',
      'P2,杯子,x,4,amount.invalid,price,不是有效的金额：“x”',
      'P3,杯子,-1,5,amount.negative,price,金额不能为负（退款行除外）',
      'P4,杯子,1,6,row.too_many_cells,,该行的列数多于表头，含逗号的文字需要加引号',
    ])
  })

  test('and in English to one that chose English', async () => {
    expect((await rejectedOf('en'))[0]).toBe(',杯子,1,2,product.no_code,code,The row has no product code.')
  })

  test('a reason without Chinese words keeps its own', () => {
    expect(reasonOf(appError('moon.too_far', { message: 'The moon is too far.' }), 'zh')).toBe('The moon is too far.')
  })
})
