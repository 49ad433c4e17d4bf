import { expect, test } from 'vitest'
import { isRate, movedFrom } from './change.ts'

test('rates move in points, counts and amounts in per cent of what they were', () => {
  expect(movedFrom(0.23, 0.2, isRate('share'))).toEqual({ in: 'points', by: expect.closeTo(3) })
  expect(movedFrom(23, 20, isRate('number'))).toEqual({ in: 'percent', by: expect.closeTo(15) })
  expect(movedFrom(-30, -20, isRate('money'))).toEqual({ in: 'percent', by: expect.closeTo(-50) })
  expect(movedFrom(300, 20, isRate('money'))).toEqual({ in: 'times', by: 15 })
})

test('a rate may rise from nothing, and what would be shown as nought stood still', () => {
  expect(movedFrom(0.04, 0, true)).toEqual({ in: 'points', by: expect.closeTo(4) })
  expect(movedFrom(4, 0, false)).toBe('from_nothing')
  expect(movedFrom(0.2004, 0.2, true)).toBe('unchanged')
  expect(movedFrom(0, 0, false)).toBe('unchanged')
})
