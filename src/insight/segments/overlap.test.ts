import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bitsOf } from '../reports/segment/bits.ts'
import { overlapOfSets } from './overlap.ts'

test('parts and pairs are those of plain sets', () => {
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(fc.nat(80)), { minLength: 2, maxLength: 8 }), (lists) => {
      const { counts, parts, pairs } = overlapOfSets(lists.map(bitsOf))
      expect(counts).toEqual(lists.map(({ length }) => length))
      const everybody = [...new Set(lists.flat())]
      expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(everybody.length)
      for (const part of parts)
        expect(everybody.filter((id) => lists.every((list, i) => list.includes(id) === part.in.includes(i)))).toHaveLength(part.count)
      expect(pairs).toHaveLength((lists.length * (lists.length - 1)) / 2)
      for (const { first, second, both, ofFirst, jaccard } of pairs) {
        const [a = [], b = []] = [lists[first], lists[second]]
        const common = a.filter((id) => b.includes(id)).length
        expect([both, ofFirst]).toEqual([common, a.length === 0 ? null : common / a.length])
        const either = new Set([...a, ...b]).size
        expect(jaccard).toBe(either === 0 ? null : common / either)
      }
    }),
  )
})
