export const examples: readonly object[] = [
  { type: 'score', score: 'relationship', asOf: '2026-03-31', trend: { every: 'week', points: 4 } },
  { type: 'score', score: 'relationship', asOf: '2026-03-20', byEmployee: true, order: 'low', limit: 20 },
  { type: 'score', score: 'loyalty', asOf: '2026-03-31', persons: { from: 20, to: 80 } },
  {
    type: 'score',
    score: 'loyalty',
    asOf: '2026-03-31',
    rules: {
      windowDays: 60,
      onTimeDays: 10,
      parts: {
        repurchases: { weight: 1, full: 2 },
        onTime: { weight: 2 },
        referrals: { weight: 1, full: 1, events: ['page.viewed'] },
        nps: { weight: 0 },
        tenure: { weight: 1, full: 30 },
      },
    },
    persons: { from: 0 },
  },
]
