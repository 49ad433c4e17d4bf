const page = { page: '/', dateFrom: '2026-03-01', dateTo: '2026-03-31' }

/** Documents that cover the type's options. */
export const examples: readonly object[] = [
  { type: 'heatmap', ...page },
  { type: 'heatmap', ...page, device: 'phone', source: 'direct', columns: 12, rowPixels: 50, limit: 3 },
  { type: 'heatmap', ...page, columns: 1, rowPixels: 2000, persons: { column: 0, row: 0 } },
  { type: 'heatmap', ...page, persons: { depth: 0.5 }, sessionGapMinutes: 5, groups: ['/*'] },
]
