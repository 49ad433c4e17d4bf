const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'economics', ...dates },
  { type: 'economics', ...dates, windowDays: 30, marginRate: 0.4, horizonDays: 30, retentionDays: [1, 7] },
  { type: 'economics', ...dates, persons: { of: 'paying' } },
  { type: 'economics', ...dates, persons: { channel: null, of: 'kept', days: 30 } },
]
