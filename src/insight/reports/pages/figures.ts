import type { PageFigures } from './schema.ts'

/** What ClickHouse counts of a row; the rates follow from it. */
export type PageCounts = Pick<
  PageFigures,
  'visitors' | 'views' | 'visits' | 'clicks' | 'clickers' | 'entries' | 'bounces' | 'exits' | 'jumps' | 'medianStaySeconds'
>

export const noCounts: PageCounts = {
  visitors: 0,
  views: 0,
  visits: 0,
  clicks: 0,
  clickers: 0,
  entries: 0,
  bounces: 0,
  exits: 0,
  jumps: 0,
  medianStaySeconds: null,
}

export const figuresOf = (counts: PageCounts): PageFigures => ({
  ...counts,
  clickersPerVisitor: ratio(counts.clickers, counts.visitors),
  clicksPerView: ratio(counts.clicks, counts.views),
  bounceRate: ratio(counts.bounces, counts.entries),
  exitRate: ratio(counts.exits, counts.views),
  jumpRate: ratio(counts.jumps, counts.visits),
})

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
