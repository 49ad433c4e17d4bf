import type { Bins } from './schema.ts'

/** One buyer; money in integer minor units. */
export type Buyer = { who: number; recencyDays: number; frequency: number; monetary: number }
export type Scored = Buyer & { r: number; f: number; m: number; group: RfmGroup }
/** So many buyers have these scores, and that much is theirs, in integer minor units. */
export type ScoreCount = { r: number; f: number; m: number; buyers: number; monetary: number }
export type RfmGroup = { name: string; nameEn: string }

/** In the order of their worth: recency, frequency, monetary, each above the mean or not. */
export const rfmGroups: readonly (RfmGroup & { high: [boolean, boolean, boolean] })[] = [
  { name: '重要价值', nameEn: 'Champions', high: [true, true, true] },
  { name: '重要发展', nameEn: 'To develop', high: [true, false, true] },
  { name: '重要保持', nameEn: 'To keep', high: [false, true, true] },
  { name: '重要挽留', nameEn: 'To win back', high: [false, false, true] },
  { name: '一般价值', nameEn: 'Regulars', high: [true, true, false] },
  { name: '一般发展', nameEn: 'Newcomers', high: [true, false, false] },
  { name: '一般保持', nameEn: 'Fading regulars', high: [false, true, false] },
  { name: '一般挽留', nameEn: 'Hibernating', high: [false, false, false] },
]

/**
 * Scores from 1 to n, n the best. Quantile: the share of buyers who are not better, in n equal parts, so equal buyers share the
 * better part. Fixed: one and one more for each bound that is met. A score is high above the mean of all buyers' scores; where a
 * single bound is fixed, high is whoever meets it.
 */
export function scoreBuyers(buyers: readonly Buyer[], bins: Bins, minorPerMajor: number): Scored[] {
  const [r, f, m] =
    bins.method === 'quantile'
      ? [
          quantiles(
            buyers.map(({ recencyDays }) => -recencyDays),
            bins.n,
          ),
          quantiles(
            buyers.map(({ frequency }) => frequency),
            bins.n,
          ),
          quantiles(
            buyers.map(({ monetary }) => monetary),
            bins.n,
          ),
        ]
      : [
          buyers.map(({ recencyDays }) => 1 + bins.recency.filter((bound) => recencyDays <= bound).length),
          buyers.map(({ frequency }) => 1 + bins.frequency.filter((bound) => frequency >= bound).length),
          buyers.map(({ monetary }) => 1 + bins.monetary.filter((bound) => monetary >= Math.round(bound * minorPerMajor)).length),
        ]
  const counts = buyers.map((_, i) => ({ r: r[i] ?? 1, f: f[i] ?? 1, m: m[i] ?? 1 }))
  const groupOf = grouping(
    counts.map((scores) => ({ ...scores, buyers: 1 })),
    bins,
  )
  return buyers.map((buyer, i) => {
    const scores = counts[i] ?? { r: 1, f: 1, m: 1 }
    return { ...buyer, ...scores, group: groupOf(scores) }
  })
}

/** Buyers and their amounts by group, every group there. */
export function groupCounts(counts: readonly ScoreCount[], bins: Bins): (RfmGroup & { count: number; monetary: number })[] {
  const groupOf = grouping(counts, bins)
  const named = counts.map((one) => ({ ...one, group: groupOf(one).name }))
  return rfmGroups.map(({ name, nameEn }) => {
    const own = named.filter(({ group }) => group === name)
    return {
      name,
      nameEn,
      count: own.reduce((sum, { buyers }) => sum + buyers, 0),
      monetary: own.reduce((sum, { monetary }) => sum + monetary, 0),
    }
  })
}

type Scores = { r: number; f: number; m: number }

/** Which group scores belong to: high is above the mean of all buyers, or, where a single bound is fixed, whoever meets it. */
function grouping(counts: readonly (Scores & { buyers: number })[], bins: Bins): (scores: Scores) => RfmGroup {
  const mean = (of: (scores: Scores) => number, bounds: readonly number[] | undefined): number => {
    if (bounds?.length === 1) return 1
    const buyers = counts.reduce((sum, one) => sum + one.buyers, 0)
    return counts.reduce((sum, one) => sum + of(one) * one.buyers, 0) / Math.max(1, buyers)
  }
  const [recency, frequency, monetary] = bins.method === 'fixed' ? [bins.recency, bins.frequency, bins.monetary] : []
  const limits = { r: mean(({ r }) => r, recency), f: mean(({ f }) => f, frequency), m: mean(({ m }) => m, monetary) }
  return ({ r, f, m }) => {
    const high = [r > limits.r, f > limits.f, m > limits.m]
    const { name, nameEn } = rfmGroups.find((group) => group.high.every((one, i) => one === high[i])) as RfmGroup
    return { name, nameEn }
  }
}

function quantiles(values: readonly number[], n: number): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  const notBetter = new Map<number, number>()
  for (const [i, value] of sorted.entries()) notBetter.set(value, i + 1)
  return values.map((value) => Math.ceil((n * (notBetter.get(value) ?? 0)) / values.length))
}
