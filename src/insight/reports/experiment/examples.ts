const exposure = { event: 'experiment.exposed', variant: 'variant' }

export const examples: readonly object[] = [
  { type: 'experiment', exposure, control: 'a', metrics: [{ name: 'bought', event: 'order.paid' }], windowDays: 14 },
  {
    type: 'experiment',
    dateFrom: '2026-03-01',
    dateTo: '2026-03-31',
    exposure,
    control: 'a',
    metrics: [
      { name: 'revenue', event: 'order.paid', measure: 'sum(amount)', where: { currency: 'CNY' } },
      { name: 'back', event: 'page.viewed' },
    ],
    covariate: { event: 'page.viewed', days: 14 },
    plan: { lift: 0.01 },
  },
  { type: 'experiment', exposure, control: 'a', metrics: [{ name: 'bought', event: 'order.paid' }], persons: { variant: 'a', metric: 0 } },
]
