export const examples: readonly object[] = [
  { type: 'quadrant', asOf: '2026-03-31', rows: true },
  { type: 'quadrant', asOf: '2026-03-31', windowDays: 20, thresholds: 'mean', amount: 'gross', persons: { quadrant: 'both' } },
  { type: 'quadrant', asOf: '2026-03-31', thresholds: { frequency: 2, orderValue: 30 }, currency: 'CNY', rows: true },
]
