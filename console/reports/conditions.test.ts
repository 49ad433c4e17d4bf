import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ConditionRow, operators, toRows, toWhere } from '#console/reports/conditions.ts'
import { readDocument, sameDocument } from '#console/reports/document.ts'

test('a filter of the short form becomes rows', () => {
  expect(toRows({ city: '上海', price: { gte: 10 }, plan: ['a', 'b'] })).toEqual([
    { property: 'city', op: 'eq', value: '上海', scope: 'event' },
    { property: 'price', op: 'gte', value: '10', scope: 'event' },
    { property: 'plan', op: 'in', value: 'a, b', scope: 'event' },
  ])
})

test('what rows cannot show is left alone', () => {
  expect(toRows({ or: [{ city: '上海' }, { city: '北京' }] })).toBeUndefined()
  expect(toRows({ and: [{ not: { city: '上海' } }] })).toBeUndefined()
  expect(toRows({ price: { gte: 1, lt: 9 } })).toBeUndefined()
})

test('figures become numbers, codes that only look like figures stay text', () => {
  const value = (text: string) =>
    (toWhere([{ property: 'p', op: 'eq', value: text, scope: 'event' }]) as { and: { value: unknown }[] }).and[0]?.value
  expect([value('10'), value('-1.50'), value('007'), value('85123A'), value('true')]).toEqual([10, -1.5, '007', '85123A', true])
})

test('half-written rows ask nothing', () => {
  expect(toWhere([{ property: '', op: 'eq', value: '1', scope: 'event' }])).toBeUndefined()
  expect(toWhere([{ property: 'a', op: 'eq', value: ' ', scope: 'event' }])).toBeUndefined()
})

test('rows come back from the filter they made', () => {
  const word = fc.stringMatching(/^[a-z一-龥]{1,6}[0-9]{0,3}$/)
  const row: fc.Arbitrary<ConditionRow> = fc.record({
    property: word,
    op: fc.constantFrom(...operators),
    value: word,
    scope: fc.constantFrom('event', 'person'),
  })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
      expect(toRows(toWhere(rows))).toEqual(rows.map((one) => (one.op === 'exists' ? { ...one, value: '' } : one)))
    }),
  )
})

test('documents are the same whatever the order of their fields, and broken text is none', () => {
  expect(sameDocument({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true)
  expect(sameDocument({ a: [1, 2] }, { a: [2, 1] })).toBe(false)
  expect(readDocument('{"type":')).toBeUndefined()
  expect(readDocument('{"typ":"funnel"}')).toBeUndefined()
})
