/** Documents over the type's conditions. */
export const examples: readonly object[] = [
  {
    type: 'segment',
    rule: {
      and: [
        { event: { event: 'page.viewed', count: { gte: 3 }, within: { last: 30, unit: 'day' } } },
        { not: { event: { event: 'order.paid' } } },
      ],
    },
  },
  {
    type: 'segment',
    rule: {
      or: [
        { not: { points: { gte: 1000 } } },
        { not: { member_level: { is: ['金卡'], level: { gte: 2 } } } },
        { orders: { count: { gte: 2 }, amount: { gte: 100 }, lastDaysAgo: { lte: 90 } } },
        {
          event: { event: 'page.viewed', where: { page: '/' }, days: { gte: 2 }, within: { dateFrom: '2026-01-01', dateTo: '2026-01-31' } },
        },
      ],
    },
  },
  {
    type: 'segment',
    asOf: '2026-02-01',
    rule: { sequence: { steps: [{ event: 'page.viewed' }, { event: 'order.paid' }], window: { value: 3, unit: 'day' } } },
  },
  { type: 'segment', persons: false, rule: { event: { event: '*', sum: { property: 'amount', gte: 1 } } } },
]
