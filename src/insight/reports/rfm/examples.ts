/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'rfm', asOf: '2026-03-31', rows: true },
  { type: 'rfm', asOf: '2026-03-31', windowDays: 60, amount: 'gross', currency: 'CNY', bins: { method: 'quantile', n: 3 } },
  { type: 'rfm', asOf: '2026-03-31', bins: { method: 'fixed', recency: [7, 30], frequency: [2, 4], monetary: [50, 200] }, rows: true },
]
