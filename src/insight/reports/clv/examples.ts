export const examples: readonly object[] = [
  { type: 'clv', calibrationEnd: '2026-03-31', horizon: 12, rows: true, minRepeatShare: 0 },
  { type: 'clv', calibrationEnd: '2026-03-20', unit: 'day', horizon: 30, monetary: false, persons: { band: 4 } },
  { type: 'clv', calibrationEnd: '2026-03-31', horizon: 4, amount: 'gross', discountRate: 0, currency: 'CNY', rows: true, limit: 5 },
  { type: 'clv', calibrationEnd: '2026-03-31', products: ['P1'], minRepeatShare: 1 },
]
