const dates = { dateFrom: '2026-02-01', dateTo: '2026-03-15' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'lifecycle', ...dates },
  { type: 'lifecycle', ...dates, event: 'page.viewed', interval: 'week', persons: { interval: 2, status: 'resurrected' } },
  { type: 'lifecycle', ...dates, event: 'order.paid', interval: 'month', where: { channel: '1' } },
  { type: 'lifecycle', ...dates, interval: 'week', among: ['1', '2', '3', '16', '17', '18'], timezone: 'UTC' },
]
