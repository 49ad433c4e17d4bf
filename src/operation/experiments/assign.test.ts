import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isHeldOut, variantOf, type Weighted } from './assign.ts'

/** Pearson's distance of the counts from what the shares say. */
const distance = (counts: readonly number[], shares: readonly number[]): number => {
  const all = counts.reduce((sum, one) => sum + one, 0)
  return counts.reduce((sum, one, i) => sum + (one - all * (shares[i] ?? 0)) ** 2 / (all * (shares[i] ?? 0)), 0)
}
const ids = Array.from({ length: 100_000 }, (_, i) => i + 1)
const three: readonly Weighted[] = [
  { key: 'a', weight: 500 },
  { key: 'b', weight: 300 },
  { key: 'c', weight: 200 },
]

/** Weights that add up to a thousand, of two to five variants. */
const weights = fc
  .uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 4 })
  .map((cuts) => [...cuts.sort((a, b) => a - b), 1000].map((cut, i, all) => ({ key: `v${i}`, weight: cut - (all[i - 1] ?? 0) })))

describe('who gets what', () => {
  test.each(['first', 'second'])('a hundred thousand people come in the shares of the weights (%s salt)', (salt) => {
    const counts = three.map(() => 0)
    for (const id of ids) {
      const at = three.findIndex(({ key }) => key === variantOf(salt, id, three))
      counts[at] = (counts[at] ?? 0) + 1
    }
    // Chi-square with two degrees of freedom goes beyond 13.8 once in a thousand.
    expect(distance(counts, [0.5, 0.3, 0.2])).toBeLessThan(13.8)
  })

  test('one salt says nothing about another, nor the variant about the holdout of the same salt', () => {
    const halves = [
      { key: 'a', weight: 500 },
      { key: 'b', weight: 500 },
    ]
    const salts = [0, 0, 0, 0]
    const held = [0, 0, 0, 0]
    for (const id of ids.slice(0, 40_000)) {
      const first = variantOf('one', id, halves) === 'a' ? 0 : 2
      const other = first + (variantOf('two', id, halves) === 'a' ? 0 : 1)
      const out = first + (isHeldOut('one', id, 500) ? 0 : 1)
      salts[other] = (salts[other] ?? 0) + 1
      held[out] = (held[out] ?? 0) + 1
    }
    // Three degrees of freedom: 16.3 once in a thousand.
    expect(distance(salts, [0.25, 0.25, 0.25, 0.25])).toBeLessThan(16.3)
    expect(distance(held, [0.25, 0.25, 0.25, 0.25])).toBeLessThan(16.3)
  })

  test('a larger holdout holds out the same people and more', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (salt, id, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)]
        expect(isHeldOut(salt, id, less) && !isHeldOut(salt, id, more)).toBe(false)
        expect([isHeldOut(salt, id, 0), isHeldOut(salt, id, 1000)]).toEqual([false, true])
      }),
    )
  })

  test('the order in which variants are named moves nobody', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), weights, (salt, id, variants) => {
        expect(variantOf(salt, id, variants.toReversed())).toBe(variantOf(salt, id, variants))
      }),
    )
  })

  test('people stay where they were dealt to when this was written', () => {
    const dealt = ids.slice(0, 24).map((id) => variantOf('spring', id, three))
    expect(dealt.join('')).toBe('ccbaaabcbcbaaababacbacaa')
    expect(ids.filter((id) => id <= 100 && isHeldOut('spring', id, 100))).toEqual([49, 64, 87, 91, 92, 94, 97, 99])
  })

  test('weights that do not add up are a mistake of the caller', () => {
    expect(() => ids.map((id) => variantOf('x', id, [{ key: 'a', weight: 1 }]))).toThrow('add up to 1,')
  })
})
