import { expect, test } from 'vitest'
import { bodyOf, valuesOf } from '#console/experiments/form-values.ts'
import type { Experiment } from '#operation/experiments/schema.ts'

const metric = { name: '报名', event: 'form.submitted', measure: 'converted', better: 'more' as const }
const stored = {
  ...{ name: '两句话', hypothesis: '短的更好', holdoutPerMille: 100, windowDays: 7, plannedEnd: null, thing: null },
  variants: [
    { key: 'long', name: '长', weight: 300 },
    { key: 'a', name: '短', weight: 700 },
  ],
  trialMetric: { ...metric, where: { channel: '门店' } },
  growthMetric: { ...metric, name: '成交额', event: 'order.paid', measure: 'sum(amount)' },
  guardRails: [{ ...metric, event: 'customer.unfollowed', better: 'less' as const, tolerance: 0.02 }],
  plan: { base: 0.2, lift: 0.03, power: 0.9 },
} as unknown as Experiment

test('what is stored and not shown goes back as it was; a new variant takes a letter that none has', () => {
  const values = valuesOf(stored)
  const body = bodyOf(values, (event) => event)
  const { name, hypothesis, holdoutPerMille, windowDays, plannedEnd, thing, variants, trialMetric, growthMetric, guardRails, plan } = stored
  expect(body).toEqual({
    name,
    hypothesis,
    holdoutPerMille,
    windowDays,
    plannedEnd,
    thing,
    variants,
    trialMetric,
    growthMetric,
    guardRails,
    plan,
  })
  const more = bodyOf({ ...values, variants: [...values.variants, { name: '新', share: 10 }] }, (event) => event)
  expect(more.variants.map(({ key }) => key)).toEqual(['long', 'a', 'b'])
})
