export const examples: readonly object[] = [
  { type: 'layers', asOf: '2026-03-31' },
  { type: 'layers', asOf: '2026-03-31', comparedTo: '2026-03-10', currency: 'CNY' },
  { type: 'layers', asOf: '2026-03-31', persons: { layer: 'member', health: 'at_risk' } },
  {
    type: 'layers',
    asOf: '2026-03-31',
    comparedTo: '2026-03-15',
    rules: {
      fan: [[{ fact: 'amount', op: 'gte', value: 100 }]],
      member: [[{ fact: 'orders', op: 'gte', value: 1 }]],
      ordinary: [[{ fact: 'daysSinceAct', op: 'lte', value: 30 }]],
      health: { silentDays: 10, loyalOrders: 2 },
    },
    persons: { from: 'new', layer: 'member' },
  },
  { type: 'layers', asOf: '2026-03-31', persons: { top: true } },
]
