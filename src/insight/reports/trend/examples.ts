const dates = { dateFrom: '2026-01-01', dateTo: '2026-03-31' }

export const examples: readonly object[] = [
  { type: 'trend', ...dates, interval: 'week', series: [{ event: 'page.viewed' }, { event: '*', measure: 'persons' }] },
  { type: 'trend', ...dates, interval: 'period', series: [{ event: 'page.viewed', measure: 'persons' }], compare: 'previous_period' },
  {
    type: 'trend',
    ...dates,
    interval: 'month',
    cumulative: true,
    series: [
      { event: '*', measure: 'persons' },
      { event: 'order.paid', measure: 'sum(amount)' },
      { event: 'order.paid', measure: 'median(amount)' },
    ],
  },
  {
    type: 'trend',
    ...dates,
    interval: 'month',
    series: [
      { event: 'order.paid', measure: 'sum(amount)' },
      { event: 'order.paid', measure: 'persons' },
    ],
    breakdown: { property: 'channel', limit: 3 },
    formula: 'A / B',
    compare: 'previous_year',
  },
  { type: 'trend', ...dates, interval: 'month', series: [{ event: '*', measure: 'persons' }], persons: { interval: 1 } },
]
