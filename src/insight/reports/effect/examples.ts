const touch = { event: 'message.sent', where: { source: 'message', sourceId: 1, step: null } }

/** Documents that cover the type's options. */
export const examples: readonly object[] = [
  { type: 'effect', touch: { event: 'page.viewed' } },
  { type: 'effect', touch, dateFrom: '2026-01-01', dateTo: '2026-12-31', visitHours: 24, buyHours: 72, leaveHours: 24 },
  { type: 'effect', touch, visit: { event: 'page.viewed', where: { path: '/' } }, currency: 'CNY', persons: { of: 'visited' } },
  { type: 'effect', touch: { event: 'order.paid' }, buyHours: 8760, persons: { of: 'bought' } },
]
