const dates = { dateFrom: '2026-01-01', dateTo: '2026-12-31' }

/** Documents that cover the type's options. */
export const examples: readonly object[] = [
  { type: 'cohort_revenue', ...dates },
  { type: 'cohort_revenue', ...dates, interval: 'week', amount: 'gross', by: 'channel' },
  { type: 'cohort_revenue', ...dates, start: 'first_follow', by: 'channel', margin: 0.4 },
  { type: 'cohort_revenue', ...dates, persons: { cohort: 0, interval: 1 } },
]
