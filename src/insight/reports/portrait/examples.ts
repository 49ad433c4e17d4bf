/** Documents over the type's options. */
export const examples: readonly object[] = [
  { type: 'portrait', of: { event: { event: 'order.paid' } } },
  {
    type: 'portrait',
    of: { event: { event: 'page.viewed' } },
    base: { event: { event: '*' } },
    dimensions: ['event', 'hour'],
    windowDays: 3650,
  },
  { type: 'portrait', matrix: 'quadrant', dimensions: ['product'], few: 1, limit: 5 },
  { type: 'portrait', matrix: true, dimensions: ['product', 'ordersCount', 'amount', 'lastDaysAgo'], few: 1, limit: 5 },
]
