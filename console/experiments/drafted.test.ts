import { expect, test } from 'vitest'
import { type Drafted, draftedValues } from '#console/experiments/drafted.ts'
import { emptyValues, powerOf } from '#console/experiments/form-values.ts'

const values = (draft: Drafted) => draftedValues(JSON.stringify(draft))

test('what is tried stands in the form, and metrics stay to be chosen', () => {
  const draft: Drafted = { name: '留出', hypothesis: '买得更多', thing: { kind: 'journey', id: 'jny_1' } }
  expect(values(draft)).toEqual({ name: '留出', hypothesis: '买得更多', thing: { kind: 'journey', id: 'jny_1', step: null } })
})

test('each way to say a message is a variant, all of them together are everybody, and nobody is held out', () => {
  const message: Drafted = { name: '', hypothesis: '', thing: { kind: 'message', id: 'msg_1' }, ways: 3 }
  expect(values(message)?.variants).toEqual([
    { name: 'A', share: 33.3 },
    { name: 'B', share: 33.3 },
    { name: 'C', share: 33.4 },
  ])
  expect(powerOf({ ...emptyValues, ...values(message) })).toMatchObject({
    holdoutPerMille: 0,
    variants: [
      { key: 'a', weight: 333 },
      { key: 'b', weight: 333 },
      { key: 'c', weight: 334 },
    ],
  })
  expect(values({ ...message, ways: 1 })?.holdout).toBeUndefined()
  expect(values({ ...message, ways: 1 })?.variants).toEqual([{ name: 'A', share: 100 }])
})

test('a finding brings its measures', () => {
  const measured = { trialEvent: 'group.joined', growthEvent: 'order.paid', windowDays: 60, base: 12.5 }
  expect(values({ name: '进群', hypothesis: '', measured })).toMatchObject({
    windowDays: 60,
    trialMetric: { event: 'group.joined', kind: 'converted' },
    growthMetric: { event: 'order.paid', kind: 'converted' },
    plan: { base: 12.5 },
  })
})

test('what is no draft fills in nothing', () => {
  for (const written of [undefined, 'no', '{}', JSON.stringify({ name: '', hypothesis: '', thing: { kind: 'moon', id: '1' } })])
    expect(draftedValues(written)).toBeUndefined()
})
