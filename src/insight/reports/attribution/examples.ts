const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }
const touchpoint = { event: 'page.viewed', property: 'source' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'attribution', ...dates, conversion: { event: 'order.paid', value: 'amount' }, touchpoint },
  { type: 'attribution', ...dates, conversion: { event: 'order.paid' }, touchpoint, windowDays: 7, models: ['linear', 'markov'], limit: 2 },
  {
    type: 'attribution',
    ...dates,
    conversion: { event: 'order.paid' },
    touchpoint: { event: '*', property: 'channel' },
    models: ['time_decay'],
  },
  { type: 'attribution', ...dates, conversion: { event: 'order.paid' }, touchpoint, models: ['last'], persons: { of: 'touched' } },
]
