export const examples: readonly object[] = [
  { type: 'high_value', asOf: '2026-03-31', currency: 'CNY' },
  { type: 'high_value', asOf: '2026-03-31', windowDays: 20, currency: 'CNY', limit: 3, persons: { top: 2 } },
  {
    type: 'high_value',
    asOf: '2026-03-31',
    currency: 'CNY',
    weights: { recency: 0, frequency: 1, interval: 0, monetary: 2, speaking: 1, speakingInterval: 0, influence: 3 },
  },
]
