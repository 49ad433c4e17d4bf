const dates = { dateFrom: '2026-01-01', dateTo: '2026-12-31' }

/** Documents that cover the type's options. */
export const examples: readonly object[] = [
  { type: 'trade', ...dates, interval: 'month' },
  {
    type: 'trade',
    ...dates,
    interval: 'week',
    compare: 'previous_period',
    breakdowns: ['region', 'channel', 'employee', 'shop'],
    limit: 2,
  },
  { type: 'trade', ...dates, interval: 'month', compare: 'previous_year', bands: [1, 10, 100], persons: { of: 'new' } },
  { type: 'trade', ...dates, interval: 'month', persons: { of: 'buyers', orders: 1, band: 0 } },
]
