const dates = { dateFrom: '2026-01-01', dateTo: '2026-03-31' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'review', ...dates, of: 'live' },
  { type: 'review', ...dates, of: 'activity', windowDays: 14, limit: 5 },
  { type: 'review', ...dates, of: 'distribution', persons: { of: 'brought' } },
  { type: 'review', ...dates, of: 'community', persons: { of: 'bought' } },
  { type: 'review', ...dates, of: 'community', windowDays: 90, persons: { of: 'befriended' } },
]
