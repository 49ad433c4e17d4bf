import { expect, test } from 'vitest'
import { adjustForMany, compareShares, powerOf, wilson } from './proportions.ts'

test('intervals of shares are those of Newcombe 1998', () => {
  const one = wilson({ did: 81, of: 263 })
  expect([one.low, one.high].map((bound) => bound.toFixed(4))).toEqual(['0.2553', '0.3662'])
  const both = compareShares({ did: 56, of: 70 }, { did: 48, of: 80 })
  expect([both?.difference, both?.low, both?.high].map((bound) => bound?.toFixed(4))).toEqual(['0.2000', '0.0524', '0.3339'])
  expect(compareShares({ did: 0, of: 0 }, { did: 1, of: 2 })).toBeNull()
})

test('phi and the odds ratio of a table, and p of no difference', () => {
  const found = compareShares({ did: 30, of: 40 }, { did: 20, of: 60 })
  expect(found?.phi).toBeCloseTo((30 * 40 - 10 * 20) / Math.sqrt(40 * 60 * 50 * 50), 12)
  expect(found?.oddsRatio).toBe(6)
  expect(found?.p).toBeLessThan(0.0001)
  expect(compareShares({ did: 5, of: 5 }, { did: 5, of: 5 })).toMatchObject({ difference: 0, phi: 0, p: 1, oddsRatio: null })
})

test('power grows with people, and is five in a hundred halves where nothing differs', () => {
  expect(powerOf(0.1, 0.15, 686, 686)).toBeCloseTo(0.8, 2)
  expect(powerOf(0.1, 0.1, 100, 100)).toBeCloseTo(0.025, 3)
  expect(powerOf(0.1, 0.2, 0, 100)).toBe(0)
})

test('many tests at once are told apart from luck', () => {
  expect(adjustForMany([0.01, 0.04, 0.03, 0.5]).map((q) => q.toFixed(4))).toEqual(['0.0400', '0.0533', '0.0533', '0.5000'])
  expect(adjustForMany([])).toEqual([])
})
