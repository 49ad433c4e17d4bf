const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'waste', ...dates },
  { type: 'waste', ...dates, windowDays: 7, kinds: ['message', 'channel'], worthwhileLift: 0.5 },
  { type: 'waste', ...dates, persons: { kind: 'channel', key: '1' } },
]
