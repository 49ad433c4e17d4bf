import { expect, test } from 'vitest'
import { intervalText, liftText, plannedUnit, valueText } from '#console/experiments/figure.ts'

test('sums of money have their currency, other sums none, shares are in per cent', () => {
  const money = plannedUnit({ event: 'order.paid', measure: 'sum(amount)' }, 'CNY')
  expect([valueText(12.5, money), liftText(-3.456, money), valueText(null, money)]).toEqual(['¥12.50', '−¥3.46', '—'])
  expect(valueText(1234, plannedUnit({ event: 'order.paid', measure: 'sum(amount)' }, 'JPY'))).toMatch(/¥1,234$/)
  const pieces = plannedUnit({ event: 'order.paid', measure: 'sum(items)' }, 'CNY')
  expect([valueText(2.5, pieces), liftText(0.5, pieces)]).toEqual(['2.5', '+0.5'])
  const share = plannedUnit({ event: 'order.paid', measure: 'converted' }, 'CNY')
  expect([valueText(0.125, share), liftText(0.03, share)]).toEqual(['12.5%', '+3pp'])
  const again = { measure: 'repeated' }
  expect([
    valueText(0.125, again),
    intervalText({ low: -0.01, high: 0.03 }, again),
    intervalText({ low: null, high: null }, again),
  ]).toEqual(['12.5%', '−1pp … +3pp', '—'])
})
