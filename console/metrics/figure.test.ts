import { expect, test } from 'vitest'
import { exactFigure, figureText } from '#console/metrics/figure.ts'

test('amounts of metrics are written as amounts are elsewhere', () => {
  const text = (value: number) => figureText(value, 'money', 'CNY', 'zh')
  expect([text(304.4), text(1500), text(31_962), text(-9.5)]).toEqual(['¥304.40', '¥1,500', '¥3.2万', '-¥9.50'])
  expect(exactFigure(-9.5, 'money', 'CNY', 'zh')).toBe('-¥9.5')
  expect(figureText(304.4, 'number', undefined, 'zh')).toBe('304.4')
})
