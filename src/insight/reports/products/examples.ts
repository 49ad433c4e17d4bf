const dates = { dateFrom: '2026-01-01', dateTo: '2026-12-31' }

/** Documents that cover the type's options. */
export const examples: readonly object[] = [
  { type: 'products', ...dates, interval: 'month' },
  { type: 'products', ...dates, interval: 'month', compare: 'previous_year', sort: 'orders', limit: 3, abc: [0.5, 0.9] },
  { type: 'products', ...dates, interval: 'week', product: 'tea', windowDays: 30, persons: { of: 'viewed_not_bought' } },
  { type: 'products', ...dates, interval: 'month', persons: { of: 'buyers' } },
]
