import { expect, test } from 'vitest'
import { Definition } from '#operation/journeys/definition.ts'
import { metIn, propertiesLater } from './brought.ts'

const hour = { value: 1, unit: 'hour' }
const branch = (id: string, property: string, next: string | null) => ({
  id,
  type: 'branch',
  paths: [{ name: '是', when: { happened: { [property]: { gte: 1 } } }, next }],
  otherwise: next,
})
const wait = (id: string, happens: object, next: string | null, otherwise: string | null) => ({
  id,
  type: 'wait_for',
  happens: [happens],
  timeout: hour,
  next,
  otherwise,
})
const drawing = (steps: object[]) => Definition.parse({ entry: { by: 'hand' }, start: 'ask', steps })

test('a wait is asked for what branches behind it compare, until something else was waited for', () => {
  const event = { event: 'survey.answered' }
  const made = drawing([
    wait('ask', event, 'first', null),
    branch('first', 'score', 'again'),
    wait('again', { event: 'order.paid' }, 'met', 'late'),
    branch('met', 'amount', null),
    branch('late', 'channel', null),
  ])
  expect(propertiesLater(made, 'ask')).toEqual(['score', 'channel'])
  expect(propertiesLater(made, 'again')).toEqual(['amount'])
  expect(propertiesLater(made, 'first')).toEqual([])
})

test('a rule that comes true brings nothing, a circle ends, and a step that is gone is not met', () => {
  const made = drawing([
    wait('ask', { event: 'survey.answered' }, 'rule', null),
    wait('rule', { rule: { and: [] } }, 'which', null),
    branch('which', 'score', 'ask'),
  ])
  expect(propertiesLater(made, 'ask')).toEqual(['score'])
  expect(metIn(made, { ask: { score: 5 }, gone: {}, which: {} })).toEqual({ ask: { score: 5 } })
})
