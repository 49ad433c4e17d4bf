/** A report as its document. Safe for the browser. */
type Document = { type?: unknown } & Record<string, unknown>

const asOfTypes: ReadonlySet<unknown> = new Set(['rfm', 'quadrant', 'layers', 'high_value', 'score'])

/**
 * A saved report over a board's days (both inclusive): between them, or as it stood at the end of the last one. Retention takes the
 * cohorts that begin in these days; by the hour there would be too many of them, so there it keeps its own.
 */
export function overDays<Report extends Document>(report: Report, { dateFrom, dateTo }: { dateFrom: string; dateTo: string }): Report {
  if (report.type === 'retention') {
    if (report.period === 'hour') return report
    const { from: _, intervals: __, ...rest } = report
    return { ...rest, dateFrom, dateTo } as unknown as Report
  }
  if ('dateFrom' in report) return { ...report, dateFrom, dateTo }
  return asOfTypes.has(report.type) ? { ...report, asOf: dateTo } : report
}
