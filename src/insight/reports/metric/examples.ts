const dates = { dateFrom: '2026-01-01', dateTo: '2026-03-31' }

export const examples: readonly object[] = [
  { type: 'metric', metric: 'existing_customers', ...dates, interval: 'week', compare: 'previous_period' },
  { type: 'metric', metric: 'aov', ...dates, interval: 'month', breakdown: { dimension: 'channel' } },
  { type: 'metric', metric: 'silent_rate', ...dates, interval: 'month' },
  { type: 'metric', metric: 'repurchase_rate', ...dates, breakdown: { dimension: 'tag' } },
  { type: 'metric', metric: 'first_act_rate', ...dates, interval: 'week' },
  { type: 'metric', metric: 'buyers', ...dates, interval: 'month', persons: { interval: 1 } },
]
