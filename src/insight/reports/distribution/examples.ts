const dates = { dateFrom: '2026-01-01', dateTo: '2026-03-31' }

export const examples: readonly object[] = [
  { type: 'distribution', ...dates, event: 'page.viewed' },
  { type: 'distribution', ...dates, event: '*', measure: 'days', interval: 'week', bins: { method: 'each', most: 7 } },
  { type: 'distribution', ...dates, event: 'order.paid', measure: 'sum(amount)' },
  { type: 'distribution', ...dates, event: 'order.paid', measure: 'avg(amount)', bins: { method: 'fixed', edges: [10, 50, 100] } },
  { type: 'distribution', ...dates, event: '*', bins: { method: 'each', most: 2 }, persons: { bin: 2 } },
]
