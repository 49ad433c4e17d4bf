import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allot } from './allot.ts'
import { type Journey, removalEffects } from './markov.ts'
import { creditPaths, type PathModel } from './models.ts'

const share = (model: PathModel, touches: number[]) => creditPaths([{ touches, conversions: 1, value: 10 }], model, 3).conversions

describe('credit of one conversion', () => {
  test('goes where each model says', () => {
    expect(share('first', [0, 1, 2])).toEqual([1, 0, 0])
    expect(share('last', [0, 1, 2])).toEqual([0, 0, 1])
    expect(share('linear', [0, 1, 0, 2])).toEqual([0.5, 0.25, 0.25])
    expect(share('position', [0, 1, 2])).toEqual([0.4, 0.2, 0.4])
    expect(share('position', [0, 1])).toEqual([0.5, 0.5, 0])
    expect(share('position', [2])).toEqual([0, 0, 1])
  })

  test('passes direct visits over unless there is nothing else', () => {
    const direct = (touches: number[]) =>
      creditPaths([{ touches, conversions: 1, value: 10 }], 'last_non_direct', 3, (one) => one === 2).conversions
    expect(direct([0, 1, 2])).toEqual([0, 1, 0])
    expect(direct([2, 2])).toEqual([0, 0, 1])
  })
})

/** The chance to convert by playing the chain forward until nothing is left, with one touchpoint leading to nothing. */
function playChain(journeys: readonly Journey[], touchpoints: number, without = -1): number {
  const out = Array.from({ length: touchpoints }, () => new Map<number | 'yes' | 'no', number>())
  const starts = new Map<number, number>()
  const add = <Key>(map: Map<Key, number>, key: Key, times: number) => map.set(key, (map.get(key) ?? 0) + times)
  for (const { touches, conversions, nulls } of journeys) {
    if (touches.length === 0) continue
    add(starts, touches[0] ?? 0, conversions + nulls)
    touches.forEach((one, i) => {
      const next = touches[i + 1]
      if (next !== undefined) add(out[one] ?? new Map(), next, conversions + nulls)
      else {
        add(out[one] ?? new Map(), 'yes', conversions)
        add(out[one] ?? new Map(), 'no', nulls)
      }
    })
  }
  const total = [...starts.values()].reduce((sum, one) => sum + one, 0)
  let here = Array.from({ length: touchpoints }, (_, i) => (starts.get(i) ?? 0) / (total || 1))
  let converted = 0
  for (let step = 0; step < 1500; step++) {
    const next: number[] = Array(touchpoints).fill(0)
    here.forEach((share, i) => {
      if (i === without) return
      const all = [...(out[i]?.values() ?? [])].reduce((sum, one) => sum + one, 0)
      for (const [to, times] of out[i] ?? []) {
        if (to === 'yes') converted += (share * times) / all
        else if (to !== 'no') next[to] = (next[to] ?? 0) + (share * times) / all
      }
    })
    here = next
  }
  return converted
}

test('removal effects are those of a chain played step by step', () => {
  const journey = fc.record({
    touches: fc.array(fc.nat(3), { maxLength: 5 }),
    conversions: fc.nat(3),
    nulls: fc.nat(3),
  })
  fc.assert(
    fc.property(fc.array(journey, { minLength: 1, maxLength: 6 }), (journeys) => {
      const { base, effects } = removalEffects(journeys, 4)
      const seen = journeys.filter(({ touches, conversions, nulls }) => touches.length > 0 && conversions + nulls > 0)
      if (seen.length === 0) {
        expect(base).toBeNull()
        return
      }
      const played = playChain(seen, 4)
      expect(base).toBeCloseTo(played, 6)
      effects.forEach((effect, i) => {
        expect(effect).toBeCloseTo(played === 0 ? 0 : 1 - playChain(seen, 4, i) / played, 6)
      })
    }),
    { numRuns: 60 },
  )
})

test('parts add up to the total, and none is further than a unit from its share', () => {
  const weights = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), weights, (cents, list) => {
      fc.pre(list.reduce((sum, one) => sum + one, 0) > 1e-6)
      const total = new Big(cents).div(100)
      const parts = allot(total, list, 2)
      expect(parts.reduce((sum, part) => sum.plus(part), new Big(0)).toFixed()).toBe(total.toFixed())
      const sum = list.reduce((all, one) => all + one, 0)
      for (const [i, part] of parts.entries())
        expect(Math.abs(Number(part) - (Number(total) * (list[i] ?? 0)) / sum)).toBeLessThanOrEqual(0.010001)
    }),
  )
})
