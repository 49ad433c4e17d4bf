import type { Bins } from './schema.ts'

/**
 * How many buyers have which scores, and their amounts, as rows r, f, m, buyers, monetary; the same scores as `scoreBuyers` gives.
 * The bounds of quantiles need everybody at once: as an array they are a tenth of what the rows would be outside.
 */
export function scoreCountsSql(buyers: string, bins: Bins, minorPerMajor: number): string {
  const scores =
    bins.method === 'quantile' ? quantileScoresSql(buyers, bins.n) : `select ${fixedScores(bins, minorPerMajor)}, monetary from (${buyers})`
  return `select r, f, m, count() as buyers, sum(monetary) as monetary from (${scores}) group by r, f, m order by r, f, m`
}

const fixedScores = (bins: Extract<Bins, { method: 'fixed' }>, minorPerMajor: number): string =>
  [
    `1 + ${countSql(bins.recency.map((bound) => `recencyDays <= ${bound}`))} as r`,
    `1 + ${countSql(bins.frequency.map((bound) => `frequency >= ${bound}`))} as f`,
    `1 + ${countSql(bins.monetary.map((bound) => `monetary >= ${Math.round(bound * minorPerMajor)}`))} as m`,
  ].join(', ')

const countSql = (conditions: readonly string[]): string => `(${conditions.map((one) => `(${one})`).join(' + ')})`

/** A score is above k when more than k of n equal parts of all buyers are not better: at the value in that place of all, sorted. */
function quantileScoresSql(buyers: string, n: number): string {
  // A hair above k / n, so that k / n × buyers is not a little less than the whole number it is.
  const levels = Array.from({ length: n - 1 }, (_, k) => (k + 1) / n + 1e-12).join(', ')
  const score = (value: string, bounds: string) =>
    ['1', ...Array.from({ length: n - 1 }, (_, k) => `(${value} >= ${bounds}[${k + 1}])`)].join(' + ')
  return `select ${score('-one.1', 'rs')} as r, ${score('one.2', 'fs')} as f, ${score('one.3', 'ms')} as m, one.3 as monetary from (
    select arrayJoin(groupArray((recencyDays, frequency, monetary))) as one,
      quantilesExact(${levels})(-recencyDays) as rs, quantilesExact(${levels})(frequency) as fs, quantilesExact(${levels})(monetary) as ms
    from (${buyers}))`
}
