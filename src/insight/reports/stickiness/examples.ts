const dates = { dateFrom: '2026-02-01', dateTo: '2026-03-15' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'stickiness', ...dates },
  { type: 'stickiness', ...dates, event: 'page.viewed', interval: 'week', weekStart: 'sunday', persons: { intervals: 2 } },
  { type: 'stickiness', ...dates, event: 'page.viewed', interval: 'month', where: { source: 'ad' } },
  { type: 'stickiness', ...dates, among: ['1', '2', '3', '16', '17', '18'] },
]
