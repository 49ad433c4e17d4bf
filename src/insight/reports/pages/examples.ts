const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }

/** Documents that cover the type's options. */
export const examples: readonly object[] = [
  { type: 'pages', ...dates },
  { type: 'pages', ...dates, by: 'source', interval: 'day', target: '/buy' },
  { type: 'pages', ...dates, by: 'device', sessionGapMinutes: 10, persons: { of: 'bounced' } },
  { type: 'pages', ...dates, cleaning: [{ pattern: '/\\d+', alias: '/:id' }], groups: ['/item/*'], dropTrailingSlash: false, limit: 5 },
  {
    type: 'pages',
    ...dates,
    interval: 'week',
    weekStart: 'sunday',
    timezone: 'America/Los_Angeles',
    persons: { of: 'jumped', value: '/' },
  },
]
