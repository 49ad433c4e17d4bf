const dates = { dateFrom: '2026-01-01', dateTo: '2026-12-31' }

/** Documents that cover the type's options. */
export const examples: readonly object[] = [
  { type: 'repurchase', ...dates },
  { type: 'repurchase', ...dates, interval: 'week', days: [1, 7, 30], rows: 50 },
  { type: 'repurchase', ...dates, products: 20, persons: { of: 'repeated' } },
  { type: 'repurchase', ...dates, days: [30], persons: { cohort: 0, days: 30, repeated: false } },
]
