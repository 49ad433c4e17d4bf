import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkLimits, checkSpan } from './request-limits.ts'

const fieldOf = (work: () => void): unknown => {
  try {
    work()
  } catch (error) {
    return (error as { field?: string }).field
  }
  return undefined
}
const check = (limit: Parameters<typeof checkLimits>[1], request: unknown) => fieldOf(() => checkLimits('x', limit, request))

test('a text is bounded in characters, bytes and what it is made of', () => {
  expect(check({ a: { chars: 2, bytes: 6 } }, { a: '长长' })).toBeUndefined()
  expect(check({ a: { chars: 2 } }, { a: '😀😀😀' })).toBe('a')
  expect(check({ a: { bytes: 5 } }, { a: '长长' })).toBe('a')
  expect(check({ a: { chars: 9, bytes: 5 } }, { a: '长长' })).toBe('a')
  expect(check({ a: { pattern: /^[a-z]*$/ } }, { a: 'ok' })).toBeUndefined()
  expect(check({ a: { pattern: /^[a-z]*$/ } }, { a: '不' })).toBe('a')
  expect(check({ a: { parts: 2 } }, { a: 'u1|u2' })).toBeUndefined()
  expect(check({ a: { parts: 2 } }, { a: 'u1|u2|u3' })).toBe('a')
})

test('a list is bounded at both ends, a number too, each item of a list by itself; what is absent is not', () => {
  expect(check({ a: { items: 2, fewest: 1 } }, { a: [] })).toBe('a')
  expect(check({ a: { items: 2, fewest: 1 } }, {})).toBeUndefined()
  expect(check({ a: { items: 2 } }, { a: [1, 2, 3] })).toBe('a')
  expect(check({ 'a.*.n': { atLeast: 1, atMost: 3 } }, { a: [{ n: 1 }, { n: 4 }] })).toBe('a.1.n')
  expect(check({ 'a.*.n': { atLeast: 1, atMost: 3 } }, { a: [{}, { n: 3 }] })).toBeUndefined()
})

const whole = { from: 'start', to: 'end', days: 30, whole: true }
const span = (start: unknown, end?: unknown, rule: Parameters<typeof checkSpan>[1] = whole) =>
  fieldOf(() => checkSpan('x', rule, { start, end }))

test('a time range is in order, in seconds and not too long, as days of Beijing or to the second', () => {
  const midnight = Date.parse('2026-11-01T00:00:00+08:00') / 1000
  const day = 86_400
  expect(span(midnight, midnight + 30 * day - 1)).toBeUndefined()
  expect(span(midnight, midnight + 30 * day)).toBe('end')
  expect(span(midnight + day - 1, midnight + 30 * day)).toBe('end')
  expect(span(midnight)).toBeUndefined()
  expect(span(midnight, midnight - 1)).toBe('end')
  expect(span(midnight * 1000, midnight * 1000)).toBe('start')
  const exact = { from: 'start', to: 'end', days: 31 }
  expect(span(midnight, midnight + 31 * day, exact)).toBeUndefined()
  expect(span(midnight, midnight + 31 * day + 1, exact)).toBe('end')
  expect(span('yesterday', midnight)).toBeUndefined()
})

test('as days, the hour within a day makes no difference', () => {
  const seconds = fc.integer({ min: 1_700_000_000, max: 1_900_000_000 })
  const length = fc.integer({ min: 0, max: 60 * 86_400 })
  fc.assert(
    fc.property(seconds, length, fc.integer({ min: 0, max: 86_399 }), (start, long, later) => {
      const dayStart = (at: number) => Math.floor((at + 28_800) / 86_400) * 86_400 - 28_800
      expect(span(dayStart(start), dayStart(start + long) + later)).toBe(span(start, start + long))
    }),
  )
})
