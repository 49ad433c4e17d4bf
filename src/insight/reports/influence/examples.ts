export const examples: readonly object[] = [
  { type: 'influence' },
  { type: 'influence', graphs: ['reply', 'mention', 'invite'], dateFrom: '2026-03-01', dateTo: '2026-03-31', limit: 10, trees: true },
  {
    type: 'influence',
    graphs: [{ event: 'page.viewed', to: 'path' }],
    directed: false,
    weighted: false,
    betweenness: true,
    persons: { top: 3 },
  },
]
