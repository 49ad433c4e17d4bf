const dates = { dateFrom: '2026-01-01', dateTo: '2026-12-31' }

/** Documents that cover the type's options. */
export const examples: readonly object[] = [
  { type: 'interval', ...dates },
  { type: 'interval', ...dates, start: { event: '*' }, end: { event: 'order.paid' }, match: 'first', unit: 'hour', bins: [1, 24, 72] },
  { type: 'interval', ...dates, unit: 'minute', bins: [60], persons: { bin: 1 } },
  { type: 'interval', ...dates, persons: { open: true } },
]
