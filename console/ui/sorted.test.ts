import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextSort, sortedBy } from './sorted.ts'

const row = fc.record({ id: fc.nat(), days: fc.option(fc.integer({ min: -50, max: 50 })) })
const daysOf = ({ days }: { days: number | null }) => days

test('rows are sorted either way, those without a value last and in their order', () => {
  fc.assert(
    fc.property(fc.array(row), fc.boolean(), (rows, down) => {
      const sorted = sortedBy(rows, down ? '-days' : 'days', daysOf)
      const known = sorted.filter(({ days }) => days !== null)
      expect(sorted.slice(known.length)).toEqual(rows.filter(({ days }) => days === null))
      const values = known.map(({ days }) => days ?? 0)
      expect(values).toEqual([...values].sort((a, b) => (down ? b - a : a - b)))
      expect(sortedBy(rows, undefined, daysOf)).toEqual(rows)
    }),
  )
})

test('pressing a heading goes from the largest over the smallest to the order it had', () => {
  expect(nextSort(undefined, 'roi')).toBe('-roi')
  expect(nextSort('-roi', 'roi')).toBe('roi')
  expect(nextSort('roi', 'roi')).toBe(undefined)
  expect(nextSort('-roi', 'cac')).toBe('-cac')
})
