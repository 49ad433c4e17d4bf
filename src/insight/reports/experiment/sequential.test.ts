import { expect, test } from 'vitest'
import { seededRandom } from '#platform/random.ts'
import { liveTrials } from '#test/soak/experiments.ts'
import { followLooks, type Gathered, thresholdAt, together } from './sequential.ts'

const side = (n: number, mean: number, variance: number): Gathered => ({ n, mean, variance, did: Math.round(n / 2) })
const monitoring = { share: false, persons: 1000, confidence: 0.95 }

test('the interval of a look leaves out nothing exactly where its p is below five per cent, at sizes small and large', () => {
  for (const n of [150, 1000, 20_000])
    for (const z of [1, 1.96, 2.5, 2.9, 3, 3.1, 3.5, 5]) {
      const looks = [{ day: 'a', control: side(n, 0, 1), treatment: side(n, z * Math.sqrt(2 / n), 1) }]
      const { looks: found, decidedOn } = followLooks(looks, monitoring)
      expect((found[0]?.low ?? 0) > 0, `${n} ${z}`).toBe((found[0]?.p ?? 1) < 0.05)
      expect(decidedOn).toBe((found[0]?.p ?? 1) < 0.05 ? 'a' : null)
    }
})

test('the mixture is that of its paper, and narrowest where it was planned', () => {
  // Robbins' mixture by hand: √(V / (V + τ²)) · exp(τ²θ² / 2V(V + τ²)), with τ² as planned for 1,000 on each side.
  const [n, lift] = [400, 0.2]
  const [v, tau] = [2 / n, (-2 * Math.log(0.05) + Math.log(1 - 2 * Math.log(0.05))) / 500]
  const odds = Math.sqrt(v / (v + tau)) * Math.exp((tau * lift ** 2) / (2 * v * (v + tau)))
  const at = (persons: number, n: number) =>
    followLooks([{ day: 'a', control: side(n, 0, 1), treatment: side(n, lift, 1) }], { ...monitoring, persons }).looks[0]
  expect(at(1000, n)?.p).toBeCloseTo(1 / odds, 8)
  const width = (persons: number) => (at(persons, 1000)?.high ?? 0) - (at(persons, 1000)?.low ?? 0)
  expect(width(1000)).toBeLessThan(Math.min(width(500), width(2000)))
  expect(width(1000) / 2 / Math.sqrt(2 / 1000)).toBeCloseTo(thresholdAt(0.05), 8)
})

test('what was once decided stays decided; too few people decide nothing', () => {
  const day = (day: string, n: number, mean: number) => ({ day, control: side(n, 0, 1), treatment: side(n, mean, 1) })
  const { looks, decidedOn } = followLooks([day('1', 90, 5), day('2', 500, 0.4), day('3', 900, 0.01)], monitoring)
  expect(looks.map(({ low }) => low === null)).toEqual([true, false, false])
  expect(looks[0]?.p).toBe(1)
  expect(looks[2]?.p).toBe(looks[1]?.p)
  expect(decidedOn).toBe('2')
})

test('two groups put together are one group', () => {
  const all = [3, 1, 4, 1, 5, 9, 2, 6]
  const gathered = (values: number[]): Gathered => {
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length
    const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (values.length - 1)
    return { n: values.length, mean, variance, did: values.length }
  }
  const found = together(gathered(all.slice(0, 3)), gathered(all.slice(3)))
  expect(found.mean).toBeCloseTo(gathered(all).mean, 12)
  expect(found.variance).toBeCloseTo(gathered(all).variance, 12)
})

test('trials of nothing are seldom called, though the plain p of some day often is; those of something mostly are', () => {
  const trial = { days: 20, perDay: 60, base: 0.2, persons: 600 }
  const nothing = liveTrials(seededRandom('a/a'), 100, { ...trial, lift: 0 })
  expect(nothing.called).toBeLessThan(0.1)
  expect(nothing.peeked).toBeGreaterThan(0.1)
  expect(liveTrials(seededRandom('a/b'), 40, { ...trial, lift: 0.1 }).called).toBeGreaterThan(0.7)
})
