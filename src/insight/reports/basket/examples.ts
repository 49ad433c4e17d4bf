/** Documents that cover the type's options. */
export const examples: readonly object[] = [
  { type: 'basket', minCount: 1, minConfidence: 0 },
  { type: 'basket', minSupport: 0.05, minConfidence: 0.2, sort: 'support', limit: 20 },
  { type: 'basket', minCount: 2, minConfidence: 0.1, minLength: 2, maxLength: 3, dateFrom: '2026-01-01', dateTo: '2026-12-31' },
]
