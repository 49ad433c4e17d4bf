import { expect, test } from 'vitest'
import { freshLeaf, isWhole, lacksIn, type RuleTree } from '#console/segments/tree.ts'

test('a rule without conditions is everybody, a group begun within it lacks one', () => {
  expect(isWhole({ and: [] })).toBe(true)
  expect(lacksIn({ and: [{ or: [] }] })).toEqual([{ place: '.0', kind: 'group' }])
})

test('each condition that is not chosen is named with its place, also turned round and in a group', () => {
  const rule: RuleTree = {
    and: [freshLeaf('orders'), freshLeaf('event'), { not: freshLeaf('tag') }, { or: [freshLeaf('points'), freshLeaf('segment')] }],
  }
  expect(lacksIn(rule)).toEqual([
    { place: '.1', kind: 'event' },
    { place: '.2', kind: 'tag' },
    { place: '.3.1', kind: 'segment' },
  ])
})
