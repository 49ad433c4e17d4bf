import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Rule, readRule } from '../reports/segment/rule.ts'
import { findTagCircle, type Tagging, whereRead } from './tag-circles.ts'

const ruleOf = (value: unknown): Rule => {
  const read = readRule(value)
  if ('message' in read) throw new Error(read.message)
  return read.rule
}
const segment = (id: string, rule: unknown, writes: string | null = null): Tagging => ({ id, name: id, rule: ruleOf(rule), writes })
const names = (circle: Tagging[] | undefined) => circle?.map(({ name }) => name)

test('a rule that reads what it writes is a circle, also through segments, other tags and events of tags', () => {
  const reading = { not: { tag: { any: ['t1'] } } }
  expect(names(findTagCircle([segment('a', reading, 't1')]))).toEqual(['a'])
  expect(findTagCircle([segment('a', reading, 't2')])).toBeUndefined()
  expect(names(findTagCircle([segment('a', { segment: 'b' }, 't1'), segment('b', reading)]))).toEqual(['a'])
  expect(names(findTagCircle([segment('a', reading, 't2'), segment('b', { tag: { all: ['t2'] } }, 't1')]))).toEqual(['a', 'b'])
  for (const event of ['*', 'customer.tagged', 'customer.untagged'])
    expect(names(findTagCircle([segment('a', { not: { event: { event } } }, 't1')]))).toEqual(['a'])
  expect(findTagCircle([segment('a', { event: { event: 'visit' } }, 't1'), segment('b', reading, 't2')])).toBeUndefined()
})

test('where a circle goes through a rule is said with the way there', () => {
  const all = [segment('b', { tag: { none: ['t1'] } })]
  const rule = ruleOf({ and: [{ event: { event: 'visit' } }, { or: [{ tag: { any: ['t2'] } }, { segment: 'b' }] }] })
  expect(whereRead(rule, ['t1'], all)).toBe('and.1.or.1.segment')
  expect(whereRead(rule, ['t2'], all)).toBe('and.1.or.0.tag')
  expect(whereRead(rule, ['t3'], all)).toBeUndefined()
})

test('there is a circle exactly where following tags long enough never ends', () => {
  const tag = fc.constantFrom('t1', 't2', 't3', 't4')
  const one = fc.record({ reads: fc.subarray(['t1', 't2', 't3', 't4'], { maxLength: 2 }), writes: fc.option(tag) })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 5 }), (list) => {
      const segments = list.map(({ reads, writes }, i) =>
        segment(`s${i}`, reads.length > 0 ? { tag: { any: reads } } : { event: { event: 'visit' } }, writes),
      )
      let reached = new Set<string>(list.flatMap(({ writes }) => writes ?? []))
      for (let step = 0; step < 10; step++)
        reached = new Set(list.flatMap(({ reads, writes }) => (writes !== null && reads.some((tag) => reached.has(tag)) ? [writes] : [])))
      expect(findTagCircle(segments) !== undefined).toBe(reached.size > 0)
    }),
  )
})
