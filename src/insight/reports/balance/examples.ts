const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'balance', ...dates },
  { type: 'balance', ...dates, interval: 'day', joinDays: 0, repeatDays: 30 },
  { type: 'balance', ...dates, persons: { domain: 'public' } },
  { type: 'balance', ...dates, persons: { brought: false, repeated: true } },
  { type: 'balance', ...dates, touchDays: 3, joinDays: 3, repeatDays: 20, persons: { driven: '天猫' } },
]
