import { expect, test } from 'vitest'
import { guessKind } from '#console/imports/guess-kind.ts'

const column = (key: string, aliases: string[], required = false) => ({ key, required, aliases })
const kinds = [
  {
    name: 'orders',
    columns: [column('order_no', ['订单号', '订单编号'], true), column('customer.phone', ['手机号']), column('line.paid', ['实付金额'])],
  },
  { name: 'customers', columns: [column('name', ['姓名', '客户姓名']), column('phone', ['手机号']), column('gender', ['性别'])] },
]

test('a file is told by its headers, with units and spaces left aside', () => {
  expect(guessKind(kinds, [' 订单编号', '实付金额（元）', '手机号'])).toBe('orders')
  expect(guessKind(kinds, ['客户姓名', '手机号', '性别'])).toBe('customers')
})

test('a kind that misses what it needs is not guessed', () => {
  expect(guessKind(kinds, ['手机号', '实付金额'])).toBe('customers')
  expect(guessKind(kinds, ['甲', '乙'])).toBeUndefined()
})
