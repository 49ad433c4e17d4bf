import fc from 'fast-check'
import { expect, test } from 'vitest'
import { passages, weakest } from '#console/overview/loop-steps.ts'

const counts = (scans: number, adds: number, tagged: number, ordered: number) => ({ scans, adds, tagged, ordered })

test('the weakest step is the one that lost most of its own rate', () => {
  const all = passages(counts(1000, 500, 450, 90), counts(1000, 600, 540, 108))
  expect(weakest(all)?.to).toBe('adds')
})

test('without a fall it is the lowest rate', () => {
  expect(weakest(passages(counts(1000, 600, 540, 54), counts(900, 500, 440, 40)))?.to).toBe('ordered')
  expect(weakest(passages(counts(1000, 600, 540, 54), undefined))?.to).toBe('ordered')
})

test('steps behind an empty one have no rate and are never named', () => {
  expect(weakest(passages(counts(0, 0, 0, 0), counts(5, 4, 3, 2)))).toBeUndefined()
  expect(passages(counts(10, 0, 0, 0), undefined).map((passage) => passage.rate)).toEqual([0, null, null])
})

test('a rate of very few people is not compared with', () => {
  const [adds, tagged] = passages(counts(1000, 600, 540, 54), counts(40, 19, 18, 4))
  expect(adds?.rateBefore).toBe(0.475)
  expect(tagged?.rateBefore).toBeNull()
})

test('more people than before the step are no share', () => {
  expect(passages(counts(100, 50, 80, 8), undefined).map(({ rate }) => rate)).toEqual([0.5, null, 0.1])
})

test('the named step always has a rate', () => {
  const some = fc.record({ scans: fc.nat(50), adds: fc.nat(50), tagged: fc.nat(50), ordered: fc.nat(50) })
  fc.assert(
    fc.property(some, some, (now, before) => {
      const named = weakest(passages(now, before))
      return named === undefined || named.rate !== null
    }),
  )
})
