const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'north_star', ...dates, minPersons: 1 },
  { type: 'north_star', ...dates, earlyDays: 3, outcome: { kind: 'repurchase', days: 30 }, start: { event: 'page.viewed' }, minPersons: 1 },
  { type: 'north_star', ...dates, minPersons: 1, persons: { event: 'product.viewed', did: false } },
]
