const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }
const steps = [{ event: 'page.viewed' }, { event: 'product.viewed' }, { event: 'order.paid' }]

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'funnel', ...dates, steps },
  { type: 'funnel', ...dates, steps, window: { value: 3, unit: 'hour' }, range: 'every_step', persons: { step: 1, dropped: true } },
  { type: 'funnel', ...dates, steps, order: 'unordered', window: { value: 1, unit: 'month' }, trend: 'week' },
  { type: 'funnel', ...dates, steps, exclusions: [{ event: 'page.left', fromStep: 0, toStep: 1 }], persons: { step: 2 } },
  { type: 'funnel', ...dates, steps: [{ event: '*' }, { event: 'order.paid' }], order: 'strict' },
  { type: 'funnel', ...dates, steps, breakdown: { property: 'path', attribution: 'last_touch', limit: 3 } },
  { type: 'funnel', ...dates, steps, breakdown: { property: 'path' }, persons: { step: 1, value: '/' } },
  { type: 'funnel', ...dates, steps, trend: 'week', persons: { step: 1, interval: 1 } },
  { type: 'funnel', ...dates, steps, persons: { step: 0, inProgress: true } },
]
