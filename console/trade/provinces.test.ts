import { expect, test } from 'vitest'
import { provinceOf, provinces } from './provinces.ts'

test.each([
  ['上海', '上海'],
  ['上海市', '上海'],
  ['浙江杭州', '浙江'],
  ['杭州', '浙江'],
  ['苏州市', '江苏'],
  ['广西壮族自治区', '广西'],
  ['内蒙古自治区呼和浩特市', '内蒙古'],
  ['United Kingdom', undefined],
  ['', undefined],
])('%s lies in %s', (region, province) => {
  expect(provinceOf(region)?.name).toBe(province)
})

test('each province has a tile of its own', () => {
  expect(provinces).toHaveLength(34)
  expect(new Set(provinces.map(({ row, column }) => `${row} ${column}`)).size).toBe(34)
  expect(new Set(provinces.map(({ code }) => code)).size).toBe(34)
})
