import { expect, test } from 'vitest'
import { pairsOf } from '#console/events/pairs.ts'
import { propertyName } from '#console/events/property-names.ts'
import { startLanguage } from '#console/i18n/i18n.ts'

const said = (properties: Record<string, string>) =>
  pairsOf({ properties, nameOf: (name) => propertyName([], ['*'], name) }).map(({ name, value }) => `${name} ${value}`)

test('properties of ours are said in words, amounts with their currency, ids give way to names', () => {
  globalThis.document ??= { documentElement: {} } as Document
  startLanguage('zh')
  expect(said({ tag: '9', tagName: '待跟进', by: 'system' })).toEqual(['标签 待跟进', '操作者 系统'])
  expect(said({ orderNo: 'A1', order: '77', amount: '48399', currency: 'GBP', first: 'false' })).toEqual([
    '订单号 A1',
    '金额 £483.99',
    '首单 否',
  ])
  expect(said({ products: '["KY-1","KY-2"]', path: '/pricing', empty: '' })).toEqual(['商品 KY-1、KY-2', '页面路径 /pricing'])
  expect(said({ employee: '7', employeeName: '小雨', kind: 'text', letters: '10' })).toEqual(['员工 小雨', '类型 文字', '字数 10'])
  expect(said({ employee: '7', order: `ord_${'0'.repeat(26)}`, items: '2' })).toEqual(['件数 2'])
})
