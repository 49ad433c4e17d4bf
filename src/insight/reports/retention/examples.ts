const start = { event: 'page.viewed' }

/** Documents that show what the type can do. */
export const examples: readonly object[] = [
  { type: 'retention', start, from: '2026-02-01', intervals: 14 },
  {
    type: 'retention',
    start,
    return: { event: 'order.paid' },
    period: 'week',
    from: '2026-01-05',
    intervals: 10,
    cohort: 'first_time_ever',
    mode: 'on_or_after',
    weekStart: 'sunday',
    persons: { cohort: 1 },
  },
  {
    type: 'retention',
    start: { event: '*' },
    period: 'month',
    from: '2026-01-01',
    intervals: 3,
    cohort: 'first_time_in_range',
    minOccurrences: 2,
  },
  { type: 'retention', start, from: '2026-02-01', intervals: 7, mode: 'brackets', brackets: [1, 3, 7], timezone: 'America/Los_Angeles' },
  {
    type: 'retention',
    start: { event: 'page.viewed', where: { source: 'ad' } },
    return: { event: '*' },
    from: '2026-02-01',
    intervals: 7,
    cohort: 'first_time_matching',
    where: { property: 'city', scope: 'person', op: 'eq', value: '上海' },
  },
  { type: 'retention', start, from: '2026-03-01', intervals: 20, persons: { cohort: 1, interval: 7, kept: false } },
  { type: 'retention', start, from: '2026-03-01', intervals: 20, breakdown: { property: 'city', limit: 2 } },
  {
    type: 'retention',
    start,
    from: '2026-03-01',
    intervals: 20,
    breakdown: { dimension: 'channel' },
    persons: { cohort: 1, value: null },
  },
  { type: 'retention', start, period: 'hour', from: '2026-02-01T05:00', intervals: 24, unit: 'device' },
]
