const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'paths', ...dates },
  { type: 'paths', ...dates, node: 'page', groups: ['/p/*'], cleaning: [{ pattern: '\\d+', alias: ':id' }], edgeLimit: 20 },
  { type: 'paths', ...dates, persons: { node: '1_page.viewed', of: 'droppedOff' } },
  { type: 'paths', ...dates, endPoint: 'order.paid', persons: { source: '1_page.viewed', target: '2_order.paid' } },
  { type: 'paths', ...dates, startPoint: 'page.viewed', stepLimit: 3, sessionGapMinutes: 240 },
  { type: 'paths', ...dates, endPoint: 'order.paid', excludeEvents: ['page.left'], collapseRepeats: false },
  { type: 'paths', ...dates, node: { property: 'path' }, includeEvents: ['page.viewed', 'product.viewed'] },
]
