import type { Bins } from './schema.ts'

/** One buyer; money in integer minor units. */
export type Buyer = { who: number; recencyDays: number; frequency: number; monetary: number }
export type Scored = Buyer & { r: number; f: number; m: number; group: RfmGroup }
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
  const limits =
    bins.method === 'fixed'
      ? [bins.recency, bins.frequency, bins.monetary].map((list, i) => (list.length === 1 ? 1 : mean([r, f, m][i] ?? [])))
      : [r, f, m].map(mean)
  return buyers.map((buyer, i) => {
    const scores = { r: r[i] ?? 1, f: f[i] ?? 1, m: m[i] ?? 1 }
    return { ...buyer, ...scores, group: groupOf([scores.r > (limits[0] ?? 0), scores.f > (limits[1] ?? 0), scores.m > (limits[2] ?? 0)]) }
  })
}

function quantiles(values: readonly number[], n: number): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  const notBetter = new Map<number, number>()
  for (const [i, value] of sorted.entries()) notBetter.set(value, i + 1)
  return values.map((value) => Math.ceil((n * (notBetter.get(value) ?? 0)) / values.length))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

function groupOf(high: [boolean, boolean, boolean]): RfmGroup {
  const { name, nameEn } = rfmGroups.find((group) => group.high.every((one, i) => one === high[i])) as RfmGroup
  return { name, nameEn }
}
